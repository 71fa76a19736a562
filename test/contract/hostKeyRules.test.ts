import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { KubeadmError } from "../../src/core/errors.ts";
import { hashed } from "../unit/ssh/hostKeys.ts";
import { pipedSshd } from "./support/pipedSshd.ts";
import { whyNoSshd } from "./support/privateSshd.ts";
import { createTestPrompts } from "./support/prompts.ts";
import { makeKey } from "./support/sshKeys.ts";
import { testSession } from "./support/testSession.ts";
import { testTarget } from "./support/testTarget.ts";

const runs = process.env["KUBEADM_TEST_FULL"] ? 1000 : 15;

/** Host keys of the tests, by the names that scenarios use; the server has some of them. */
const keyNames = ["ed25519", "new-ed25519", "ecdsa", "rsa", "new-rsa"] as const;
type KeyName = (typeof keyNames)[number];

/** A server with some keys, what known_hosts says, and how ssh_config says to connect. */
interface Scenario {
  readonly server: readonly [KeyName, ...KeyName[]];
  /** Lines of known_hosts: "[MARKER ]NAMES" and the key. */
  readonly lines: readonly (readonly [names: string, key: KeyName])[];
  readonly port: number;
  readonly hostKeyAlias?: string | undefined;
  readonly strictHostKeyChecking: "yes" | "accept-new";
}

/** What became of the key (nobody logs in), and of known_hosts. */
interface Outcome {
  readonly kind: "trusted" | "unknown" | "changed" | "revoked";
  readonly knownHosts: string;
}

const address = "cp-1.example";
const atPort = `[${address}]:2222`;

/** Known cases, each with what ssh is expected to do. */
const cases: readonly (readonly [title: string, kind: Outcome["kind"], Partial<Scenario>])[] = [
  ["knows a recorded key", "trusted", { lines: [[atPort, "ed25519"]] }],
  ["adds a new host", "trusted", {}],
  ["refuses a new host when checking is strict", "unknown", { strictHostKeyChecking: "yes" }],
  [
    "knows a host that got a key of another type besides",
    "trusted",
    { server: ["ed25519", "rsa", "ecdsa"], lines: [[atPort, "rsa"]] },
  ],
  [
    "refuses a host with a new key of another type instead",
    "changed",
    { server: ["rsa"], lines: [[atPort, "ed25519"]] },
  ],
  [
    "refuses a host with a new key of the same type",
    "changed",
    { server: ["new-ed25519"], lines: [[atPort, "ed25519"]] },
  ],
  [
    "refuses a host with a new key of the same type, though that of another type is as before",
    "changed",
    {
      server: ["new-ed25519", "rsa"],
      lines: [
        [atPort, "ed25519"],
        [atPort, "rsa"],
      ],
    },
  ],
  [
    "refuses a host of which all keys are new",
    "changed",
    {
      server: ["new-ed25519", "new-rsa"],
      lines: [
        [atPort, "ed25519"],
        [atPort, "rsa"],
      ],
    },
  ],
  [
    "knows a host that shows one of several recorded keys",
    "trusted",
    {
      server: ["rsa"],
      lines: [
        [atPort, "new-rsa"],
        [atPort, "rsa"],
      ],
    },
  ],
  [
    "refuses a revoked key",
    "revoked",
    {
      lines: [
        [atPort, "ed25519"],
        ["@revoked *", "ed25519"],
      ],
    },
  ],
  ["takes a certificate authority for no host key", "trusted", { lines: [["@cert-authority *", "ed25519"]] }],
  [
    "takes a certificate authority for no known host",
    "unknown",
    { lines: [["@cert-authority *", "rsa"]], strictHostKeyChecking: "yes" },
  ],
  ["lets the bare address vouch", "trusted", { lines: [[address, "ed25519"]], strictHostKeyChecking: "yes" }],
  ["does not hold the keys of the bare address against the host", "trusted", { lines: [[address, "rsa"]] }],
  [
    "goes by the alias",
    "changed",
    {
      lines: [
        ["web", "rsa"],
        [atPort, "ed25519"],
      ],
      hostKeyAlias: "Web",
    },
  ],
  [
    "adds a host by its alias",
    "trusted",
    {
      lines: [
        ["[web]:2222", "rsa"],
        [atPort, "rsa"],
      ],
      hostKeyAlias: "Web",
    },
  ],
];

const whySkipped = whyNoSshd();

describe(`host keys as ssh takes them${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
  this.timeout(600_000);
  let folder = "";
  const keys = new Map<KeyName, string>();

  before(async function () {
    if (whySkipped !== undefined) {
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "host-keys-"));
    const recipe = (name: string): "ed25519" | "ecdsa" | "rsa" =>
      name.endsWith("rsa") ? "rsa" : name === "ecdsa" ? name : "ed25519";
    await Promise.all(keyNames.map((name) => makeKey(folder, name, { type: recipe(name) })));
    for (const name of keyNames) {
      keys.set(name, (await readFile(join(folder, `${name}.pub`), "utf8")).split(" ").slice(0, 2).join(" "));
    }
  });
  after(async () => {
    if (folder !== "") {
      await rm(folder, { recursive: true });
    }
  });

  function write({ lines }: Scenario): string {
    return lines.map(([names, key]) => `${names} ${keys.get(key)}\n`).join("");
  }

  function serve({ server }: Scenario): Promise<string> {
    const files = server.map((name) => join(folder, name));
    return pipedSshd(folder, server.join("+"), files);
  }

  async function byOpenssh(scenario: Scenario): Promise<Outcome> {
    const { port, hostKeyAlias, strictHostKeyChecking } = scenario;
    const file = join(folder, "theirs");
    await writeFile(file, write(scenario));
    const options = [
      `ProxyCommand=${await serve(scenario)}`,
      `UserKnownHostsFile=${file}`,
      "GlobalKnownHostsFile=none",
      `StrictHostKeyChecking=${strictHostKeyChecking}`,
      "BatchMode=yes",
      "PubkeyAuthentication=no",
      // It would add the server's other keys after the login.
      "UpdateHostKeys=no",
      "HashKnownHosts=no",
      ...(hostKeyAlias === undefined ? [] : [`HostKeyAlias=${hostKeyAlias}`]),
    ];
    const argv = ["-F", "none", "-p", String(port), ...options.flatMap((option) => ["-o", option])];
    const said = await new Promise<string>((resolve) => {
      execFile("ssh", [...argv, `root@${address}`], (_error, _stdout, stderr) => resolve(stderr));
    });
    const kind = /Permission denied/.test(said)
      ? "trusted"
      : /has changed and you have requested/.test(said)
        ? "changed"
        : /was revoked and you have requested/.test(said)
          ? "revoked"
          : /host key is known for .* and you have requested/.test(said)
            ? "unknown"
            : undefined;
    assert.ok(kind, said);
    return { kind, knownHosts: await readFile(file, "utf8") };
  }

  async function byUs(scenario: Scenario): Promise<Outcome> {
    const { port, hostKeyAlias, strictHostKeyChecking } = scenario;
    const file = join(folder, "ours");
    await writeFile(file, write(scenario));
    const prompts = createTestPrompts();
    const session = testSession(
      testTarget({
        ...{ address, port, hostKeyAlias, strictHostKeyChecking },
        loginMethods: ["publickey"],
        route: { kind: "command", command: await serve(scenario) },
        userKnownHostsFiles: [file],
      }),
      prompts,
    );
    const codes = {
      "host-authentication": "trusted",
      "host-key-unknown": "unknown",
      "host-key-changed": "changed",
      "host-key-revoked": "revoked",
    } as const;
    const kind = await session.run("true").then(
      () => assert.fail("somebody logged in"),
      (error: unknown) => {
        const code = error instanceof KubeadmError ? error.code : "internal";
        assert.ok(code in codes, String(error));
        return codes[code as keyof typeof codes];
      },
    );
    await session.close();
    assert.deepEqual(prompts.asked, []);
    return { kind, knownHosts: await readFile(file, "utf8") };
  }

  for (const [title, kind, changes] of cases) {
    it(title, async () => {
      const scenario: Scenario = {
        server: ["ed25519"],
        lines: [],
        port: 2222,
        strictHostKeyChecking: "accept-new",
        ...changes,
      };
      const outcome = await byUs(scenario);
      assert.equal(outcome.kind, kind);
      assert.deepEqual(outcome, await byOpenssh(scenario));
    });
  }

  it("does as ssh whatever known_hosts says", async () => {
    const key = fc.constantFrom(...keyNames);
    const names = fc.oneof(
      fc.constantFrom(
        atPort,
        address,
        "web",
        `x,${atPort}`,
        "*",
        "[*]:2222",
        "*.example,!cp-*",
        "CP-1.Example",
      ),
      fc.constantFrom(atPort, address, "web").map(hashed),
    );
    // A key that is revoked for the bare address is refused here at another port, too, of which ssh only warns.
    const revoked = fc.constantFrom(`@revoked *`, `@revoked ${atPort},${address},web`);
    const authority = names.map((text) => `@cert-authority ${text}`);
    const scenario = fc.record({
      server: fc.uniqueArray(key, { minLength: 1, maxLength: 1 }) as fc.Arbitrary<
        Scenario["server"] & KeyName[]
      >,
      lines: fc.array(
        fc.tuple(
          fc.oneof(
            { weight: 6, arbitrary: names },
            { weight: 1, arbitrary: revoked },
            { weight: 1, arbitrary: authority },
          ),
          key,
        ),
        { maxLength: 5 },
      ),
      port: fc.constantFrom(22, 2222),
      hostKeyAlias: fc.constantFrom(undefined, undefined, "Web"),
      strictHostKeyChecking: fc.constantFrom("yes" as const, "accept-new" as const),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async (generated) => {
        assert.deepEqual(await byUs(generated), await byOpenssh(generated));
      }),
      { numRuns: runs },
    );
  });
});
