import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smokeTest } from "../../../src/core/phases/smokeTest.ts";
import { verify } from "../../../src/core/phases/verify.ts";
import type { Phase, PlanContext } from "../../../src/core/run/phase.ts";
import type { ScriptStep } from "../../../src/core/shell/step.ts";
import { clusterOf, contextWith, initialised, singleHosts } from "./clusters.ts";

const spec = clusterOf("1.36", singleHosts);
const context = contextWith({ "cp-1": { kubernetes: initialised } }, spec);

/** The first script of what is missing on a host. */
function scriptOf(phase: Phase, name: string, of: PlanContext): ScriptStep {
  const host = spec.hosts.find((candidate) => candidate.name === name);
  const facts = of.facts.get(name);
  assert.ok(host && facts);
  const step = phase
    .actions(host, facts, of)
    .flatMap(({ steps }) => steps)
    .find(({ kind }) => kind === "script");
  assert.ok(step?.kind === "script");
  return step;
}

describe("scripts of phases, run here on commands of ours", function () {
  this.timeout(10_000);
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "phase-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const command = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const runHere = (
    { script }: ScriptStep,
    ...args: readonly string[]
  ): { readonly status: number | null; readonly output: string } => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` };
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...args], { env });
    return { status, output: `${stdout.toString()}${stderr.toString()}` };
  };

  describe("waiting for the cluster", () => {
    const wait = scriptOf(verify, "cp-1", context);
    const kubectl = (nodes: string, pods: string): void =>
      command(
        "kubectl",
        `case "$*" in
  "get nodes --no-headers") printf '${nodes}' ;;
  "get pods -A -o jsonpath="*) printf '${pods}' ;;
  *) echo "$@" ;;
esac`,
      );

    it("ends at once when all nodes are Ready and the system's pods run", () => {
      kubectl(
        "cp-1 Ready control-plane 1m v1\\nw-1 Ready,SchedulingDisabled <none> 1m v1\\n",
        "kube-system/etcd Running True\\nkube-system/job Succeeded False\\ndefault/broken Running False\\n",
      );
      assert.deepEqual(runHere(wait, ...(wait.args ?? [])), { status: 0, output: "get nodes -o wide\n" });
    });

    it("says what it waits for, and what was not ready in the end", () => {
      kubectl(
        "cp-1 NotReady control-plane 1m v1\\nw-10 Ready <none> 1m v1\\n",
        "kube-flannel/x Pending \\ncalico-system/y Running False\\n",
      );
      const { status, output } = runHere(wait, "0", "cp-1", "w-1");
      assert.equal(status, 1);
      assert.match(output, /^waiting for node\/cp-1 node\/w-1 kube-flannel\/x calico-system\/y\n/);
      assert.match(output, /\nnot ready: node\/cp-1 node\/w-1 kube-flannel\/x calico-system\/y\n$/);
    });

    it("goes on waiting while the API server does not answer", () => {
      writeFileSync(join(folder, "calls"), "");
      command(
        "kubectl",
        `echo x >> "${folder}/calls"
if [ "$(wc -l < "${folder}/calls")" -le 2 ]; then echo "The connection to the server was refused" >&2; exit 1; fi
case "$*" in "get nodes --no-headers") printf 'cp-1 Ready\\nw-1 Ready\\n' ;; esac`,
      );
      const { status, output } = runHere(wait, "30", "cp-1", "w-1");
      assert.equal(status, 0);
      assert.equal(output.split("\n")[0], "waiting for node/cp-1 node/w-1");
    });
  });

  describe("asking the smoke test's pods", () => {
    const ask = scriptOf(smokeTest, "w-1", {
      ...context,
      learned: { smokeTestAddresses: "10.244.1.2 fd00::2" },
    });
    const page = "<html><title>Welcome to nginx!</title></html>";

    it("asks each, IPv6 in brackets", () => {
      command("curl", `for url; do :; done; echo "$url" >> "${folder}/asked"; echo '${page}'`);
      const { status, output } = runHere(ask, ...(ask.args ?? []));
      assert.equal(status, 0);
      assert.equal(readFileSync(join(folder, "asked"), "utf8"), "http://10.244.1.2/\nhttp://[fd00::2]/\n");
      assert.equal(output, "10.244.1.2 answers: Welcome to nginx!\n[fd00::2] answers: Welcome to nginx!\n");
    });

    it("fails when one does not answer, or answers with something else", () => {
      command("curl", "echo 'curl: (28) Connection timed out' >&2; exit 28");
      assert.equal(runHere(ask, "10.244.1.2").status, 28);
      command("curl", "echo '<title>Captive portal</title>'");
      const { status, output } = runHere(ask, "10.244.1.2");
      assert.equal(status, 1);
      assert.match(output, /10\.244\.1\.2 answers, but not with nginx's page/);
    });
  });
});
