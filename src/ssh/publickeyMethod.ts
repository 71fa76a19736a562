import ssh2, { type Client, type ParsedKey, type PublicKeyAuthMethod } from "ssh2";
import { plainTypeOf, type PublicKey } from "./publicKey.ts";
import type { SigningKey } from "./signingKey.ts";
import { wireString } from "./wireFormat.ts";

/**
 * Logging in with keys whose signature takes a while (an agent, a passphrase), and with those that ssh2 does not
 * know (certificates, security keys).
 *
 * ssh2's "publickey" wants the signature at once. Its "agent" can wait, but knows neither certificates nor what the
 * server said of a key that was enough in part only. So keys are passed to "publickey", which asks whether the
 * server would take them, and the answer to that is given here. When ssh2 can sign later and for certificates
 * (https://github.com/mscdex/ssh2/issues/551), this can go.
 */

/** What is used of ssh2's Protocol (lib/protocol/Protocol.js of version 1.17); its types leave it out. */
interface Protocol {
  /** Asks whether the server takes the key; with `sign`, logs in. */
  authPK(user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign): void;
  readonly _packetRW: { readonly write: PacketWriter };
}

/** `data` is what is to be signed: the session's id, and the request without the signature. */
type Sign = (data: Buffer, send: (signature: Buffer) => void) => void;

interface PacketWriter {
  readonly allocStart: number;
  alloc(length: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

interface OfferedKey {
  readonly key: SigningKey;
  /** The signature could not be made: the login goes on without this key. */
  readonly onFailed: (error: unknown) => void;
}

const offeredKeys = new WeakMap<ParsedKey, OfferedKey>();

/** The method for ssh2's authHandler. It works with clients that learned signLater(). */
export function publickeyMethod(username: string, offered: OfferedKey): PublicKeyAuthMethod {
  const { publicKey } = offered.key;
  const key = Object.create(someKey, {
    type: { value: requestedType(publicKey) },
    getPublicSSH: { value: () => publicKey.blob },
    isPrivateKey: { value: () => true },
    // What ssh2 is told when signing failed: it then asks for the next method.
    sign: { value: () => new Error("the key did not sign") },
  }) as ParsedKey;
  offeredKeys.set(key, offered);
  return { type: "publickey", username, key };
}

/** What ssh2 takes for a key of its own, whatever key it is. */
const someKey = parsed(Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(32))]));

function parsed(blob: Buffer): ParsedKey {
  const key = ssh2.utils.parseKey(blob);
  if (key instanceof Error) {
    throw key;
  }
  return key;
}

/** For plain RSA keys ssh2 chooses the algorithm by what the server knows; certificates came after SHA-1 went. */
function requestedType({ type }: PublicKey): string {
  return type === "ssh-rsa-cert-v01@openssh.com" ? "rsa-sha2-512-cert-v01@openssh.com" : type;
}

/** Makes the client wait for the signatures of offered keys. Call it right after connect(). */
export function signLater(client: Client): void {
  const protocol = (client as unknown as { readonly _protocol: Protocol })._protocol;
  const authenticate = protocol.authPK.bind(protocol);
  let isClosed = false;
  client.once("close", () => {
    isClosed = true;
  });
  protocol.authPK = (user, key, algorithm, sign) => {
    const offered = offeredKeys.get(key);
    if (!offered || !sign) {
      authenticate(user, key, algorithm, sign);
      return;
    }
    authenticate(user, key, algorithm, (data, send) => {
      const request = data.subarray(4 + data.readUInt32BE());
      offered.key.sign(data, plainTypeOf(algorithm ?? key.type)).then(
        (signature) => {
          if (!isClosed) {
            sendAs(protocol, Buffer.concat([request, wireString(signature)]), send);
          }
        },
        (error: unknown) => {
          if (!isClosed) {
            offered.onFailed(error);
            sign(data, send);
          }
        },
      );
    });
  };
}

/** Lets ssh2 send `message` in place of the one that it makes of a signature. */
function sendAs(protocol: Protocol, message: Buffer, send: (signature: Buffer) => void): void {
  const { write } = protocol._packetRW;
  const finalize = write.finalize.bind(write);
  write.finalize = () => {
    const packet = write.alloc(message.length);
    packet.set(message, write.allocStart);
    return finalize(packet);
  };
  try {
    // Zeros are no signature, and ssh2 writes them as they are for every type of key.
    send(Buffer.alloc(4));
  } finally {
    write.finalize = finalize;
  }
}
