import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import type { PlanContext } from "../../../src/core/run/phase.ts";
import { makePlan } from "../../../src/core/run/plan.ts";
import { bootstrap, phaseOf } from "../../../src/core/phases/phases.ts";
import { factsOf } from "../facts/factsOf.ts";
import { clusterOf, contextOf, haHosts, singleHosts } from "./clusters.ts";
import { renderPlan } from "./renderPlan.ts";

const mirror =
  'packageSource: {apt: {url: "https://m.example/{minor}/deb/", key: "https://m.example/{minor}/deb/Release.key"}, rpm: {url: "https://m.example/{minor}/rpm/", key: "https://m.example/key"}, imageRepository: m.example/k8s}';
const flannelFile = readFileSync(new URL("../../fixtures/manifests/flannel.yaml", import.meta.url), "utf8");

/** Each is a whole plan for bare hosts, reviewed like code. UPDATE_GOLDENS=1 writes them anew. */
const goldens: Readonly<Record<string, () => PlanContext>> = {
  "debian-1.36": () => contextOf(clusterOf("1.36", singleHosts), () => factsOf("debian12")),
  "ubuntu-ha-1.20-mirror": () =>
    contextOf(
      clusterOf(
        "1.20.2",
        haHosts,
        "controlPlaneEndpoint: k8s.example.com:6443",
        "podNetwork: {plugin: weave-net}",
        mirror,
      ),
      () => factsOf("ubuntu2404"),
    ),
  "rocky-1.36.2": () =>
    contextOf(clusterOf("1.36.2", singleHosts, "podNetwork: {plugin: calico}", mirror), () =>
      factsOf("rocky9"),
    ),
  "debian-1.31-docker-file": () => ({
    ...contextOf(
      clusterOf(
        "1.31.4",
        singleHosts,
        "containerRuntime: {package: containerd.io}",
        "podNetwork: {manifest: flannel.yaml}",
      ),
      () => factsOf("debian12"),
    ),
    localFiles: { "flannel.yaml": flannelFile },
  }),
};

describe("the plan of a bootstrap", () => {
  for (const [name, context] of Object.entries(goldens)) {
    it(`is as reviewed for ${name}`, () => {
      assertGolden(name, renderPlan(makePlan({ phases: bootstrap }, context())));
    });
  }

  it("is as reviewed for resetting a worker and a control plane", () => {
    const spec = clusterOf("1.36", singleHosts);
    const context = contextOf(spec, (index) => factsOf(index === 0 ? "controlPlane" : "joinedWorker"));
    const plan = makePlan({ phases: [phaseOf("reset")] }, context);
    assertGolden("reset", renderPlan(plan));
  });
});

function assertGolden(name: string, actual: string): void {
  const file = new URL(`../../fixtures/phases/${name}.golden.txt`, import.meta.url);
  if (process.env.UPDATE_GOLDENS !== undefined) {
    writeFileSync(file, actual);
  }
  assert.equal(actual, readFileSync(file, "utf8"));
}
