import { mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../machine/run.ts";

/** Addresses of one lab inside its 10.89.<number>.0/24. */
export interface LabSubnet {
  /** 1 to 254. */
  readonly number: number;
  readonly cidr: string;
  /** The hub: DNS, HTTP, HTTPS and the hosts' gateway. */
  readonly hub: string;
  /** This machine's own address in the lab. */
  readonly machine: string;
  /** Hosts in the order they were asked for: .11, .12, ... */
  readonly host: (index: number) => string;
}

export function labSubnet(number: number): LabSubnet {
  const address = (last: number): string => `10.89.${number}.${last}`;
  return {
    number,
    cidr: `10.89.${number}.0/24`,
    hub: address(1),
    machine: address(2),
    host: (index) => address(11 + index),
  };
}

/** The lowest number from 1 to 254 whose 10.89.<number>.0/24 is neither `taken` nor named in `routes`
 *  (any text with addresses, such as `ip route`). Throws RangeError when all are used. */
export function freeSubnetNumber(taken: ReadonlySet<number>, routes: string): number {
  const routed = new Set([...routes.matchAll(/\b10\.89\.(\d+)\./g)].map((match) => Number(match[1])));
  for (let number = 1; number <= 254; number++) {
    if (!taken.has(number) && !routed.has(number)) return number;
  }
  throw new RangeError("every 10.89.N.0/24 is in use on this machine");
}

const claimPattern = /^subnet-(\d+)$/;

/** Takes a free subnet for `labName`: a file made exclusively, so two labs starting at once cannot take the same. */
export async function claimSubnet(stateRoot: string, labName: string): Promise<LabSubnet> {
  const claims = join(stateRoot, ".subnets");
  await mkdir(claims, { recursive: true });
  for (;;) {
    const taken = new Set((await readdir(claims)).map((name) => Number(claimPattern.exec(name)?.[1])));
    const routes = (await run(["ip", "-4", "addr"])) + (await run(["ip", "-4", "route"]));
    const number = freeSubnetNumber(taken, routes);
    try {
      const file = await open(join(claims, `subnet-${number}`), "wx");
      await file.writeFile(labName);
      await file.close();
      return labSubnet(number);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Numbers of the subnets that `labName` holds: one, unless a start was broken off. */
export async function claimedSubnets(stateRoot: string, labName: string): Promise<number[]> {
  const claims = join(stateRoot, ".subnets");
  const numbers: number[] = [];
  for (const name of await readdir(claims).catch(() => [])) {
    const owner = await readFile(join(claims, name), "utf8").catch(() => "");
    if (owner === labName) numbers.push(Number(claimPattern.exec(name)?.[1]));
  }
  return numbers;
}

/** Whether any lab runs on this machine, or was left behind. */
export async function anySubnetClaimed(stateRoot: string): Promise<boolean> {
  return (await readdir(join(stateRoot, ".subnets")).catch(() => [])).length > 0;
}

/** Gives subnets back that claimSubnet took. */
export async function releaseSubnets(stateRoot: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await rm(join(stateRoot, ".subnets", `subnet-${number}`), { force: true });
}
