import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";

/** What a query packet asks. */
export interface DnsQuestion {
  /** Lower case, without the last dot. */
  readonly name: string;
  /** 1 is A, 28 is AAAA (RFC 1035, RFC 3596). */
  readonly type: number;
  /** Offset of the first byte behind the question. */
  readonly end: number;
}

const typeA = 1;
const headerLength = 12;

/** Reads the first question of a query. Undefined for a packet that is none. */
export function parseDnsQuestion(packet: Buffer): DnsQuestion | undefined {
  const labels: string[] = [];
  let offset = headerLength;
  for (;;) {
    const length = packet[offset];
    if (length === undefined || length > 63) return undefined;
    offset++;
    if (length === 0) break;
    labels.push(packet.toString("latin1", offset, offset + length).toLowerCase());
    offset += length;
  }
  if (offset + 4 > packet.length) return undefined;
  return { name: labels.join("."), type: packet.readUInt16BE(offset), end: offset + 4 };
}

/** The answer to `question`: the address, an empty answer (`address` undefined, the name exists), or NXDOMAIN. */
export function dnsAnswer(
  query: Buffer,
  question: DnsQuestion,
  answer: { readonly exists: boolean; readonly address?: string },
): Buffer {
  const header = Buffer.alloc(headerLength);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(answer.exists ? 0x8580 : 0x8583, 2); // an authoritative response; 3 is NXDOMAIN
  header.writeUInt16BE(1, 4);
  const asked = query.subarray(headerLength, question.end);
  if (!answer.exists || answer.address === undefined || question.type !== typeA)
    return Buffer.concat([header, asked]);
  header.writeUInt16BE(1, 6);
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | headerLength, 0); // the name: a pointer to the question
  record.writeUInt16BE(typeA, 2);
  record.writeUInt16BE(1, 4); // class IN
  record.writeUInt32BE(1, 6); // seconds to keep: `block` takes effect at once
  record.writeUInt16BE(4, 10);
  Buffer.from(answer.address.split(".").map(Number)).copy(record, 12);
  return Buffer.concat([header, asked, record]);
}

/** Answers A queries for names that `isServed` accepts with `address`, all others with NXDOMAIN. */
export function serveDns(address: string, isServed: (name: string) => boolean): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (packet, peer) => {
    const question = parseDnsQuestion(packet);
    if (question === undefined) return;
    const answer = dnsAnswer(packet, question, { exists: isServed(question.name), address });
    socket.send(answer, peer.port, peer.address);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, address, () => resolve(socket));
  });
}
