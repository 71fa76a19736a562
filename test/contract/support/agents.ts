import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { wireReader, wireString, wireUint32 } from "../../../src/ssh/wireFormat.ts";

/** OpenSSH's own agent. */
export interface RealAgent {
  readonly socket: string;
  /** ssh-add with these arguments. */
  add(...args: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startAgent(socket: string): Promise<RealAgent> {
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  await once(agent.stdout, "data");
  return {
    socket,
    add: async (...args) => {
      await promisify(execFile)("ssh-add", ["-q", ...args], {
        env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "never" },
      });
    },
    stop: async () => {
      const exited = once(agent, "exit");
      agent.kill();
      await exited;
    },
  };
}

/** An agent in this process. */
export interface FakeAgent {
  readonly socket: string;
  /** Types of the messages that it got: 11 asks for the keys, 13 for a signature. */
  readonly requests: readonly number[];
  stop(): Promise<void>;
}

/** `answer` gives the answer to a message, both without their length; undefined: it never answers. */
export async function startFakeAgent(
  socket: string,
  answer: (message: Buffer) => Buffer | undefined,
): Promise<FakeAgent> {
  const requests: number[] = [];
  const open = new Set<Socket>();
  const server = createServer((connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection));
    connection.on("error", () => undefined);
    let received = Buffer.alloc(0);
    connection.on("data", (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
        const message = received.subarray(4);
        requests.push(message.readUInt8());
        const reply = answer(message);
        if (reply) {
          connection.write(wireString(reply));
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    requests,
    stop: async () => {
      open.forEach((connection) => connection.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An agent's answers for startFakeAgent: the list of `blobs`, and what `signAnswer` makes of the data to sign. */
export function answers(
  blobs: readonly Buffer[],
  signAnswer: (data: Buffer) => Buffer | undefined,
): (message: Buffer) => Buffer | undefined {
  return (message) => {
    const reader = wireReader(message);
    if (reader.byte() === 11) {
      const list = blobs.flatMap((blob) => [wireString(blob), wireString("a comment")]);
      return Buffer.concat([Buffer.from([12]), wireUint32(blobs.length), ...list]);
    }
    reader.string();
    return signAnswer(reader.string());
  };
}
