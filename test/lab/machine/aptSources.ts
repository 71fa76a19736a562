import { run, runResult } from "./run.ts";
import { LabUnavailable } from "./requirements.ts";

/** Debian's release that hosts run. */
export const debianRelease = "bookworm";

/** One binary index that apt knows, as `apt-get indextargets` tells it. */
export interface IndexTarget {
  readonly uri: string;
  /** Suite, such as `trixie-security`. */
  readonly release: string;
  /** Empty before the first `apt-get update`. */
  readonly origin: string;
  readonly component: string;
}

const format = "$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(COMPONENT)";

/** Reads lines written in `format`; what apt does not know stays as its own placeholder and counts as empty. */
export function parseIndexTargets(text: string): IndexTarget[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [uri = "", release = "", origin = "", component = ""] = line
        .split("|")
        .map((field) => (field.startsWith("$(") ? "" : field));
      return { uri, release, origin, component };
    });
}

/** sources.list lines for bookworm, binary and source, from the same mirrors that `targets` name.
 *  Suites keep their kind (`trixie-security` becomes `bookworm-security`); other origins are left out. */
export function bookwormSources(targets: readonly IndexTarget[]): string[] {
  const debian = targets.filter(
    (target) =>
      target.component === "main" &&
      (target.origin === "Debian" || /\/debian(-security)?\/?$/.test(target.uri)),
  );
  const lines = debian.flatMap(({ uri, release }) => {
    const suite = release.replace(/^[a-z]+/, debianRelease);
    return [`deb ${uri} ${suite} main`, `deb-src ${uri} ${suite} main`];
  });
  return [...new Set(lines)];
}

/** bookworm's sources.list lines for this machine: derived from its apt sources, or from the archive
 *  that KUBEADM_LAB_MIRROR names when they name none of Debian's. Changes nothing on the machine. */
export async function machineSources(): Promise<string[]> {
  const mirror = process.env["KUBEADM_LAB_MIRROR"];
  if (mirror !== undefined)
    return bookwormSources([{ uri: mirror, release: debianRelease, origin: "Debian", component: "main" }]);
  const query = ["apt-get", "indextargets", "--format", format, "Created-By: Packages"];
  let targets = parseIndexTargets((await runResult(query)).stdout);
  if (targets.length === 0) {
    await run(["apt-get", "update", "-qq"]);
    targets = parseIndexTargets(await run(query));
  }
  const lines = bookwormSources(targets);
  if (lines.length === 0) {
    throw new LabUnavailable(
      "This machine's apt sources name no Debian archive. Set KUBEADM_LAB_MIRROR to the address of one.",
    );
  }
  return lines;
}
