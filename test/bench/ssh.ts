/**
 * What connecting costs, beside the system's own ssh: 50 hosts, each a port of OpenSSH's server on this machine.
 * Both connect to all at once and run one command, then each runs a second one: ours on the connections that are
 * open, ssh in new processes. Rounds alternate; figures are medians. Needs root on Linux.
 *
 *     npm run bench:ssh [-- --hosts 50 --rounds 5]
 *
 * The last line is JSON: {"connectRatio":…,"secondCommandRatio":…}, ours divided by ssh's wall time.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLinks } from "../../src/ssh/links.ts";
import { createSshSession, type SshSession } from "../../src/ssh/sshSession.ts";
import { freePort } from "../contract/support/freePort.ts";
import { type PrivateSshd, startPrivateSshd, whyNoSshd } from "../contract/support/privateSshd.ts";
import { createTestPrompts } from "../contract/support/prompts.ts";
import { testTarget } from "../contract/support/testTarget.ts";

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "50" }, rounds: { type: "string", default: "5" } },
});
const hostCount = Number(values.hosts);
const roundCount = Number(values.rounds);
const command = "echo $((40+2))";

/** Milliseconds, and the most memory that was in use at a time, in MiB. */
interface Figure {
  readonly ms: number;
  readonly memory: number;
}

interface Round {
  readonly first: Figure;
  readonly second: Figure;
  readonly ssh: Figure;
  readonly sshAgain: Figure;
}

interface Bench {
  readonly sshd: PrivateSshd;
  readonly ports: readonly number[];
  readonly knownHosts: string;
}

async function timed(work: () => Promise<unknown>, memory: () => number): Promise<Figure> {
  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, memory());
  }, 20);
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  clearInterval(sampling);
  return { ms, memory: most / 1024 / 1024 };
}

/** Connects to every host, runs the command, then runs it again. */
async function ours({ sshd, ports, knownHosts }: Bench): Promise<readonly [first: Figure, second: Figure]> {
  const prompts = createTestPrompts({ confirmHostKey: () => Promise.resolve("cancel") });
  const links = createLinks({ prompts, idleMs: 60_000 });
  const sessions = ports.map((port, index) => {
    const target = testTarget({
      host: `host-${index}`,
      port,
      identityFile: sshd.keyFile,
      userKnownHostsFiles: [knownHosts],
    });
    return createSshSession({ host: target.host, target: () => Promise.resolve(target), links, prompts });
  });
  const memory = (): number => process.memoryUsage.rss();
  const all = (): Promise<Figure> => timed(() => Promise.all(sessions.map(answer)), memory);
  const figures = [await all(), await all()] as const;
  await Promise.all(sessions.map((session) => session.close()));
  links.dispose();
  return figures;
}

async function answer(session: SshSession): Promise<void> {
  let output = "";
  const { exitCode } = await session.run(command, { onOutput: (chunk) => (output += chunk) });
  if (exitCode !== 0 || output !== "42\n") {
    throw new Error(`${session.host} answered ${JSON.stringify(output)} with exit code ${exitCode}`);
  }
}

/** The same by a process of ssh for each host. */
function theirs({ sshd, ports, knownHosts }: Bench): Promise<Figure> {
  const running = new Set<number>();
  const ask = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = [
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "StrictHostKeyChecking=yes",
      ];
      const child = spawn(
        "ssh",
        [
          ...["-F", "none", "-p", String(port), "-i", sshd.keyFile, "-l", "root"],
          ...[...options, `UserKnownHostsFile=${knownHosts}`, "GlobalKnownHostsFile=none"].flatMap(
            (option) => ["-o", option],
          ),
          ...["127.0.0.1", command],
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      running.add(child.pid ?? 0);
      let output = "";
      child.stdout.on("data", (data: Buffer) => (output += data.toString()));
      child.once("close", (code) => {
        running.delete(child.pid ?? 0);
        if (code === 0 && output === "42\n") {
          resolve();
        } else {
          reject(new Error(`ssh answered ${JSON.stringify(output)} with exit code ${code}`));
        }
      });
    });
  return timed(
    () => Promise.all(ports.map(ask)),
    () => [...running].reduce((sum, pid) => sum + residentBytes(pid), 0),
  );
}

/** Memory of a process, 0 when it has ended. */
function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096;
  } catch {
    return 0;
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const whyNot = whyNoSshd();
if (whyNot !== undefined) {
  throw new Error(`the benchmark cannot run: ${whyNot}`);
}
const ports: number[] = [];
for (let index = 0; index < hostCount; index++) {
  ports.push(await freePort());
}
const sshd = await startPrivateSshd(
  [],
  [...[...new Set(ports)].map((port) => `Port ${port}`), "MaxStartups 1000", "UsePAM no"],
);
try {
  const knownHosts = join(sshd.folder, "known_hosts");
  const key = sshd.hostKeys["ssh-ed25519"] ?? "";
  writeFileSync(knownHosts, ports.map((port) => `[127.0.0.1]:${port} ${key}\n`).join(""));
  const bench = { sshd, ports: [...new Set(ports)], knownHosts };
  const rounds: Round[] = [];
  await ours(bench);
  await theirs(bench);
  for (let round = 0; round < roundCount; round++) {
    const [first, second] = await ours(bench);
    rounds.push({ first, second, ssh: await theirs(bench), sshAgain: await theirs(bench) });
  }
  const wall = (pick: (round: Round) => Figure): number => median(rounds.map((round) => pick(round).ms));
  const memory = (pick: (round: Round) => Figure): number =>
    Math.max(...rounds.map((round) => pick(round).memory));
  const row = (title: string, pick: (round: Round) => Figure): void =>
    console.log(
      `${title.padEnd(36)} ${wall(pick).toFixed(0).padStart(6)} ms ${memory(pick).toFixed(0).padStart(6)} MiB`,
    );
  console.log(`${bench.ports.length} hosts, ${roundCount} rounds, medians and most memory`);
  row("ours: connect, one command", ({ first }) => first);
  row("ssh: connect, one command", ({ ssh }) => ssh);
  row("ours: second command", ({ second }) => second);
  row("ssh: second command", ({ sshAgain }) => sshAgain);
  const ratio = (mine: number, other: number): number => Number((mine / other).toFixed(3));
  console.log(
    JSON.stringify({
      connectRatio: ratio(
        wall(({ first }) => first),
        wall(({ ssh }) => ssh),
      ),
      secondCommandRatio: ratio(
        wall(({ second }) => second),
        wall(({ sshAgain }) => sshAgain),
      ),
    }),
  );
} finally {
  await sshd.stop();
}
