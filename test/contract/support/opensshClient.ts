import { Secret } from "../../../src/core/shell/secret.ts";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import { createSshSession, type SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshEnvironment, SshTarget } from "../../../src/ssh/target.ts";
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

/** A session with the private sshd, and what it asked. */
export interface OpensshClient {
  readonly session: SshSession;
  readonly prompts: TestPrompts;
}

export function createOpensshClient(
  sshd: PrivateSshd,
  changes: Partial<SshTarget> & Partial<SshEnvironment> = {},
  answers: Partial<SshPrompts> = {},
): OpensshClient {
  const prompts = createTestPrompts({
    sudoPassword: () => Promise.resolve(new Secret(careful.password)),
    ...answers,
  });
  const session = createSshSession({
    target: {
      host: "cp-1",
      address: "127.0.0.1",
      port: sshd.port,
      user: "root",
      identityFile: sshd.keyFile,
      ...changes,
    },
    environment: {
      knownHostsFiles: ["/nonexistent/known_hosts"],
      defaultKeyFiles: [],
      connectTimeoutMs: 10_000,
      keepaliveIntervalMs: 15_000,
      ...changes,
    },
    prompts,
  });
  return { session, prompts };
}
