import type { AuthContext } from "ssh2";
import { Secret } from "../../../src/core/shell/secret.ts";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import { createSshSession, type SshActivity, type SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshEnvironment, SshTarget } from "../../../src/ssh/target.ts";
import { createTestPrompts, type TestPrompts } from "./prompts.ts";

/** Why tests with the in-process server are skipped here; undefined when they are not. */
export const whyNoMemoryServer =
  process.platform === "linux" ? undefined : "it runs commands that need Linux";

/** The password that acceptPassword accepts and that clients give unless told otherwise. */
export const password = "the password";

export function acceptPassword(context: AuthContext): void {
  if (context.method === "password" && context.password === password) {
    context.accept();
  } else {
    context.reject(["password"]);
  }
}

/** A session with the in-process server, and what it asked and did. */
export interface MemoryClient {
  readonly session: SshSession;
  readonly prompts: TestPrompts;
  readonly activities: readonly SshActivity["kind"][];
}

export function createMemoryClient(
  port: number,
  answers: Partial<SshPrompts> = {},
  changes: Partial<SshEnvironment> & Partial<SshTarget> = {},
): MemoryClient {
  const prompts = createTestPrompts({ password: () => Promise.resolve(new Secret(password)), ...answers });
  const activities: SshActivity["kind"][] = [];
  const session = createSshSession({
    target: { host: "memory", address: "127.0.0.1", port, user: "root", ...changes },
    environment: {
      knownHostsFiles: ["/nonexistent/known_hosts"],
      defaultKeyFiles: [],
      connectTimeoutMs: 5000,
      keepaliveIntervalMs: 15_000,
      ...changes,
    },
    prompts,
    onActivity: ({ kind }) => activities.push(kind),
  });
  return { session, prompts, activities };
}
