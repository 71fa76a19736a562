import assert from "node:assert/strict";
import { newSpec } from "../../../src/core/spec/newSpec.ts";
import { specOf } from "./specText.ts";

/** The text with its settings that are commented out, but not its sentences, put into effect. */
function uncommented(text: string): string {
  return text.replace(/^( *)# ( *[a-zA-Z./]+:(?: .*)?|---)$/gm, "$1$2");
}

describe("newSpec", () => {
  it("is a spec without a diagnostic", () => {
    const spec = specOf(newSpec({ name: "demo" }));
    assert.equal(spec.name, "demo");
    assert.deepEqual(
      spec.hosts.map(
        ({ name, role, ssh }) => `${name} ${role} ${ssh.user}@${ssh.address}`,
      ),
      [
        "cp-1 control-plane root@10.0.0.11",
        "worker-1 worker root@10.0.0.21",
        "worker-2 worker root@10.0.0.22",
      ],
    );
  });

  it("shows settings that can be put into effect by removing the comment sign", () => {
    const text = newSpec({ name: "demo" });
    const asWritten = specOf(text);
    const spec = specOf(uncommented(text));
    assert.equal(spec.controlPlaneEndpoint, "k8s.example.com:6443");
    assert.equal(spec.packageSource.imageRepository, "mirror.example.com/kubernetes");
    assert.equal(spec.hosts[0]?.ssh.identityFile, "~/.ssh/id_ed25519");
    assert.deepEqual(spec.hosts[0]?.labels, { "example.com/rack": "1" });
    assert.equal(spec.passThrough[0]?.kind, "KubeletConfiguration");
    // What has a default is shown with it.
    assert.deepEqual(spec.networking, asWritten.networking);
    assert.deepEqual(spec.podNetwork, asWritten.podNetwork);
    assert.deepEqual(spec.containerRuntime, asWritten.containerRuntime);
    assert.equal(spec.hosts[0]?.ssh.port, 22);
  });

  it("takes names that YAML would read as something else", () => {
    const spec = specOf(
      newSpec({ name: "123", hosts: [{ name: "on", role: "control-plane", address: "true" }] }),
    );
    assert.equal(spec.name, "123");
    assert.equal(spec.hosts[0]?.name, "on");
    assert.equal(spec.hosts[0]?.ssh.address, "true");
  });

  it("writes what is known of the hosts", () => {
    const host = {
      name: "cp-1",
      role: "control-plane",
      address: "127.0.0.1",
      port: 2201,
      user: "admin",
      identityFile: "/tmp/key: with a colon",
      privateAddress: "10.1.0.11",
    } as const;
    const spec = specOf(newSpec({ name: "demo", kubernetesVersion: "1.20.2", hosts: [host] }));
    assert.equal(spec.kubernetesVersion, "1.20.2");
    assert.equal(spec.controlPlaneEndpoint, "10.1.0.11:6443");
    assert.deepEqual(spec.hosts[0]?.ssh, {
      address: "127.0.0.1",
      port: 2201,
      user: "admin",
      identityFile: "/tmp/key: with a colon",
    });
  });
});
