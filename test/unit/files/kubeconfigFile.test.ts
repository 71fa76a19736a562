import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { KubeadmError, type ErrorCode } from "../../../src/core/errors.ts";
import { parseKubeconfig } from "../../../src/core/kubeconfig/kubeconfig.ts";
import { Secret } from "../../../src/core/shell/secret.ts";
import {
  mergeIntoKubeconfig,
  readKubeconfigFacts,
  setCurrentContext,
  type MergeEnvironment,
  type MergeOutcome,
  type MergeRequest,
} from "../../../src/files/kubeconfigFile.ts";
import { defaultKubeconfigPath, kubeconfigPaths } from "../../../src/files/kubeconfigPath.ts";
import { adminConf, entries, hasKubectl, pem } from "../kubeconfig/samples.ts";
import { inDirectory, modeOf, namesIn } from "./directory.ts";

const now = new Date("2026-11-23T10:15:00.123Z");
const kubectl = (argv: readonly string[]): Promise<unknown> => promisify(execFile)("kubectl", argv);

const backupName = "config.kubeadm-backup-20261123T101500Z";

function environment(home: string, ...paths: readonly string[]): MergeEnvironment {
  return { places: { home, variable: paths.join(delimiter) }, now: () => now, waitMs: 0 };
}

function merge(
  where: MergeEnvironment,
  request: Partial<MergeRequest> = {},
  conf: string = adminConf(),
): Promise<MergeOutcome> {
  const defaults = { adminConf: new Secret(conf), name: "demo", replace: false, makeCurrent: false };
  return mergeIntoKubeconfig({ ...defaults, ...request }, where);
}

async function refuses(promise: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof KubeadmError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(!`${error.message}${error.stack ?? ""}`.includes(pem("key-1")));
    return true;
  });
}

describe("choosing the kubeconfig that is written", () => {
  it(
    "takes kubectl's rule: the first of KUBECONFIG that exists, else the last, else ~/.kube/config",
    inDirectory(async (dir) => {
      const [a, b] = [join(dir, "a"), join(dir, "b")];
      const chosen = (...paths: readonly string[]): Promise<string> =>
        defaultKubeconfigPath(environment(dir, ...paths).places);
      assert.equal(await chosen(), join(dir, ".kube", "config"));
      assert.equal(await chosen("", ""), join(dir, ".kube", "config"));
      assert.equal(await chosen(a, b, ""), b);
      await writeFile(a, "");
      assert.equal(await chosen(b, a), a);
      await writeFile(b, "");
      assert.equal(await chosen(b, a, b), b);
      assert.deepEqual(kubeconfigPaths(environment(dir, b, a, b).places), [b, a]);
    }),
  );

  it(
    "changes an entry in the file where it is, and the current context where kubectl does",
    inDirectory(async (dir) => {
      const [a, b] = [join(dir, "a"), join(dir, "b")];
      await writeFile(a, "current-context: prod\n");
      await merge(environment(dir, b));
      const where = environment(dir, a, b);
      const outcome = await merge(where, { makeCurrent: true }, adminConf("ca-1", undefined, "key-2"));
      assert.equal(outcome.path, b);
      assert.equal(await readFile(a, "utf8"), "current-context: demo\n");
      assert.equal(
        parseKubeconfig(await readFile(b, "utf8")).users.get("demo-admin")?.["client-key-data"],
        pem("key-2"),
      );
      assert.equal((await readKubeconfigFacts("demo", where.places)).path, b);
    }),
  );
});

describe("merging a cluster into the kubeconfig on disk", () => {
  it(
    "makes directory and file for their owner alone, and no backup of nothing",
    inDirectory(async (dir) => {
      const path = join(dir, ".kube", "config");
      assert.deepEqual(await merge(environment(dir)), { path, context: "demo", hasChanged: true });
      assert.equal(await modeOf(join(dir, ".kube")), "0700");
      assert.equal(await modeOf(path), "0600");
      assert.deepEqual(await namesIn(join(dir, ".kube")), ["config"]);
      assert.deepEqual(await readKubeconfigFacts("demo", environment(dir).places), {
        path,
        entry: {
          adminConfDigest: entries("demo").adminConfDigest,
          caCertificate: Buffer.from(pem("ca-1"), "base64").toString(),
        },
      });
    }),
  );

  it(
    "keeps a backup of the bytes that were there, and none when nothing changes",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await writeFile(path, "current-context: prod\r\n");
      await chmod(path, 0o644);
      const first = await merge(environment(dir, path));
      assert.equal(first.backup, join(dir, backupName));
      assert.equal(await readFile(join(dir, backupName), "utf8"), "current-context: prod\r\n");
      assert.equal(await modeOf(join(dir, backupName)), "0600");
      assert.equal(await modeOf(path), "0600");
      assert.deepEqual(await merge(environment(dir, path)), { path, context: "demo", hasChanged: false });
      assert.deepEqual(await namesIn(dir), ["config", backupName]);
      await merge(environment(dir, path), { name: "other" });
      assert.deepEqual(await namesIn(dir), ["config", backupName, `${backupName}-2`]);
    }),
  );

  it(
    "uses the digest of the file on the host when it is given",
    inDirectory(async (dir) => {
      const where = environment(dir);
      await merge(where, { adminConfDigest: "d1" });
      assert.equal((await readKubeconfigFacts("demo", where.places)).entry?.adminConfDigest, "d1");
    }),
  );

  it(
    "follows a symbolic link and leaves it",
    inDirectory(async (dir) => {
      await mkdir(join(dir, "dotfiles"));
      await writeFile(join(dir, "dotfiles", "kube"), "kind: Config\n");
      await symlink(join("dotfiles", "kube"), join(dir, "config"));
      await merge(environment(dir, join(dir, "config")));
      assert.ok(parseKubeconfig(await readFile(join(dir, "dotfiles", "kube"), "utf8")).contexts.has("demo"));
      assert.deepEqual(await namesIn(join(dir, "dotfiles")), ["kube"]);
      assert.deepEqual(await namesIn(dir), ["config", backupName, "dotfiles"]);
    }),
  );

  it(
    "reads the file again when another program changed it meanwhile",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await writeFile(path, "current-context: a\n");
      let reads = 0;
      // The clock is asked after the file was read and before it is replaced.
      const intruder = (): Date => {
        reads += 1;
        if (reads === 1) {
          execFileSync("sh", ["-c", 'echo "current-context: b" > "$1"', "sh", path]);
        }
        return now;
      };
      await merge({ ...environment(dir, path), now: intruder });
      assert.equal(reads, 2);
      assert.equal(parseKubeconfig(await readFile(path, "utf8")).currentContext, "b");
      assert.equal(await readFile(join(dir, backupName), "utf8"), "current-context: b\n");
    }),
  );

  it(
    "refuses another cluster of the same name, and replaces it when told",
    inDirectory(async (dir) => {
      const where = environment(dir);
      const { path } = await merge(where, {}, adminConf("ca-old"));
      const before = await readFile(path, "utf8");
      await refuses(
        merge(where),
        "kubeconfig-conflict",
        /config already has cluster "demo", but it trusts another/,
      );
      assert.equal(await readFile(path, "utf8"), before);
      assert.deepEqual(await namesIn(join(dir, ".kube")), ["config"]);
      assert.equal((await merge(where, { replace: true })).hasChanged, true);
    }),
  );

  it(
    "refuses broken, foreign, locked and unreadable files by name, and leaves them",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      const where = environment(dir, path);
      await writeFile(path, "clusters: [\n");
      await refuses(merge(where), "kubeconfig-invalid", /config: line 2, column 1/);
      await writeFile(path, Buffer.from([0x61, 0x3a, 0x20, 0xff]));
      await refuses(merge(where), "kubeconfig-invalid", /config: the file is not encoded in UTF-8/);
      await writeFile(path, "kind: Config\n");
      await writeFile(`${path}.lock`, "");
      await refuses(merge(where), "file-locked", /config is locked/);
      assert.deepEqual(await namesIn(dir), ["config", "config.lock"]);
      assert.equal(await readFile(path, "utf8"), "kind: Config\n");
      await refuses(merge(environment(dir, dir)), "kubeconfig-invalid", /EISDIR/);
      await refuses(merge(environment(dir, join(path, "x"))), "kubeconfig-invalid", /ENOTDIR|EEXIST/);
    }),
  );

  it(
    "makes a context the current one",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await writeFile(path, "current-context: a # mine\n");
      await setCurrentContext("demo", environment(dir, path));
      assert.equal(await readFile(path, "utf8"), "current-context: demo # mine\n");
    }),
  );

  (hasKubectl ? it : it.skip)(
    "loses nothing when several of it and kubectl write at once",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      const where: MergeEnvironment = { ...environment(dir, path), waitMs: 10_000 };
      const names = ["c1", "c2", "c3", "c4"];
      const byKubectl = ["k1", "k2", "k3"];
      const written = await Promise.all([
        ...names.map((name) => merge(where, { name }).then(() => [name])),
        // kubectl gives up at once when the file is locked.
        ...byKubectl.map((name) =>
          kubectl(["config", "set-context", name, "--cluster=x", "--kubeconfig", path]).then(
            () => [name],
            () => [],
          ),
        ),
      ]);
      const { contexts } = parseKubeconfig(await readFile(path, "utf8"));
      assert.deepEqual([...contexts.keys()].toSorted(), written.flat().toSorted());
      assert.ok(names.every((name) => contexts.has(name)));
    }),
  );
});
