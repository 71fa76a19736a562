import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");

/** Builds the .vsix that people install and returns its path. Throws with npm's output when that fails. */
export function packageExtension(): string {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "package"], { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`npm run package failed:\n${stdout}\n${stderr}`);
  }
  return path.join(root, "kubeadm.vsix");
}
