import type { SshTarget } from "../../../src/ssh/target.ts";

/** A target on this machine that uses nothing of the person's: no agent, no keys, no known_hosts. */
export function testTarget(changes: Partial<SshTarget> = {}): SshTarget {
  return {
    host: "cp-1",
    address: "127.0.0.1",
    port: 22,
    user: "root",
    route: { kind: "direct" },
    identityFiles: [],
    defaultIdentityFiles: [],
    identitiesOnly: false,
    loginMethods: ["publickey", "password", "keyboard-interactive"],
    passwordPrompts: 3,
    userKnownHostsFiles: ["/nonexistent/known_hosts"],
    globalKnownHostsFiles: [],
    strictHostKeyChecking: "ask",
    hashKnownHosts: false,
    algorithms: {},
    connectTimeoutMs: 10_000,
    keepaliveIntervalMs: 15_000,
    keepaliveCount: 3,
    ...changes,
  };
}
