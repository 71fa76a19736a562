import { Secret } from "../../../src/core/shell/secret.ts";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import type { SshActivity, SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";
import { testSession } from "./testSession.ts";
import { testTarget } from "./testTarget.ts";
import type { PrivateSshd, ThrowAwayUser } from "./privateSshd.ts";
import { createTestPrompts, type TestPrompts } from "./prompts.ts";

export const free: ThrowAwayUser = { name: "kubeadm-t-free", password: "free", sudo: "without password" };
export const careful: ThrowAwayUser = {
  name: "kubeadm-t-pass",
  password: "pass wörd '1\\",
  sudo: "with password",
};
export const nobody: ThrowAwayUser = { name: "kubeadm-t-none", password: "none", sudo: "no" };
export const users = [free, careful, nobody];

/** A session with the private sshd, and what it asked and did. */
export interface OpensshClient {
  readonly session: SshSession;
  readonly prompts: TestPrompts;
  readonly activities: readonly SshActivity["kind"][];
}

export function createOpensshClient(
  sshd: PrivateSshd,
  changes: Partial<SshTarget> = {},
  answers: Partial<SshPrompts> = {},
): OpensshClient {
  const prompts = createTestPrompts({
    sudoPassword: () => Promise.resolve(new Secret(careful.password)),
    ...answers,
  });
  const target = testTarget({ port: sshd.port, identityFile: sshd.keyFile, ...changes });
  const activities: SshActivity["kind"][] = [];
  const session = testSession(target, prompts, ({ kind }) => activities.push(kind));
  return { session, prompts, activities };
}
