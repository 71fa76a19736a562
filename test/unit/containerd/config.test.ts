import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configProblems, isConfigRight, wantedConfig } from "../../../src/core/containerd/config.ts";
import { KubeadmError } from "../../../src/core/errors.ts";

const wanted = { sandboxImage: "registry.k8s.io/pause:3.10.1" };

describe("containerd's configuration", () => {
  describe("wantedConfig", () => {
    for (const [name, version] of [
      ["debian-1.6", "1.6.20"],
      ["default-1.6", "1.6.20"],
      ["default-1.7", "1.7.27"],
      ["default-2.1", "2.1.4"],
      ["docker", "1.7.27"],
    ] as const) {
      it(`changes ${name} as its golden file says`, () => {
        assert.equal(wantedConfig(fixture(`${name}.toml`), version, wanted), fixture(`${name}.wanted.toml`));
      });

      it(`leaves ${name} alone once it is right`, () => {
        const golden = fixture(`${name}.wanted.toml`);
        assert.equal(wantedConfig(golden, version, wanted), golden);
      });
    }

    for (const version of ["1.6.20", "2.0.5", "2.1.4", "2.3.1"]) {
      it(`writes a short file of its own for containerd ${version} when there is none`, () => {
        const golden = fixture(`new-${version.slice(0, 3)}.wanted.toml`);
        assert.equal(wantedConfig(undefined, version, wanted), golden);
        assert.equal(wantedConfig("", version, wanted), golden);
        assert.deepEqual(configProblems(golden, wanted), []);
      });
    }

    it("keeps the schema of an older file when containerd is newer", () => {
      const text = wantedConfig(fixture("debian-1.6.toml"), "2.2.0", wanted);
      assert.equal(text, wantedConfig(fixture("debian-1.6.toml"), "1.6.20", wanted));
    });

    it("keeps a file of version 1 that names plugins, at the places of version 1", () => {
      const text = wantedConfig('[plugins.cri.cni]\n  conf_dir = "/etc/cni"\n', "1.6.20", wanted);
      assert.match(
        text,
        /^\[plugins\.cri\.cni\]\n {2}conf_dir = "\/etc\/cni\/net\.d"\n {2}bin_dir = "\/opt\/cni\/bin"\n/,
      );
      assert.match(text, /\[plugins\.cri\.containerd\.runtimes\.runc\.options\]\n {2}SystemdCgroup = true/);
      assert.doesNotMatch(text, /version =/);
    });

    it("starts anew from a file that this containerd is too old to read", () => {
      assert.equal(
        wantedConfig("version = 3\n", "1.7.27", wanted),
        wantedConfig(undefined, "1.7.27", wanted),
      );
    });

    it("enables the CRI plugin by each of its names and keeps other plugins disabled", () => {
      const disabled = '["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.zfs"] # not here';
      const text = wantedConfig(`version = 2\ndisabled_plugins = ${disabled}\n`, "1.7.27", wanted);
      assert.match(text, /^disabled_plugins = \["io\.containerd\.snapshotter\.v1\.zfs"\] # not here$/m);
    });

    it("gives every runtime that is runc the same cgroup driver, and leaves others alone", () => {
      const runtimes = 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes';
      const text = wantedConfig(
        `version = 2\n[${runtimes}.nvidia]\nruntime_type = "io.containerd.runc.v2"\n` +
          `[${runtimes}.gvisor]\nruntime_type = "io.containerd.runsc.v1"\n`,
        "1.7.27",
        wanted,
      );
      assert.match(text, /runtimes\.nvidia\.options\]\n {2}SystemdCgroup = true/);
      assert.doesNotMatch(text, /runtimes\.gvisor\.options\]/);
    });

    it("clears bin_dir beside bin_dirs, which containerd refuses together", () => {
      const cni = '[plugins."io.containerd.cri.v1.runtime".cni]';
      const text = wantedConfig(
        `version = 3\n${cni}\nbin_dir = "/usr/lib/cni"\nbin_dirs = ["/usr/lib/cni"]\n`,
        "2.1.4",
        wanted,
      );
      assert.match(text, /^bin_dir = ""$/m);
      assert.match(text, /^bin_dirs = \["\/usr\/lib\/cni", "\/opt\/cni\/bin"\]$/m);
    });

    it("refuses a file that is not TOML, with what to do", () => {
      assert.throws(
        () => wantedConfig("version = 2\n[plugins\n", "1.7.27", wanted),
        (error) =>
          error instanceof KubeadmError &&
          error.code === "step-failed" &&
          /^containerd's configuration is not TOML: .* Repair \/etc\/containerd\/config\.toml/.test(
            error.message,
          ),
      );
    });
  });

  describe("configProblems", () => {
    it("says all that is wrong in Docker's file", () => {
      assert.deepEqual(configProblems(fixture("docker.toml"), wanted), [
        "the plugin cri is disabled",
        "runtime runc does not use the systemd cgroup driver",
        "the sandbox image is not set; it should be registry.k8s.io/pause:3.10.1",
        "CNI plugins are not looked for in /opt/cni/bin",
        "the folder of CNI configuration is not set; it should be /etc/cni/net.d",
      ]);
    });

    it("says what is wrong in the defaults of each generation", () => {
      assert.deepEqual(configProblems(fixture("default-1.6.toml"), wanted), [
        "runtime runc does not use the systemd cgroup driver",
        "the sandbox image is registry.k8s.io/pause:3.6; it should be registry.k8s.io/pause:3.10.1",
      ]);
      assert.deepEqual(configProblems(fixture("default-2.1.toml"), wanted), [
        "runtime runc does not use the systemd cgroup driver",
        "the sandbox image is registry.k8s.io/pause:3.10; it should be registry.k8s.io/pause:3.10.1",
        "CNI plugins are not looked for in /opt/cni/bin",
      ]);
    });
  });

  describe("isConfigRight", () => {
    const golden = fixture("default-1.6.wanted.toml");
    const facts = { version: "1.6.20", config: golden, effectiveConfig: golden };

    it("is content with a right file of which containerd makes the right thing", () => {
      assert.equal(isConfigRight(facts, wanted), true);
    });

    it("is not when the file, the dump or containerd is missing", () => {
      assert.equal(isConfigRight({ ...facts, config: undefined }, wanted), false);
      assert.equal(isConfigRight({ ...facts, effectiveConfig: undefined }, wanted), false);
      assert.equal(isConfigRight({ ...facts, version: undefined }, wanted), false);
    });

    it("is not when an import overrules the file", () => {
      const effectiveConfig = golden.replace("SystemdCgroup = true", "SystemdCgroup = false");
      assert.equal(isConfigRight({ ...facts, effectiveConfig }, wanted), false);
    });

    it("is not when another Kubernetes version wants another sandbox image", () => {
      assert.equal(isConfigRight(facts, { sandboxImage: "registry.k8s.io/pause:3.10.2" }), false);
    });
  });
});

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, "../../fixtures/containerd", name), "utf8");
}
