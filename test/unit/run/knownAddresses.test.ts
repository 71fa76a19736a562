import assert from "node:assert/strict";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { withKnownAddresses } from "../../../src/core/run/knownAddresses.ts";
import { specOf, specText } from "../spec/specText.ts";

function reached(...hosts: readonly (readonly [host: string, connectedTo: string, ...own: string[]])[]) {
  return new Map(
    hosts.map(([host, connectedTo, ...addresses]) => [
      host,
      { system: { addresses }, connectedTo } as unknown as HostFacts,
    ]),
  );
}

const twoHosts = specOf(specText({ hosts: "[{name: cp, role: control-plane}, {name: w, role: worker}]" }));

describe("addresses that only ssh_config knows", () => {
  it("are the hosts' own and the endpoint, as if the spec said them", () => {
    const spec = withKnownAddresses(twoHosts, reached(["cp", "10.0.0.1"], ["w", "10.0.0.2"]));
    assert.equal(spec.controlPlaneEndpoint, "10.0.0.1:6443");
    assert.deepEqual(
      spec.hosts.map(({ privateAddress, ssh }) => [privateAddress, ssh.address]),
      [
        ["10.0.0.1", "cp"],
        ["10.0.0.2", "w"],
      ],
    );
  });

  it("change nothing where the name is the address, or nobody was asked", () => {
    assert.deepEqual(withKnownAddresses(twoHosts, reached(["cp", "cp"])), twoHosts);
    assert.deepEqual(withKnownAddresses(twoHosts, new Map()), twoHosts);
  });

  it("change nothing that the spec says", () => {
    const spec = specOf(
      specText({
        hosts: "[{name: cp, role: control-plane, privateAddress: 10.1.0.1}, {name: w, role: worker}]",
        spec: "controlPlaneEndpoint: cp:6443",
      }),
    );
    const known = withKnownAddresses(spec, reached(["cp", "10.0.0.1"]));
    assert.equal(known.controlPlaneEndpoint, "cp:6443");
    assert.equal(known.hosts[0]?.privateAddress, "10.1.0.1");
  });

  it("are the host's first address when the way to it is a forwarded port", () => {
    const spec = withKnownAddresses(twoHosts, reached(["cp", "127.0.0.1", "10.0.0.7", "fd00::7"]));
    assert.equal(spec.hosts[0]?.privateAddress, "10.0.0.7");
    assert.equal(spec.controlPlaneEndpoint, "10.0.0.7:6443");
  });
});
