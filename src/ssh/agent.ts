import { connect } from "node:net";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";
import { messageOf } from "../core/errors.ts";
import { agentPlaces, type AgentPlace } from "./agentPlace.ts";
import { parsePublicKey, type PublicKey } from "./publicKey.ts";
import { raceAbort } from "./raceAbort.ts";
import { type WireReader, wireReader, wireString, wireUint32 } from "./wireFormat.ts";

/** A key, or a certificate, that an agent signs with. */
export interface AgentKey {
  readonly publicKey: PublicKey;
  readonly comment: string;
}

/** An SSH agent. Its methods reject with AgentError, and with Cancelled when `unwanted` aborts. */
export interface SshAgent {
  /** In the agent's order; keys of kinds that nobody here knows included. */
  keys(unwanted: AbortSignal): Promise<readonly AgentKey[]>;
  /** The signature as SSH sends it. The agent may ask the person first. */
  sign(key: PublicKey, data: Buffer, algorithm: string, unwanted: AbortSignal): Promise<Buffer>;
}

/** `message` completes "the SSH agent ...": "does not answer". */
export class AgentError extends Error {
  override readonly name = "AgentError";
}

export interface AgentContext {
  /** A path, or "pageant"; see SshTarget. */
  readonly agent: string;
  /** How long the list of keys may take, and a signature, for which a person may have to touch or confirm. */
  readonly listTimeoutMs: number;
  readonly signTimeoutMs: number;
}

// Source: draft-miller-ssh-agent, sections 3 to 5.
const requestIdentities = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;
const failure = 5;
const signatureFlags: Readonly<Record<string, number>> = { "rsa-sha2-256": 2, "rsa-sha2-512": 4 };
/** As much as OpenSSH's own client takes. */
const maximumAnswer = 256 * 1024;

/**
 * The agent, asked by a connection of its own for each request. ssh2 speaks with agents, too, but passes over
 * certificates and security keys.
 */
export function createSshAgent(context: AgentContext): SshAgent {
  async function request(message: Buffer, timeoutMs: number, unwanted: AbortSignal): Promise<Buffer> {
    const opening = openFirst(agentPlaces(context.agent, process.platform));
    try {
      const exchanging = opening.then((stream) => exchange(stream, message, timeoutMs));
      return await raceAbort(exchanging, unwanted);
    } finally {
      void opening.then(
        (stream) => stream.destroy(),
        () => "whoever asked is told",
      );
    }
  }

  async function keys(unwanted: AbortSignal): Promise<readonly AgentKey[]> {
    const answer = await request(Buffer.from([requestIdentities]), context.listTimeoutMs, unwanted);
    return readAnswer(answer, identitiesAnswer, (reader) =>
      Array.from({ length: reader.uint32() }, () => ({
        publicKey: parsePublicKey(reader.string()),
        comment: reader.string().toString(),
      })).flatMap(({ publicKey, comment }) => (publicKey ? [{ publicKey, comment }] : [])),
    );
  }

  async function sign(
    { blob }: PublicKey,
    data: Buffer,
    algorithm: string,
    unwanted: AbortSignal,
  ): Promise<Buffer> {
    const flags = wireUint32(signatureFlags[algorithm] ?? 0);
    const answer = await request(
      Buffer.concat([Buffer.from([signRequest]), wireString(blob), wireString(data), flags]),
      context.signTimeoutMs,
      unwanted,
    );
    return readAnswer(answer, signResponse, (reader) => reader.string());
  }

  return { keys, sign };
}

function readAnswer<T>(answer: Buffer, type: number, read: (reader: WireReader) => T): T {
  if (answer[0] === failure) {
    throw new AgentError("refuses, as one that is locked does");
  }
  try {
    const reader = wireReader(answer);
    if (reader.byte() === type) {
      return read(reader);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
  }
  throw new AgentError("answers with something else than an agent does");
}

async function openFirst(places: readonly AgentPlace[]): Promise<Duplex> {
  const errors: unknown[] = [];
  for (const place of places) {
    try {
      return await open(place);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AgentError(`is not there (${messageOf(errors[0])})`);
}

function open(place: AgentPlace): Promise<Duplex> {
  switch (place.kind) {
    case "socket":
      return new Promise((resolve, reject) => {
        const socket = connect(place.path);
        socket.once("error", reject);
        socket.once("connect", () => {
          socket.off("error", reject);
          resolve(socket);
        });
      });
    case "cygwin":
      return streamOfSsh2(place.path);
    case "pageant":
      return streamOfSsh2("pageant");
  }
}

/** ssh2 knows how to reach the agents of Windows; its types leave out the method that does. */
function streamOfSsh2(path: string): Promise<Duplex> {
  const agent = ssh2.createAgent(path) as unknown as {
    getStream(done: (error: Error | null | undefined, stream: Duplex) => void): void;
  };
  return new Promise((resolve, reject) => {
    agent.getStream((error, stream) => {
      if (error) {
        reject(error);
      } else {
        resolve(stream);
      }
    });
  });
}

/** Sends the message, and gives the answer without its length. The stream is the caller's to close. */
function exchange(stream: Duplex, message: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const fail = (why: string): void => reject(new AgentError(why));
    const timer = setTimeout(() => fail("does not answer"), timeoutMs);
    stream
      .on("error", (error) => fail(`is not there (${messageOf(error)})`))
      .on("end", () => fail("hung up without an answer"))
      .on("close", () => {
        clearTimeout(timer);
        fail("hung up without an answer");
      })
      .on("data", (data: Buffer) => {
        received = Buffer.concat([received, data]);
        const length = received.length < 4 ? undefined : received.readUInt32BE();
        if (length === 0 || (length ?? 0) > maximumAnswer) {
          fail("answers with something else than an agent does");
        } else if (length !== undefined && received.length >= 4 + length) {
          resolve(received.subarray(4, 4 + length));
        }
      })
      .write(wireString(message));
  });
}
