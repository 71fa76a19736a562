/** The tests module that runs inside the extension host: mocha over every suite that was bundled beside it. */
import { readdir } from "node:fs/promises";
import path from "node:path";

/** Called by VS Code. Rejects when a test failed, or when there was none to run. The last line printed is
 *  `N passed, N failed`. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const grep = process.env["KUBEADM_TEST_GREP"];
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 30_000,
    color: false,
    ...(grep === undefined ? {} : { grep }),
  });
  const files = (await readdir(__dirname, { recursive: true }))
    .filter((file) => file.endsWith(".test.cjs"))
    .sort();
  for (const file of files) mocha.addFile(path.join(__dirname, file));

  const counts = await new Promise<{ passed: number; failed: number }>((resolve) => {
    const runner = mocha.run((failed) => {
      resolve({ passed: runner.stats?.passes ?? 0, failed });
    });
  });
  console.log(`${String(counts.passed)} passed, ${String(counts.failed)} failed`);
  if (counts.failed > 0) throw new Error(`${String(counts.failed)} failed`);
  if (counts.passed === 0) throw new Error("No test ran.");
}
