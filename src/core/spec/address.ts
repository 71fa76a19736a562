import * as z from "zod";

const ipv4 = z.ipv4();
const ipv6 = z.ipv6();

export function isIpAddress(text: string): boolean {
  return ipv4.safeParse(text).success || ipv6.safeParse(text).success;
}

/** Whether the address reaches only the machine itself, or no machine at all. */
export function isLoopback(address: string): boolean {
  return /^127\.|^0\.0\.0\.0$|^localhost$/.test(address) || /^(0*:)+0*[01]?$/.test(address);
}

/** Host and port as in a URL: an IPv6 address gets its brackets. */
export function joinHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Host (without brackets) and port of HOST, HOST:PORT, [V6] or [V6]:PORT; the port is undefined when not written. */
export function splitHostPort(text: string): { readonly host: string; readonly port: number | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  return match === null
    ? { host: text, port: undefined }
    : { host: match[1] ?? match[2] ?? "", port: match[3] === undefined ? undefined : Number(match[3]) };
}

/** Whether two IPv4 subnets such as 10.96.0.0/12 share an address. false unless both are IPv4. */
export function ipv4SubnetsOverlap(one: string, other: string): boolean {
  const a = ipv4Range(one);
  const b = ipv4Range(other);
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

function ipv4Range(subnet: string): { readonly first: number; readonly last: number } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  if (match === null) {
    return undefined;
  }
  const [a, b, c, d, length] = match.slice(1).map(Number) as [number, number, number, number, number];
  // Arithmetic instead of bit operations, which would wrap at 2^31.
  const size = 2 ** (32 - length);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}
