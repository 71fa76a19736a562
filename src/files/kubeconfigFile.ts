import { basename, dirname, join } from "node:path";
import { rm } from "node:fs/promises";
import { adminEntries, adminUserName, type AdminEntries } from "../core/kubeconfig/adminConf.ts";
import { withCurrentContext } from "../core/kubeconfig/editKubeconfig.ts";
import { kubeconfigFacts } from "../core/kubeconfig/kubeconfigFacts.ts";
import { parseKubeconfig, parseSource } from "../core/kubeconfig/kubeconfig.ts";
import { mergeKubeconfig, type KubeconfigConflict } from "../core/kubeconfig/mergeKubeconfig.ts";
import { KubeadmError, messageOf } from "../core/errors.ts";
import type { KubeconfigFacts } from "../core/run/phase.ts";
import { reveal, type Text } from "../core/shell/secret.ts";
import { atomicWrite, errorCode, linkTarget, readIfThere, writeSynced } from "./atomicWrite.ts";
import { withFileLock, type LockOptions } from "./fileLock.ts";
import { defaultKubeconfigPath, kubeconfigPaths, type KubeconfigPlaces } from "./kubeconfigPath.ts";

/** A kubeconfig holds keys. */
const kubeconfigMode = 0o600;

/** So often a file that changes while we write it is read again. */
const mostTries = 5;

export interface MergeRequest {
  /** Content of the cluster's admin.conf. */
  readonly adminConf: Text;
  /** SHA-256 of admin.conf on the host, when `adminConf` may differ from it in white space. */
  readonly adminConfDigest?: string | undefined;
  /** Name of the cluster. */
  readonly name: string;
  readonly replace: boolean;
  readonly makeCurrent: boolean;
}

export interface MergeOutcome {
  /** The file that has the entries. */
  readonly path: string;
  readonly context: string;
  /** False when all of it was there before. */
  readonly hasChanged: boolean;
  /** Copy of the file as it was; undefined when nothing was changed, or there was nothing to keep. */
  readonly backup?: string;
}

export interface MergeEnvironment extends LockOptions {
  readonly places: KubeconfigPlaces;
  readonly now: () => Date;
}

/**
 * Brings a cluster's entries into the person's kubeconfig: into the file that has entries of its names already,
 * else into the one where kubectl would write. Locks as kubectl does, keeps a backup, writes atomically with mode
 * 0600, and starts over when the file was changed meanwhile. Throws kubeconfig-conflict, kubeconfig-invalid
 * (also for a file that cannot be read or written) or file-locked, each naming the file.
 */
export async function mergeIntoKubeconfig(
  request: MergeRequest,
  environment: MergeEnvironment,
): Promise<MergeOutcome> {
  const { name, replace, makeCurrent } = request;
  const incoming = adminEntries(reveal(request.adminConf), name, request.adminConfDigest);
  const path = await pathOf(name, environment.places);
  const isCurrentElsewhere = (await defaultKubeconfigPath(environment.places)) !== path;
  const options = { replace, makeCurrent: makeCurrent && !isCurrentElsewhere };
  const outcome = await change(path, environment, (text) => merged(path, text, incoming, options));
  if (makeCurrent && isCurrentElsewhere) {
    await setCurrentContext(name, environment);
  }
  return { path, context: name, ...outcome };
}

/**
 * Makes `name` the current context, in the file where kubectl would. Whether there is such a context is the
 * caller's to know. Throws as mergeIntoKubeconfig does.
 */
export async function setCurrentContext(name: string, environment: MergeEnvironment): Promise<void> {
  const path = await defaultKubeconfigPath(environment.places);
  await change(path, environment, (text) => withCurrentContext(parseSource(text), name).text);
}

/** What the person's kubeconfig says about the cluster `name` now. Throws kubeconfig-invalid naming the file. */
export async function readKubeconfigFacts(name: string, places: KubeconfigPlaces): Promise<KubeconfigFacts> {
  const path = await pathOf(name, places);
  return await naming(path, async () => kubeconfigFacts(path, (await readText(path))?.text ?? "", name));
}

/** kubectl changes an entry where it is, and adds new ones to the default file. */
async function pathOf(name: string, places: KubeconfigPlaces): Promise<string> {
  for (const path of kubeconfigPaths(places)) {
    const hasEntry = await naming(path, async () => {
      const config = parseKubeconfig((await readText(path))?.text ?? "");
      return config.contexts.has(name) || config.clusters.has(name) || config.users.has(adminUserName(name));
    });
    if (hasEntry) {
      return path;
    }
  }
  return await defaultKubeconfigPath(places);
}

function merged(
  path: string,
  text: string,
  incoming: AdminEntries,
  options: { readonly replace: boolean; readonly makeCurrent: boolean },
): string {
  const result = mergeKubeconfig(text, incoming, options);
  switch (result.kind) {
    case "merged":
      return result.text;
    case "unchanged":
      return text;
    case "conflict":
      throw conflictError(path, incoming.name, result.conflicts);
  }
}

function conflictError(path: string, name: string, conflicts: readonly KubeconfigConflict[]): KubeadmError {
  const isRebuilt = conflicts.some(({ kind }) => kind === "other-ca");
  return new KubeadmError({
    code: "kubeconfig-conflict",
    message: `${path} already has ${conflicts.map(({ entry, difference }) => `${entry}, but ${difference}`).join("; ")}.`,
    next: isRebuilt
      ? `If "${name}" was built anew, have the old entries replaced; else give the cluster another name.`
      : "Have these entries replaced, or give the cluster another name.",
  });
}

interface Change {
  readonly hasChanged: boolean;
  readonly backup?: string;
}

/** Reads, changes and writes a file while nobody else may. */
async function change(
  path: string,
  environment: MergeEnvironment,
  edit: (text: string) => string,
): Promise<Change> {
  return await naming(path, async () =>
    withFileLock(
      [path, await linkTarget(path)],
      () => changeLocked(path, environment.now, edit),
      environment,
    ),
  );
}

async function changeLocked(path: string, now: () => Date, edit: (text: string) => string): Promise<Change> {
  // Editors do not know the lock: what they write meanwhile is read again.
  for (let tried = 0; tried < mostTries; tried++) {
    const before = await readText(path);
    const after = edit(before?.text ?? "");
    if (after === (before?.text ?? "")) {
      return { hasChanged: false };
    }
    const outcome = await replaceContent(path, before?.bytes, after, now());
    if (outcome !== undefined) {
      return outcome;
    }
  }
  throw new KubeadmError({
    code: "file-locked",
    message: `${path} is being changed by another program all the time.`,
    next: "Stop that program, then try again.",
  });
}

/** Undefined when the file no longer held `before`. */
async function replaceContent(
  path: string,
  before: Buffer | undefined,
  after: string,
  now: Date,
): Promise<Change | undefined> {
  const hasContent = before !== undefined && before.length > 0;
  const backup = hasContent ? await writeBackup(path, before, now) : undefined;
  let isWritten = false;
  try {
    isWritten = await atomicWrite(path, after, { mode: kubeconfigMode, onlyIf: { content: before } });
  } finally {
    if (!isWritten && backup !== undefined) {
      await rm(backup, { force: true });
    }
  }
  if (!isWritten) {
    return undefined;
  }
  return backup === undefined ? { hasChanged: true } : { hasChanged: true, backup };
}

/** PATH.kubeadm-backup-20261123T101500Z, with a number when there is one of that second. */
async function writeBackup(path: string, content: Buffer, now: Date): Promise<string> {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const name = join(dirname(path), `${basename(path)}.kubeadm-backup-${stamp}`);
  for (let number = 1; ; number++) {
    const backup = number === 1 ? name : `${name}-${number}`;
    try {
      await writeSynced(backup, content);
      return backup;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") {
        await rm(backup, { force: true });
        throw error;
      }
    }
  }
}

async function readText(
  path: string,
): Promise<{ readonly bytes: Buffer; readonly text: string } | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) {
    return undefined;
  }
  const text = bytes.toString("utf8");
  // Else writing it back would change bytes that we did not touch.
  if (!Buffer.from(text, "utf8").equals(bytes)) {
    throw invalid("the file is not encoded in UTF-8.", "Save it as UTF-8, then try again.");
  }
  return { bytes, text };
}

/** Puts the file's name before what went wrong with it. */
async function naming<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof KubeadmError) {
      throw error.code === "kubeconfig-invalid"
        ? invalid(`${path}: ${error.what}`, error.next, error)
        : error;
    }
    if (errorCode(error) === undefined) {
      throw error;
    }
    throw invalid(
      `${path} cannot be read and written: ${messageOf(error)}.`,
      "Check that it is a file that you may write and that its disk has room, then try again.",
      error,
    );
  }
}

function invalid(message: string, next: string | undefined, cause?: unknown): KubeadmError {
  return new KubeadmError({
    code: "kubeconfig-invalid",
    message,
    cause,
    ...(next === undefined ? {} : { next }),
  });
}
