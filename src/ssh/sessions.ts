import { KubeadmError } from "../core/errors.ts";
import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import type { HostSession, OpenSession } from "../core/run/session.ts";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import type { Host } from "../core/spec/clusterSpec.ts";
import { createLinks } from "./links.ts";
import { createSshSession, type SshActivity, type SshSession } from "./sshSession.ts";
import type { SshTarget } from "./target.ts";

export interface SessionsContext {
  /** The hosts as they are now; asked at every use, so that a changed spec is followed. */
  readonly hosts: () => readonly Host[];
  /** Where a host of the spec is; asked before every connection, so that a changed ssh_config is followed. */
  readonly resolveTarget: (host: Host, signal?: AbortSignal) => Promise<SshTarget>;
  readonly prompts: SshPrompts;
  /** A connection that is not used for so long is closed; the next use opens it again. */
  readonly idleMs: number;
  readonly onActivity?: (activity: SshActivity) => void;
}

/** The sessions of a cluster's hosts: one connection a host, shared by everything. */
export interface Sessions {
  /** Connects to the host, or gives the session that there is. Throws host-unknown, and what run() throws. */
  readonly open: OpenSession;
  /** Opens a login shell on the host in a terminal. Errors as open(). */
  shell(host: string, options: ShellOptions, signal?: AbortSignal): Promise<HostShell>;
  /** Forgets passwords and decrypted keys, as far as no connection uses them. */
  forgetSecrets(): void;
  /** Closes every connection, once cancelled scripts are ended on their hosts. */
  dispose(): Promise<void>;
}

export function createSessions(context: SessionsContext): Sessions {
  const { prompts, idleMs, onActivity } = context;
  const sessions = new Map<string, { readonly key: string; readonly session: SshSession }>();
  const links = createLinks({
    prompts,
    idleMs,
    onOpen: ({ host }) => onActivity?.({ kind: "connection", host }),
  });

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
    const key = JSON.stringify(host.ssh);
    const existing = sessions.get(name);
    if (existing?.key === key) {
      return existing.session;
    }
    // The spec now says another address or user; what still runs by the old connection may finish.
    void existing?.session.close();
    const target = (signal?: AbortSignal): Promise<SshTarget> => context.resolveTarget(host, signal);
    const session = createSshSession({ host: name, target, links, prompts, onActivity });
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
    links.dispose();
  }

  return {
    open,
    shell: async (name, options, signal) => sessionOf(name).openShell(options, signal),
    forgetSecrets: () => links.forgetSecrets(),
    dispose,
  };
}
