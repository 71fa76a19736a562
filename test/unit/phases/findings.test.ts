import assert from "node:assert/strict";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { packages } from "../../../src/core/phases/packages.ts";
import { podNetwork } from "../../../src/core/phases/podNetwork.ts";
import type { PlanContext } from "../../../src/core/run/phase.ts";
import { clusterOf, contextWith, initialised, joined, singleHosts, type Kubernetes } from "./clusters.ts";

const spec = clusterOf("1.36", singleHosts);

describe("other phases' findings", () => {
  const withKubelet = (version: string, kubernetes: Kubernetes): PlanContext => {
    const context = contextWith({ "w-1": { kubernetes } }, spec);
    const facts = [...context.facts].map(([name, before]): [string, HostFacts] => [
      name,
      { ...before, packages: { ...before.packages, installed: { kubelet: version } } },
    ]);
    return { ...context, facts: new Map(facts) };
  };

  it("refuse to change the version of a running node, and only of a running one", () => {
    assert.deepEqual(
      packages.findings?.(withKubelet("1.35.3-1.1", joined)).map(({ host, severity }) => [host, severity]),
      [["w-1", "error"]],
    );
    assert.deepEqual(packages.findings(withKubelet("1.36.9-1.1", joined)), []);
    assert.deepEqual(packages.findings(withKubelet("1.35.3-1.1", {})), []);
  });

  it("refuse a second pod network, and know their own", () => {
    const running = (...daemonSets: readonly string[]) =>
      podNetwork
        .findings?.(
          contextWith(
            {
              "cp-1": { kubernetes: { ...initialised, cluster: { nodes: [], systemPods: [], daemonSets } } },
            },
            spec,
          ),
        )
        .map(({ message }) => message);
    assert.deepEqual(running("kube-system/calico-node"), [
      "the cluster already runs Calico, the spec asks for Flannel",
    ]);
    assert.deepEqual(running("kube-flannel/kube-flannel-ds"), []);
    assert.deepEqual(running("default/calico-node", "mine/weave-net"), []);
  });
});
