import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import { createLinks } from "../../../src/ssh/links.ts";
import { createSshSession, type SshActivity, type SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";

/** A session with links of its own, which end with it. */
export function testSession(
  target: SshTarget,
  prompts: SshPrompts,
  onActivity?: (activity: SshActivity) => void,
): SshSession {
  const links = createLinks({
    prompts,
    idleMs: 60_000,
    onOpen: ({ host }) => onActivity?.({ kind: "connection", host }),
  });
  const session = createSshSession({
    host: target.host,
    target: () => Promise.resolve(target),
    links,
    prompts,
    onActivity,
  });
  return {
    ...session,
    close: async () => {
      await session.close();
      links.dispose();
    },
  };
}
