import assert from "node:assert/strict";
import { calico } from "../../../src/core/cni/calico.ts";
import { describePort, kubernetesPorts, portNeeds } from "../../../src/core/network/ports.ts";
import { specWith } from "../cni/specWith.ts";

describe("ports that hosts need", () => {
  it("are Kubernetes' own for a control plane, with the API server's where it listens", () => {
    const needs = kubernetesPorts("control-plane", 8443).map(
      (need) => `${describePort(need)} from ${need.from.join(", ")}`,
    );
    assert.deepEqual(needs, [
      "2379-2380/tcp from control-planes",
      "8443/tcp from nodes, clients",
      "10250/tcp from control-planes, self",
      "10256/tcp from clients, self",
      "10257/tcp from self",
      "10259/tcp from self",
      "30000-32767/tcp from clients",
      "30000-32767/udp from clients",
    ]);
  });

  it("are fewer for a worker: only the kubelet's is required", () => {
    const required = kubernetesPorts("worker").filter((need) => need.required);
    assert.deepEqual(required.map(describePort), ["10250/tcp"]);
  });

  it("never hold the old insecure ports", () => {
    const insecure = [10251, 10252, 10255];
    const holds = kubernetesPorts("control-plane").some(({ ports: [first, last] }) =>
      insecure.some((port) => port >= first && port <= last),
    );
    assert.equal(holds, false);
  });

  it("hold the pod network's, in order", () => {
    const needs = portNeeds("worker", calico.ports(specWith({ plugin: "calico" })));
    assert.deepEqual(needs.map(describePort), [
      "IP protocol 4",
      "179/tcp",
      "10250/tcp",
      "10256/tcp",
      "30000-32767/tcp",
      "30000-32767/udp",
    ]);
  });
});
