import type { HostKeyQuestion, SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import { createLinks } from "../../../src/ssh/links.ts";
import { createSshSession, type SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";
import { createTestPrompts, type TestPrompts } from "./prompts.ts";

/** Sessions that share their connections, as those of a cluster do. */
export interface LinkedSessions {
  readonly prompts: TestPrompts;
  /** "HOST ADDRESS:PORT" of every host key that was asked about, in order. */
  readonly askedKeys: readonly string[];
  /** Names of the hosts and jump hosts that were connected to, or tried, in order. */
  readonly opened: readonly string[];
  session(target: SshTarget): SshSession;
  dispose(): Promise<void>;
}

export interface LinkedOptions {
  readonly answers?: Partial<SshPrompts>;
  /** A minute unless told. */
  readonly idleMs?: number;
  /** As usual unless told. */
  readonly backoffMs?: readonly number[];
}

export function linkedSessions({
  answers = {},
  idleMs = 60_000,
  backoffMs,
}: LinkedOptions = {}): LinkedSessions {
  const askedKeys: string[] = [];
  const opened: string[] = [];
  const sessions: SshSession[] = [];
  const prompts = createTestPrompts({
    confirmHostKey: ({ host, address, port }: HostKeyQuestion) => {
      askedKeys.push(`${host} ${address}:${port}`);
      return Promise.resolve("once");
    },
    sudoPassword: () => Promise.resolve(undefined),
    ...answers,
  });
  const links = createLinks({ prompts, idleMs, backoffMs, onOpen: ({ host }) => opened.push(host) });
  return {
    prompts,
    askedKeys,
    opened,
    session: (target) => {
      const session = createSshSession({
        host: target.host,
        target: () => Promise.resolve(target),
        links,
        prompts,
      });
      sessions.push(session);
      return session;
    },
    dispose: async () => {
      await Promise.all(sessions.map((session) => session.close()));
      links.dispose();
    },
  };
}
