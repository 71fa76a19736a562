import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Secret } from "../../src/core/shell/secret.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { breakConnections, type ThrowAwayUser } from "./support/privateSshd.ts";
import { makeKey, publicKeys } from "./support/sshKeys.ts";

const user = (name: string): ThrowAwayUser => ({
  name: `kubeadm-t-${name}`,
  password: `pässword of ${name}`,
  sudo: "without password",
});

/** Users, each with what the server asks of it. */
const rules: readonly (readonly [user: ThrowAwayUser, ...settings: string[]])[] = [
  [user("typed"), "PasswordAuthentication yes", "KbdInteractiveAuthentication no"],
  [user("asked"), "PasswordAuthentication no", "KbdInteractiveAuthentication yes"],
  [user("both"), "PasswordAuthentication yes", "KbdInteractiveAuthentication yes"],
  [user("keyed"), "PasswordAuthentication no", "KbdInteractiveAuthentication no"],
  [user("stale"), "PasswordAuthentication no", "KbdInteractiveAuthentication yes"],
  [user("key-typed"), "AuthenticationMethods publickey,password"],
  [user("key-asked"), "AuthenticationMethods publickey,keyboard-interactive"],
  [user("typed-key"), "AuthenticationMethods password,publickey"],
  [user("two-keys"), "AuthenticationMethods publickey,publickey"],
  [user("typed-asked"), "AuthenticationMethods password,keyboard-interactive"],
];

/** An address at which the server lets root in by nothing; elsewhere it does by keys. */
const rootRefused = "127.0.0.2";

let keys: string;
const fileOf = (name: string): string => join(keys, name);

async function settings(): Promise<readonly string[]> {
  keys = await mkdtemp(join(tmpdir(), "ssh-keys-"));
  // sshd reads what is authorized as the user who logs in.
  await chmod(keys, 0o755);
  const make = (name: string): Promise<string> => makeKey(keys, name, { type: "ed25519" });
  const [one, rsa] = await Promise.all([
    make("one"),
    makeKey(keys, "rsa", { type: "rsa", bits: 2048 }),
    make("stranger"),
  ]);
  await writeFile(fileOf("authorized_keys"), await publicKeys([one, rsa]));
  return [
    `ListenAddress ${rootRefused}`,
    "LogLevel VERBOSE",
    ...rules.flatMap(([{ name }, ...lines]) => [`Match User ${name}`, ...lines.map((line) => `  ${line}`)]),
    `Match LocalAddress ${rootRefused}`,
    "  PermitRootLogin no",
    "Match all",
    `  AuthorizedKeysFile ${fileOf("authorized_keys")}`,
  ];
}

describeOnOpenssh(
  "OpenSSH passwords",
  ({ sshd, client: clientOf }) => {
    after(() => (keys === undefined ? undefined : rm(keys, { recursive: true })));

    /** The user who is asked by such settings, a session as it, and the answers that it gives. */
    const client = (
      name: string,
      changes: Parameters<typeof clientOf>[0] = {},
      prompts: Parameters<typeof clientOf>[1] = {},
    ): ReturnType<typeof clientOf> =>
      clientOf(
        { identityFile: undefined, user: user(name).name, ...changes },
        { password: () => Promise.resolve(new Secret(user(name).password)), ...prompts },
      );

    describe("alone", () => {
      for (const name of ["typed", "asked", "both"]) {
        it(`let in the user ${name}, who is not asked again later`, async () => {
          const { session, prompts } = client(name);
          await session.run("true");
          await breakConnections(sshd());
          await session.run("true");
          assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
        });
      }

      it("are asked for again when they are wrong, by the host's own questions too", async () => {
        await Promise.all(
          ["typed", "asked"].map(async (name) => {
            const { session, prompts } = client(
              name,
              {},
              {
                password: ({ attempt }) =>
                  Promise.resolve(new Secret(attempt === 1 ? "wrong" : user(name).password)),
              },
            );
            await session.connect();
            assert.deepEqual(prompts.asked.slice(1), ["password 1", "password 2"]);
          }),
        );
      });

      // In one test, as PAM takes seconds over each wrong password.
      it("are told from what was taken when they are refused, and root's are where keys alone let it in", async () => {
        const one = { password: () => Promise.resolve(new Secret("wrong")) };
        const second = client("key-typed", { identityFile: fileOf("one"), passwordPrompts: 1 }, one);
        const root = clientOf(
          { identityFile: undefined, loginMethods: ["password"], passwordPrompts: 1 },
          one,
        );
        await Promise.all([
          assert.rejects(second.session.connect(), {
            message: new RegExp(
              `took ${fileOf("one")}, but refused password; the host wants password besides`,
            ),
          }),
          assert.rejects(root.session.connect(), {
            code: "host-authentication",
            message: /refused password; the host accepts publickey, password/,
          }),
        ]);
      });

      it("are not asked for by a host that takes keys alone, and the error says what it takes", async () => {
        const { session, prompts } = client("keyed", { identityFiles: [fileOf("stranger")] });
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          message: new RegExp(`refused ${fileOf("stranger")}; the host accepts publickey\\.`),
          next: /authorized_keys/,
        });
        assert.deepEqual(prompts.asked.slice(1), []);
      });

      it("are not asked for when the user's own ssh_config rules them out", async () => {
        const { session, prompts } = client("typed", { loginMethods: ["keyboard-interactive"] });
        await assert.rejects(session.connect(), {
          message: /the host accepts publickey, ?password/,
          next: /Your ssh_config rules out/,
        });
        assert.deepEqual(prompts.asked.slice(1), []);
      });

      it("are asked for before or after keys, as the user's own ssh_config has it", async () => {
        const identityFiles = [fileOf("one")];
        const after = client("both", { identityFiles });
        await after.session.connect();
        assert.deepEqual(after.prompts.asked.slice(1), []);
        const before = client("both", { identityFiles, loginMethods: ["password", "publickey"] });
        await before.session.connect();
        assert.deepEqual(before.prompts.asked.slice(1), ["password 1"]);
      });

      it("are not asked for after a key that the spec names", async () => {
        const { session, prompts } = client("both", { identityFile: fileOf("stranger") });
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          next: /the public key of .*stranger is in its authorized_keys/,
        });
        assert.deepEqual(prompts.asked.slice(1), []);
      });
    });

    it("that have expired are changed by the host's questions, and the old one answers none of them", async () => {
      const { name, password } = user("stale");
      await promisify(execFile)("chage", ["-d", "0", name]);
      const fresh = "Ganz neu! 4711 xyz";
      const { session, prompts } = client(
        "stale",
        {},
        {
          answer: ({ question }) => Promise.resolve(new Secret(/current/i.test(question) ? password : fresh)),
        },
      );
      await session.connect();
      assert.deepEqual(prompts.asked.slice(1), [
        "password 1",
        // PAM's words come with the first question.
        prompts.asked.find((question) =>
          /^answer You are required to change .*Current password: $/.test(question),
        ),
        "answer New password: ",
        "answer Retype new password: ",
      ]);
      const later = client("stale", {}, { password: () => Promise.resolve(new Secret(fresh)) });
      await later.session.connect();
    });

    describe("in a row with keys", () => {
      for (const name of ["key-typed", "key-asked", "typed-key"]) {
        it(`let in the user ${name}`, async () => {
          for (const changes of [
            { identityFile: fileOf("rsa") },
            { identityFiles: [fileOf("stranger"), fileOf("one")] },
          ]) {
            const { session, prompts } = client(name, changes);
            if (name === "typed-key" && "identityFile" in changes) {
              // The password comes first there, and the spec allows none but as a second factor.
              await assert.rejects(session.connect(), {
                message: /found no key .* the host accepts password/,
              });
            } else {
              await session.connect();
              assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
            }
          }
        });
      }

      it("need two keys where the host wants two", async () => {
        const { session } = client("two-keys", {
          identityFiles: [fileOf("one"), fileOf("stranger"), fileOf("rsa")],
        });
        await session.connect();
        const one = client("two-keys", { identityFiles: [fileOf("one")] });
        await assert.rejects(one.session.connect(), {
          code: "host-authentication",
          message: new RegExp(`took ${fileOf("one")}; the host wants publickey besides`),
        });
      });

      it("are asked for once where the host checks the same one twice", async () => {
        const { session, prompts } = client("typed-asked");
        await session.connect();
        assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
      });
    });

    describe("root", () => {
      it("is refused with its key where it may not log in", async () => {
        const { session } = clientOf({ address: rootRefused, identityFile: fileOf("one") });
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          message: new RegExp(`the login of root@${rootRefused}:\\d+ refused ${fileOf("one")}`),
        });
      });

      it("is let in by its key where passwords are prohibited", async () => {
        await clientOf({ identityFile: fileOf("one") }).session.connect();
      });
    });
  },
  { users: rules.map(([one]) => one), settings },
);
