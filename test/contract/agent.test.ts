import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { Cancelled } from "../../src/core/errors.ts";
import { createSshAgent, type SshAgent } from "../../src/ssh/agent.ts";
import { wireReader, wireString, wireUint32 } from "../../src/ssh/wireFormat.ts";
import { startAgent } from "./support/agents.ts";
import { certify, makeKey } from "./support/sshKeys.ts";

const whySkipped = ["/usr/bin/ssh-agent", "/usr/bin/ssh-add", "/usr/bin/ssh-keygen"].every(existsSync)
  ? undefined
  : "OpenSSH's agent is not installed";

describe(`SSH agent${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, () => {
  let folder: string;
  let server: Server | undefined;
  const wanted = new AbortController().signal;

  before(function () {
    if (whySkipped !== undefined) {
      this.skip();
    }
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-"));
  });
  afterEach(async () => {
    if (server) {
      await new Promise((resolve) => server?.close(resolve));
      server = undefined;
    }
    await rm(folder, { recursive: true });
  });

  const agentAt = (socket: string, timeoutMs = 5000): SshAgent =>
    createSshAgent({ agent: socket, listTimeoutMs: timeoutMs, signTimeoutMs: timeoutMs });

  /** An agent that does with each connection as it is told. */
  async function serve(use: (socket: Socket) => void): Promise<string> {
    const path = join(folder, "socket");
    const created = createServer((connection) => {
      // What the client does must be noticed, its end above all.
      use(connection.on("error", () => undefined).resume());
    });
    server = created;
    await new Promise<void>((resolve) => created.listen(path, resolve));
    return path;
  }

  it("lists keys and certificates of every type in its order, and signs with them", async () => {
    const files = await Promise.all([
      makeKey(folder, "ca", { type: "ed25519" }),
      makeKey(folder, "rsa", { type: "rsa", bits: 2048 }),
      makeKey(folder, "ecdsa", { type: "ecdsa", bits: 384 }),
    ]);
    await certify(files[0], files[2], ["-I", "ada"]);
    const real = await startAgent(join(folder, "real"));
    try {
      await real.add(...files);
      const agent = agentAt(real.socket);
      const keys = await agent.keys(wanted);
      assert.deepEqual(
        keys.map(({ publicKey, comment }) => `${publicKey.type} ${comment}`),
        [
          "ssh-ed25519 ca",
          "ssh-rsa rsa",
          "ecdsa-sha2-nistp384 ecdsa",
          "ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa",
        ],
      );
      const [ed25519, rsa] = keys;
      assert.ok(ed25519 && rsa);
      const data = Buffer.from("something to sign");
      for (const [key, algorithm, hash] of [
        [ed25519, "ssh-ed25519", undefined],
        [rsa, "rsa-sha2-256", "sha256"],
        [rsa, "rsa-sha2-512", "sha512"],
      ] as const) {
        const signature = wireReader(await agent.sign(key.publicKey, data, algorithm, wanted));
        assert.equal(signature.string().toString(), algorithm);
        const parsed = ssh2.utils.parseKey(key.publicKey.blob);
        assert.ok(!(parsed instanceof Error));
        assert.ok(verify(hash, data, parsed.getPublicPEM(), signature.string()), algorithm);
      }
    } finally {
      await real.stop();
    }
  });

  it("may answer byte by byte", async () => {
    const list = Buffer.concat([
      Buffer.from([12]),
      wireUint32(2),
      wireString(Buffer.concat([wireString("later@example.com"), wireString("x")])),
      wireString("unknown"),
      wireString("no key"),
      wireString("broken"),
    ]);
    const socket = await serve((connection) => {
      connection.setNoDelay(true);
      void (async () => {
        for (const byte of wireString(list)) {
          await new Promise((resolve) => connection.write(Buffer.from([byte]), resolve));
        }
      })();
    });
    const keys = await agentAt(socket).keys(wanted);
    assert.deepEqual(
      keys.map(({ publicKey, comment }) => [publicKey.type, comment]),
      [["later@example.com", "unknown"]],
    );
  });

  it("is told apart when it is none, hangs up, or takes too long to list or to sign", async () => {
    const rejects = async (
      use: (socket: Socket) => void,
      message: RegExp,
      timeoutMs?: number,
    ): Promise<void> => {
      const socket = await serve(use);
      const agent = agentAt(socket, timeoutMs);
      const key = { type: "ssh-ed25519", blob: Buffer.alloc(4), id: "", certificate: undefined };
      await assert.rejects(agent.keys(wanted), { name: "AgentError", message });
      await assert.rejects(agent.sign(key, Buffer.alloc(4), "ssh-ed25519", wanted), {
        name: "AgentError",
        message,
      });
      await new Promise((resolve) => server?.close(resolve));
      server = undefined;
    };
    await rejects((socket) => socket.end(), /hung up without an answer/);
    await rejects((socket) => socket.destroy(), /hung up without an answer|is not there/);
    await rejects((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n"), /answers with something else/);
    await rejects((socket) => socket.write(Buffer.alloc(4)), /answers with something else/);
    await rejects((socket) => socket.write(wireString(Buffer.from([99]))), /answers with something else/);
    await rejects((socket) => socket.write(wireString(Buffer.from([5]))), /refuses/);
    await rejects(() => undefined, /does not answer/, 20);
  });

  it("is left alone when nobody wants its answer any more", async () => {
    const abort = new AbortController();
    const closed = new Promise<void>((resolve) => {
      void serve((connection) => {
        connection.on("close", () => resolve());
        abort.abort();
      });
    });
    await assert.rejects(agentAt(join(folder, "socket")).keys(abort.signal), Cancelled);
    await closed;
  });
});
