/**
 * Runs every suite that can run on this machine, one after another, and sums them up: the last line is
 * `N passed, N failed, N skipped`. Suites that need root on Linux (hosts, sshd, a browser from Debian's packages)
 * are reported as skipped with the reason elsewhere.
 *
 *     npm test [-- SUITE...]     unit, contract, integration, cluster, e2e; all unless named
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";

interface Suite {
  readonly name: string;
  readonly needsRoot: boolean;
  /** Commands in order; the last one runs the tests. */
  readonly commands: readonly (readonly string[])[];
}

const mocha = (glob: string): readonly string[] => ["mocha", "--no-config", "--reporter", "test/reporter.cjs", glob];

const suites: readonly Suite[] = [
  { name: "unit", needsRoot: false, commands: [["mocha"]] },
  {
    name: "contract",
    needsRoot: false,
    commands: [mocha("test/contract/**/*.test.ts")],
  },
  {
    name: "integration",
    needsRoot: true,
    commands: [
      ["node", "esbuild.mjs"],
      ["node", "test/vscode/bundleIntegrationTests.ts"],
      ["node", "test/vscode/runExtensionTests.ts"],
    ],
  },
  { name: "cluster", needsRoot: true, commands: [mocha("test/cluster/**/*.test.ts")] },
  { name: "e2e", needsRoot: true, commands: [mocha("test/e2e/**/*.test.ts")] },
];

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const nothing: Count = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command, shows its output, and gives the output and exit code back. */
function run([command = "", ...args]: readonly string[], isQuiet = false): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (data: Buffer): void => {
      output += data.toString();
      if (!isQuiet) {
        process.stdout.write(data);
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The counts of the suite's closing line. A suite that ends without one, or badly without a failure, failed. */
function countOf(code: number, output: string): Count {
  const [, passed, failed, skipped] = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1) ?? [];
  if (passed === undefined || failed === undefined) {
    return { ...nothing, failed: 1 };
  }
  return { passed: Number(passed), failed: code === 0 ? Number(failed) : Math.max(1, Number(failed)), skipped: Number(skipped ?? 0) };
}

async function runSuite({ name, commands }: Suite): Promise<Count> {
  console.log(`\n=== ${name}`);
  const start = Date.now();
  let last = { code: 0, output: "" };
  for (const command of commands) {
    last = await run(command);
    if (last.code !== 0) {
      break;
    }
  }
  const count = countOf(last.code, last.output);
  console.log(`=== ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${seconds(start)} s`);
  return count;
}

function seconds(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(0);
}

/** Installs and builds what the suites need: OpenSSH, VS Code, then (while other suites run) the lab's parts. */
async function prepare(names: ReadonlySet<string>): Promise<Promise<{ code: number; output: string }>[]> {
  const steps: (readonly string[])[] = [];
  if (names.has("contract")) {
    steps.push(["sh", "test/contract/support/installOpenssh.sh"]);
  }
  if (names.has("integration") || names.has("e2e")) {
    steps.push(["node", "test/vscode/setup.ts"]);
  }
  for (const step of steps) {
    const start = Date.now();
    const { code, output } = await run(step, true);
    console.log(`prepared: ${step.join(" ")} in ${seconds(start)} s${code === 0 ? "" : `, exit code ${code}\n${output}`}`);
  }
  return names.has("cluster") || names.has("e2e") ? [run(["node", "test/lab/lab.ts", "build"], true)] : [];
}

const { positionals } = parseArgs({ allowPositionals: true });
const isRoot = process.platform === "linux" && process.getuid?.() === 0;
const why = process.platform === "linux" ? "not root" : "not Linux";
const chosen = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`unknown suite ${unknown.join(", ")}; there are ${suites.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const start = Date.now();
rmSync("out/screenshots", { recursive: true, force: true });
const labParts = isRoot ? await prepare(new Set(chosen.map(({ name }) => name))) : [];
let total = nothing;
for (const suite of chosen) {
  if (suite.needsRoot && !isRoot) {
    console.log(`\n=== ${suite.name}: skipped, as this is ${why}: it starts hosts, a VS Code server and a browser`);
    total = { ...total, skipped: total.skipped + 1 };
    continue;
  }
  if (suite.name === "cluster" || suite.name === "e2e") {
    for (const { code, output } of await Promise.all(labParts)) {
      if (code !== 0) {
        console.log(output);
      }
    }
  }
  const count = await runSuite(suite);
  total = {
    passed: total.passed + count.passed,
    failed: total.failed + count.failed,
    skipped: total.skipped + count.skipped,
  };
}
console.log(`\nall suites in ${seconds(start)} s`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
