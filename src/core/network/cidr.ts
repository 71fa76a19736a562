/** An IP address as a number. IPv4 and IPv6 are different spaces: nothing of one contains or overlaps the other. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A subnet; `first` is its lowest address, with all host bits zero. */
export interface Subnet {
  readonly family: 4 | 6;
  readonly first: bigint;
  /** Number of leading bits that are fixed: 16 for 10.244.0.0/16. */
  readonly prefix: number;
}

const bits = { 4: 32, 6: 128 } as const;

/** Reads 10.0.0.1, 2001:db8::1 or ::ffff:10.0.0.1; undefined for anything else, zone ids (%eth0) included. */
export function parseAddress(text: string): IpAddress | undefined {
  const value = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return value === undefined ? undefined : { family: text.includes(":") ? 6 : 4, value };
}

/** Reads 10.244.0.0/16, also with host bits set (10.244.3.4/16 is the same subnet); undefined for anything else. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  if (address === undefined || prefix > bits[address.family]) {
    return undefined;
  }
  const { family } = address;
  return {
    family,
    prefix,
    first: (address.value >> hostBits({ family, prefix })) << hostBits({ family, prefix }),
  };
}

/** Is the address, or the whole other subnet, inside `subnet`? */
export function contains(subnet: Subnet, inner: IpAddress | Subnet): boolean {
  if (subnet.family !== inner.family) {
    return false;
  }
  if ("value" in inner) {
    return inner.value >> hostBits(subnet) === subnet.first >> hostBits(subnet);
  }
  return (
    inner.prefix >= subnet.prefix && inner.first >> hostBits(subnet) === subnet.first >> hostBits(subnet)
  );
}

/** Do two subnets share an address? */
export function overlaps(one: Subnet, other: Subnet): boolean {
  return contains(one, other) || contains(other, one);
}

/** How people write it: 10.244.0.0/16, and IPv6 in the short form of RFC 5952. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress({ family: subnet.family, value: subnet.first })}/${subnet.prefix}`;
}

/** 10.0.0.1, and IPv6 in the short form of RFC 5952. */
export function formatAddress(address: IpAddress): string {
  if (address.family === 4) {
    return groupsOf(address.value, 4, 8n).join(".");
  }
  const groups = groupsOf(address.value, 8, 16n).map((group) => group.toString(16));
  const { start, length } = longestZeroRun(groups);
  if (length < 2) {
    return groups.join(":");
  }
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function hostBits(subnet: Pick<Subnet, "family" | "prefix">): bigint {
  return BigInt(bits[subnet.family] - subnet.prefix);
}

function parseIpv4(text: string): bigint | undefined {
  // A leading zero is refused: some programs read 010 as eight, others as ten.
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) {
    return undefined;
  }
  const [head, tail] = halves.map((half, index) => ipv6Groups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) {
    return undefined;
  }
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) {
    return undefined;
  }
  const groups = [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** The 16-bit groups of one side of "::"; the last two may be written as an IPv4 address. */
function ipv6Groups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") {
    return [];
  }
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (ipv4 === undefined) {
      return undefined;
    }
    groups.push(Number(ipv4 >> 16n), Number(ipv4 & 0xffffn));
  }
  return groups;
}

function groupsOf(value: bigint, count: number, width: bigint): number[] {
  return Array.from({ length: count }, (_, index) =>
    Number((value >> (width * BigInt(count - 1 - index))) & ((1n << width) - 1n)),
  );
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let run = { start: 0, length: 0 };
  for (const [index, group] of groups.entries()) {
    run = group !== "0" ? { start: index + 1, length: 0 } : { start: run.start, length: run.length + 1 };
    best = run.length > best.length ? run : best;
  }
  return best;
}
