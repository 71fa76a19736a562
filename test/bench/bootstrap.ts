/**
 * How much a bootstrap over SSH costs beyond the scripts that it runs, on three hosts of a lab:
 * ratio = wall time over SSH / the same phases' scripts on their critical path when run directly on the hosts.
 * `--rounds N` repeats the pair in changing order and takes the medians. The last line is JSON.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bootstrap } from "../../src/core/phases/phases.ts";
import type { PhaseId } from "../../src/core/run/phase.ts";
import type { SshActivity } from "../../src/ssh/sshSession.ts";
import { startLab, type Lab } from "../lab/startLab.ts";
import { labCluster, labSpecText, type LabCluster, type LabRunOptions } from "../support/labCluster.ts";
import { labVersion } from "../support/labVersion.ts";
import { criticalPathMs, type ScriptSpan } from "./criticalPath.ts";
import { directSessions, timedSessions } from "./sessions.ts";

const scope = { phases: bootstrap };

interface SshMeasure {
  readonly wallMs: number;
  readonly execs: number;
  readonly execsNoop: number;
  readonly connections: number;
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "1" } } });
const folder = await mkdtemp(join(tmpdir(), "kubeadm-bench-"));
const lab = await startLab({ name: "bench" });
try {
  await lab.snapshot("fresh");
  const specText = labSpecText(lab, { kubernetesVersion: await labVersion(lab) });
  const overSsh: SshMeasure[] = [];
  const direct: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const newCluster = (way: string): LabCluster =>
      labCluster(lab, specText, join(folder, `${way}-${round}`));
    const measures = [
      async () => void overSsh.push(await measureSsh(newCluster("ssh"))),
      async () => void direct.push(await measureDirect(newCluster("direct"), lab)),
    ];
    for (const measure of round % 2 === 0 ? measures : measures.reverse()) {
      await lab.restore("fresh");
      await measure();
    }
  }
  const most = (of: (measure: SshMeasure) => number): number => Math.max(...overSsh.map(of));
  const wallMs = median(overSsh.map((measure) => measure.wallMs));
  console.log(
    `over SSH ${seconds(wallMs)}; scripts on the critical path, run on the hosts ${seconds(median(direct))}`,
  );
  console.log(
    JSON.stringify({
      ratio: Number((wallMs / median(direct)).toFixed(3)),
      execsPerHost: most(({ execs }) => execs),
      execsPerHostNoop: most(({ execsNoop }) => execsNoop),
      connectionsPerHost: most(({ connections }) => connections),
    }),
  );
} finally {
  await lab.stop();
  await rm(folder, { recursive: true });
}

/** A bootstrap over SSH, and once more with nothing to do. */
async function measureSsh(cluster: LabCluster): Promise<SshMeasure> {
  try {
    const spans: ScriptSpan[] = [];
    const open = timedSessions(
      (host, signal) => cluster.sessions.open(host, signal),
      (span) => spans.push(span),
    );
    const wallMs = await measureRun("over SSH", cluster, "succeeded", { openSession: open });
    console.log(`  ${seconds(wallMs - criticalPathMs(spans))} of it between scripts, connecting included`);
    const execs = mostPerHost(cluster.activity, "exec");
    const connections = mostPerHost(cluster.activity, "connection");
    const before = cluster.activity.length;
    await measureRun("over SSH, nothing to do", cluster, "nothing-to-do");
    return { wallMs, execs, connections, execsNoop: mostPerHost(cluster.activity.slice(before), "exec") };
  } finally {
    await cluster.dispose();
  }
}

async function measureDirect(cluster: LabCluster, where: Lab): Promise<number> {
  const spans: ScriptSpan[] = [];
  const openSession = timedSessions(directSessions(where), (span) => spans.push(span));
  await measureRun("directly", cluster, "succeeded", { openSession });
  return criticalPathMs(spans);
}

/** Milliseconds of a run that must end with `outcome`; prints each phase's. */
async function measureRun(
  title: string,
  cluster: LabCluster,
  outcome: string,
  options: LabRunOptions = {},
): Promise<number> {
  const startedAt = performance.now();
  let phaseStartedAt = startedAt;
  const phases: string[] = [];
  const tellPhase = (phase: PhaseId): void => {
    phases.push(`${phase} ${seconds(performance.now() - phaseStartedAt)}`);
    phaseStartedAt = performance.now();
  };
  const { result } = await cluster.run(scope, {
    ...options,
    emit: (event) => {
      if (event.kind === "phase-finished" && event.outcome !== "nothing-to-do") {
        tellPhase(event.phase);
      }
    },
  });
  if (result.outcome !== outcome) {
    throw new Error(`${title}: ${result.outcome}, not ${outcome}`, { cause: result.failures[0] });
  }
  const wallMs = performance.now() - startedAt;
  console.log(`${title}: ${seconds(wallMs)}${phases.length > 0 ? ` (${phases.join(", ")})` : ""}`);
  return wallMs;
}

function mostPerHost(activity: readonly SshActivity[], kind: SshActivity["kind"]): number {
  const perHost = new Map<string, number>();
  for (const { host } of activity.filter((one) => one.kind === kind)) {
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
  }
  return Math.max(0, ...perHost.values());
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
