import { isIP, SocketAddress } from "node:net";

/**
 * A host as ssh names it once it is resolved: names in lower case, addresses in their usual form ("127.1" is
 * 127.0.0.1, "2001:DB8::0:1" is 2001:db8::1); an address that differs from it in letters' case alone is left as it
 * is. `family`: addresses of the other one are taken for names.
 * Source: main in ssh.c of OpenSSH, inet_aton(3).
 */
export function canonicalHost(host: string, family: "any" | "inet" | "inet6"): string {
  const address = family === "inet6" ? undefined : ipv4(host);
  const canonical = address ?? (family === "inet" ? undefined : ipv6(host));
  if (canonical !== undefined) {
    return canonical.toLowerCase() === host.toLowerCase() ? host : canonical;
  }
  // It can be nothing but an address, though none that is understood; ssh leaves it alone.
  return /[%:]/.test(host) || /^[\d.]*$/.test(host) ? host : host.toLowerCase();
}

/** One to four numbers, decimal, octal or hexadecimal; the last one fills the bytes that are left. */
function ipv4(host: string): string | undefined {
  const parts = host.split(".");
  const numbers = parts.map((part) =>
    /^0x[\da-f]+$/i.test(part)
      ? Number(part)
      : /^0[0-7]*$/.test(part)
        ? Number.parseInt(part, 8)
        : /^[1-9]\d*$/.test(part)
          ? Number(part)
          : NaN,
  );
  const last = numbers.pop() ?? NaN;
  const most = 256 ** (4 - numbers.length);
  if (numbers.length > 3 || !(last < most) || numbers.some((number) => !(number < 256))) {
    return undefined;
  }
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function ipv6(host: string): string | undefined {
  const [address = "", zone] = host.split("%");
  if (isIP(address) !== 6 || zone === "") {
    return undefined;
  }
  const canonical = new SocketAddress({ address, family: "ipv6" }).address;
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}
