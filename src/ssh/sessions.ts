import { resolve } from "node:path";
import { KubeadmError } from "../core/errors.ts";
import type { HostSession, OpenSession } from "../core/run/session.ts";
import type { Host } from "../core/spec/clusterSpec.ts";
import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import { createSshSession, type SshActivity, type SshSession } from "./sshSession.ts";
import type { SshEnvironment, SshTarget } from "./target.ts";

export interface SessionsContext {
  /** The hosts as they are now; asked at every use, so that a changed spec is followed. */
  readonly hosts: () => readonly Host[];
  /** Folder of the spec file: what relative identity files are relative to. */
  readonly specFolder: string;
  /** The person's home folder: what ~ stands for. */
  readonly home: string;
  readonly environment: SshEnvironment;
  readonly prompts: SshPrompts;
  readonly onActivity?: (activity: SshActivity) => void;
}

/** The sessions of a cluster's hosts: one connection a host, shared by everything. */
export interface Sessions {
  /** Connects to the host, or gives the session that there is. Throws host-unknown, and what run() throws. */
  readonly open: OpenSession;
  /** Opens a login shell on the host in a terminal. Errors as open(). */
  shell(host: string, options: ShellOptions, signal?: AbortSignal): Promise<HostShell>;
  /** Closes every connection, once cancelled scripts are ended on their hosts. */
  dispose(): Promise<void>;
}

export function createSessions(context: SessionsContext): Sessions {
  const { environment, prompts, onActivity } = context;
  const sessions = new Map<string, { readonly key: string; readonly session: SshSession }>();

  function sessionOf(name: string): SshSession {
    const host = context.hosts().find((candidate) => candidate.name === name);
    if (!host) {
      throw new KubeadmError({
        code: "host-unknown",
        host: name,
        message: "the spec has no host of this name.",
        next: "Add it to spec.hosts, or correct the name.",
      });
    }
    const target = targetOf(host, context);
    const key = JSON.stringify(target);
    const existing = sessions.get(name);
    if (existing?.key === key) {
      return existing.session;
    }
    // The spec now says another address or user; what still runs by the old connection may finish.
    void existing?.session.close();
    const session = createSshSession({ target, environment, prompts, onActivity });
    sessions.set(name, { key, session });
    return session;
  }

  async function open(name: string, signal?: AbortSignal): Promise<HostSession> {
    const session = sessionOf(name);
    await session.connect(signal);
    return session;
  }

  async function dispose(): Promise<void> {
    const all = [...sessions.values()];
    sessions.clear();
    await Promise.all(all.map(({ session }) => session.close()));
  }

  return {
    open,
    shell: async (name, options, signal) => sessionOf(name).openShell(options, signal),
    dispose,
  };
}

function targetOf(host: Host, { home, specFolder }: SessionsContext): SshTarget {
  const { address, port, user, identityFile } = host.ssh;
  const withHome = identityFile?.replace(/^~(?=$|[\\/])/, () => home);
  return {
    host: host.name,
    address,
    port,
    user,
    ...(withHome === undefined ? {} : { identityFile: resolve(specFolder, withHome) }),
  };
}
