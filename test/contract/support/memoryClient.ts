import type { AuthContext } from "ssh2";
import { Secret } from "../../../src/core/shell/secret.ts";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import type { SshActivity, SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";
import { testSession } from "./testSession.ts";
import { testTarget } from "./testTarget.ts";
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
  changes: Partial<SshTarget> = {},
): MemoryClient {
  const prompts = createTestPrompts({ password: () => Promise.resolve(new Secret(password)), ...answers });
  const activities: SshActivity["kind"][] = [];
  const target = testTarget({ host: "memory", port, connectTimeoutMs: 5000, ...changes });
  const session = testSession(target, prompts, ({ kind }) => activities.push(kind));
  return { session, prompts, activities };
}
