import assert from "node:assert/strict";
import { flannel } from "../../../src/core/cni/flannel.ts";
import { cilium } from "../../../src/core/cni/cilium.ts";
import { calico } from "../../../src/core/cni/calico.ts";
import { kubeRouter } from "../../../src/core/cni/kubeRouter.ts";
import { podNetworks } from "../../../src/core/cni/podNetworks.ts";
import { optionProblems, readOptions } from "../../../src/core/cni/validateOptions.ts";
import { specWith } from "./specWith.ts";

describe("options of pod networks", () => {
  it("accepts what each option's definition allows", () => {
    assert.deepEqual(optionProblems(flannel, { backend: "wireguard", interface: "bond0.12" }), []);
    assert.deepEqual(optionProblems(cilium, { nodePrefix: 26, ipam: "kubernetes" }), []);
    assert.deepEqual(optionProblems(kubeRouter, { networkPolicy: false }), []);
    assert.deepEqual(optionProblems(calico, { imageRegistry: "10.0.0.5:5000/quay.io", mtu: 8981 }), []);
  });

  it("names the options that there are when one is unknown", () => {
    assert.deepEqual(optionProblems(flannel, { bakend: "vxlan" }), [
      {
        option: "bakend",
        message: "is not an option of Flannel; its options are backend, interface, imageRegistry",
      },
    ]);
  });

  it("does not take a name that every object has for an option", () => {
    assert.equal(optionProblems(flannel, { constructor: "x", toString: "y" }).length, 2);
  });

  it("says what each wrong value must be", () => {
    const messages = (
      network: Parameters<typeof optionProblems>[0],
      options: Parameters<typeof optionProblems>[1],
    ) => optionProblems(network, options).map((problem) => problem.message);
    assert.deepEqual(messages(flannel, { backend: "udp" }), ["must be one of vxlan, host-gw, wireguard"]);
    assert.deepEqual(messages(flannel, { interface: "eth0 --x" }), [
      "must be a network interface such as eth1",
    ]);
    assert.deepEqual(messages(cilium, { nodePrefix: 31 }), ["must be between 16 and 30"]);
    assert.deepEqual(messages(cilium, { nodePrefix: "24" }), ["must be a whole number"]);
    assert.deepEqual(messages(kubeRouter, { networkPolicy: "yes" }), ["must be true or false"]);
    assert.deepEqual(messages(calico, { imageRegistry: "https://x" }), [
      "must be a registry such as mirror.example.com/quay",
    ]);
  });

  it("fills in the defaults", () => {
    const definitions = {
      speed: { type: "string", values: ["slow", "fast"], default: "slow", description: "" },
      size: { type: "integer", description: "" },
    } as const;
    const spec = specWith({ options: { size: 3 } });
    assert.deepEqual(readOptions("Test", definitions, spec), { speed: "slow", size: 3 });
    assert.deepEqual(readOptions("Test", definitions, specWith()), { speed: "slow", size: undefined });
  });

  it("has defaults that are themselves allowed", () => {
    for (const network of Object.values(podNetworks)) {
      const defaults = Object.entries(network.options).flatMap(([name, definition]) =>
        definition.default === undefined ? [] : [[name, definition.default] as const],
      );
      assert.deepEqual(optionProblems(network, Object.fromEntries(defaults)), [], network.title);
    }
  });
});
