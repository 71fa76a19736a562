import assert from "node:assert/strict";
import { runScript, type ScriptReport } from "../../../src/core/run/runScript.ts";
import { reveal, Secret } from "../../../src/core/shell/secret.ts";
import { run, type ScriptStep, type Step } from "../../../src/core/shell/step.ts";
import { createLocalSession } from "../../contract/fakeSession.ts";

const script = (text: string, more: Partial<ScriptStep> = {}): ScriptStep => ({
  kind: "script",
  title: "a test",
  script: text,
  ...more,
});

/** Runs the steps with the real sh of this machine. */
async function runHere(
  steps: readonly Step[],
  more: { readonly secrets?: readonly Secret[]; readonly sections?: readonly "swap"[] } = {},
): Promise<ScriptReport & { readonly said: readonly string[]; readonly output: string }> {
  const said: string[] = [];
  let output = "";
  const report = await runScript(
    createLocalSession("cp-1"),
    {
      steps,
      sections: more.sections ?? [],
      secrets: more.secrets ?? [],
      signal: new AbortController().signal,
      onStepStarted: (step) => said.push(`> ${step}`),
      onOutput: (text) => {
        output += text;
      },
      onStepFinished: (exitCode) => said.push(`= ${exitCode}`),
    },
    { now: () => 1_700_000_000_000, nonce: () => "n0nce0123456789abcdef" },
  );
  return { ...report, said, output };
}

describe("running a script on a host", function () {
  // Generous: other suites may keep the machine busy.
  this.timeout(20_000);

  it("tells each step as it begins and ends, and what it prints", async () => {
    const { said, output, failure } = await runHere([run("echo", "it's"), script("printf 'no newline'")]);
    assert.deepEqual(said, ["> echo 'it'\\''s'", "= 0", "> a test", "= 0"]);
    assert.equal(output, "it's\nno newline");
    assert.equal(failure, undefined);
  });

  it("explains a step that failed by its last words", async () => {
    const { failure, said } = await runHere([
      script("echo first; printf '\\033[31mE: no space left\\033[0m\\n\\n' >&2; exit 100"),
      run("echo"),
    ]);
    assert.equal(failure?.code, "step-failed");
    assert.equal(failure.host, "cp-1");
    assert.equal(failure.what, "`a test` failed with exit code 100: E: no space left");
    assert.ok(failure.next);
    assert.deepEqual(said, ["> a test", "= 100"]);
  });

  it("tells a step that took too long from one that failed", async () => {
    const { failure } = await runHere([{ kind: "run", argv: ["sleep", "30"], timeoutSeconds: 1 }]);
    assert.equal(failure?.code, "step-timeout");
    assert.match(failure.what, /`sleep 30` did not end within 1 s/);
    assert.equal((await runHere([script("exit 124")])).failure?.code, "step-failed");
  });

  it("learns secrets as secrets, and hides them in all that follows", async () => {
    const { learned, output } = await runHere([
      { kind: "run", argv: ["echo", "tok-1234"], learns: "joinToken" },
      { kind: "run", argv: ["echo", "10.244.1.2 10.244.1.3"], learns: "smokeTestAddresses" },
      script('for part in tok -12 34; do printf "%s" "$part"; done; echo'),
    ]);
    assert.ok(learned.joinToken instanceof Secret);
    assert.equal(reveal(learned.joinToken), "tok-1234");
    assert.equal(learned.smokeTestAddresses, "10.244.1.2 10.244.1.3");
    assert.equal(output, "***\n");
  });

  it("hides the secrets that its steps carry, and those of the run, in output and in errors", async () => {
    const { output, failure } = await runHere(
      [
        { kind: "run", argv: ["cat"], stdin: ["key: ", new Secret("step-secret"), "\n"] },
        script("echo run-secret; exit 1"),
      ],
      { secrets: [new Secret("run-secret")] },
    );
    assert.equal(output, "key: ***\n***\n");
    assert.doesNotMatch(failure?.message ?? "", /secret/);
  });

  it("gathers the asked facts, also after a failure", async () => {
    const { facts, failure } = await runHere([script("exit 3")], { sections: ["swap"] });
    assert.ok(failure);
    assert.deepEqual(Object.keys(facts), ["swap"]);
  });

  it("says so when the script was ended before its end", async () => {
    await assert.rejects(
      runHere([script("echo 'Out of memory'; kill -9 $PPID")]),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, "session-protocol");
        assert.match(error.message, /exit code 137: Out of memory/);
        return true;
      },
    );
  });
});
