import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cancelled } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { hostSessionContract } from "./hostSession.contract.ts";
import { createCollector } from "./support/collector.ts";
import { findOnly, whyNoDoas } from "./support/doas.ts";
import { ownDoasConf } from "./support/dropIn.ts";
import { lookAlikeProfile, stolen } from "./support/loginShell.ts";
import { createOpensshClient, type OpensshClient } from "./support/opensshClient.ts";
import {
  breakConnections,
  startPrivateSshd,
  type PrivateSshd,
  type ThrowAwayUser,
} from "./support/privateSshd.ts";
import { processesThatShow } from "./support/processes.ts";
import { answersWith, becomesRoot, type Answers } from "./support/rootScript.ts";

const password = "pass wörd '1\\";
const user = (name: string): ThrowAwayUser => ({ name: `kubeadm-t-d-${name}`, password, sudo: "no" });
const free = user("free");
const careful = user("pass");
const persistent = user("persist");
const single = user("single");
const nobody = user("none");
/** Finds neither sudo nor doas. */
const stranded = user("nothing");
const all = [free, careful, persistent, single, nobody, stranded];

const rules = [
  `permit nopass ${free.name}`,
  `permit ${careful.name}`,
  `permit persist ${persistent.name} as root`,
  `permit nopass ${single.name} as root cmd id`,
];

const whySkipped = whyNoDoas();

interface DoasHost {
  readonly sshd: PrivateSshd;
  readonly stop: () => Promise<void>;
}

/** A server whose users find doas alone. */
async function startHost(): Promise<DoasHost> {
  const folder = await mkdtemp(join(tmpdir(), "doas-"));
  await chmod(folder, 0o755);
  const settings = [
    ...(await findOnly(
      join(folder, "doas"),
      all.filter((each) => each !== stranded),
      ["doas"],
    )),
    ...(await findOnly(join(folder, "nothing"), [stranded], [])),
  ];
  const conf = await ownDoasConf(rules);
  const sshd = await startPrivateSshd(all, settings);
  return {
    sshd,
    stop: async () => {
      await sshd.stop();
      await conf.remove();
      await rm(folder, { recursive: true });
    },
  };
}

hostSessionContract(
  "OpenSSH, doas with a password",
  async () => {
    const { sshd, stop } = await startHost();
    const { prompts } = answersWith(() => password);
    const { session } = createOpensshClient(sshd, { user: careful.name }, prompts);
    return {
      session,
      breakLink: () => breakConnections(sshd),
      stop: async () => {
        await session.close();
        await stop();
      },
    };
  },
  whySkipped,
);

describe(`OpenSSH doas${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
  this.timeout(30_000);
  let host: DoasHost;
  const opened: OpensshClient[] = [];

  before(async function () {
    if (whySkipped !== undefined) {
      this.skip();
    }
    host = await startHost();
  });
  after(() => host?.stop());
  afterEach(() => Promise.all(opened.splice(0).map(({ session }) => session.close())));

  function client(who: ThrowAwayUser, { prompts }: Pick<Answers, "prompts">): OpensshClient {
    const created = createOpensshClient(host.sshd, { user: who.name }, prompts);
    opened.push(created);
    return created;
  }

  const right = (): Answers => answersWith(() => password);
  const attemptsOf = ({ asked }: Answers): readonly number[] => asked.map(({ attempt }) => attempt);

  it("is found where there is no sudo, and costs one exec from the second script on", async () => {
    const answers = right();
    const { session, activities } = client(careful, answers);
    await becomesRoot(session);
    assert.deepEqual(activities, ["connection", "exec", "exec"]);
    await becomesRoot(session);
    assert.deepEqual(activities, ["connection", "exec", "exec", "exec"]);
    const question = { host: "cp-1", user: careful.name, of: careful.name, by: "doas", attempt: 1 };
    assert.deepEqual(answers.asked, [question, question]);
  });

  it("asks nothing of a user with nopass", async () => {
    const answers = right();
    await becomesRoot(client(free, answers).session);
    assert.deepEqual(answers.asked, []);
  });

  it("asks a user with persist anew for every script: each has a terminal of its own", async () => {
    const answers = right();
    const { session } = client(persistent, answers);
    await becomesRoot(session);
    await becomesRoot(session);
    assert.deepEqual(attemptsOf(answers), [1, 1]);
  });

  it("is started anew after a wrong password, three times in all", async () => {
    // At the same time, as PAM makes a pause of seconds after each.
    const [late, never] = [
      answersWith(({ attempt }) => (attempt === 1 ? "wrong" : password)),
      answersWith(() => "wrong"),
    ];
    const refused = client(persistent, never);
    await Promise.all([
      becomesRoot(client(careful, late).session),
      assert.rejects(refused.session.run("true"), {
        code: "sudo-password",
        host: "cp-1",
        message: new RegExp(`doas refused the password of ${persistent.name}`),
      }),
    ]);
    assert.deepEqual(attemptsOf(late), [1, 2]);
    assert.deepEqual(attemptsOf(never), [1, 2, 3]);
    assert.equal(refused.activities.filter((kind) => kind === "exec").length, 4);
  });

  it("is given up when no password is given", async () => {
    const answers = answersWith(() => undefined);
    await assert.rejects(client(careful, answers).session.run("true"), {
      code: "sudo-password",
      message: /no password was given to doas/,
    });
    assert.deepEqual(attemptsOf(answers), [1]);
  });

  it("refuses users without a rule, or with one for another command alone, and asks them nothing", async () => {
    for (const who of [nobody, single]) {
      const answers = right();
      await assert.rejects(client(who, answers).session.run("true"), {
        code: "sudo-refused",
        message: new RegExp(`${who.name} may not become root: .*doas: Operation not permitted`),
        next: /doas\.conf/,
      });
      assert.deepEqual(answers.asked, []);
    }
  });

  it("may be missing as well", async () => {
    const { session, activities } = client(stranded, right());
    await assert.rejects(session.run("true"), {
      code: "sudo-refused",
      message: /neither sudo nor doas is installed/,
    });
    assert.deepEqual(activities, ["connection", "exec", "exec"]);
  });

  it("never shows its password to other processes, nor in the output", async () => {
    const output = createCollector();
    const seen: number[] = [];
    await client(careful, right()).session.run("ps -ef; cat /proc/$$/environ; echo done", {
      onOutput: (chunk) => {
        output.onOutput(chunk);
        seen.push(...processesThatShow(password));
      },
    });
    assert.match(output.text(), /done/);
    assert.ok(!output.text().includes(password));
    assert.deepEqual(seen, []);
  });

  it("does not leave its password to a login profile that asks in its words", async () => {
    const profile = await lookAlikeProfile(careful.name);
    const answers = right();
    await becomesRoot(client(careful, answers).session);
    await profile.remove();
    assert.equal(answers.asked.length, 1);
    assert.equal(await stolen(careful.name), "nothing");
  });

  it("leaves nothing behind when it is cancelled while it asks, and asks again the next time", async () => {
    const abort = new AbortController();
    const { session, prompts } = client(careful, {
      prompts: {
        sudoPassword: () => {
          if (abort.signal.aborted) {
            return Promise.resolve(new Secret(password));
          }
          abort.abort();
          return new Promise(() => undefined);
        },
      },
    });
    await assert.rejects(session.run("true", { signal: abort.signal }), Cancelled);
    await session.run("true");
    assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 1"]);
    assert.deepEqual(processesThatShow("doas\0sh\0"), []);
  });
});
