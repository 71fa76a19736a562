import assert from "node:assert/strict";
import { Cancelled } from "../../src/core/errors.ts";
import { Secret, text } from "../../src/core/shell/secret.ts";
import { createLocalSession, createScriptedSession } from "./fakeSession.ts";
import { createCollector } from "./support/collector.ts";
import { hostSessionContract } from "./hostSession.contract.ts";

hostSessionContract(
  "fake on this machine",
  () => {
    const session = createLocalSession("local");
    return Promise.resolve({
      session,
      breakLink: () => Promise.resolve(session.loseLink()),
      stop: () => Promise.resolve(),
    });
  },
  process.platform === "linux" ? undefined : "it needs Linux",
);

describe("scripted session", () => {
  it("answers what is expected, once, and sees secrets as the host would", async () => {
    const output = createCollector();
    const session = createScriptedSession("cp-1", [{ script: /join abc/, output: "joined\n", exitCode: 3 }]);
    const result = await session.run(text`join ${new Secret("abc")}`, { onOutput: output.onOutput });
    assert.deepEqual(result, { exitCode: 3 });
    assert.equal(output.text(), "joined\n");
    session.verify();
    await assert.rejects(session.run("join abc"), /no script like this is expected/);
  });

  it("fails for a script that is not expected, also when nobody looked at its error", async () => {
    const session = createScriptedSession("cp-1", [{ script: /facts/, isRepeatable: true }]);
    await session.run("facts");
    await session.run("facts");
    session.verify();
    await session.run("rm -rf /").catch(() => undefined);
    assert.throws(() => session.verify(), /rm -rf/);
  });

  it("fails when an expected script did not come", () => {
    const session = createScriptedSession("cp-1", [{ script: /kubeadm init/ }]);
    assert.throws(() => session.verify(), /kubeadm init/);
  });

  it("can be cancelled while a script runs", async () => {
    const abort = new AbortController();
    const session = createScriptedSession("cp-1", [{ script: /wait/, until: new Promise(() => undefined) }]);
    const done = session.run("wait", { signal: abort.signal });
    abort.abort();
    await assert.rejects(done, Cancelled);
  });
});
