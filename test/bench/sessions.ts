import type { HostSession, OpenSession } from "../../src/core/run/session.ts";
import { reveal } from "../../src/core/shell/secret.ts";
import type { Lab } from "../lab/startLab.ts";
import type { ScriptSpan } from "./criticalPath.ts";

/** Sessions that run scripts directly in the lab's hosts, past SSH: as if someone sat there. */
export function directSessions(lab: Pick<Lab, "exec">): OpenSession {
  return (host) =>
    Promise.resolve({
      host,
      run: async (script, { onOutput, signal } = {}) => {
        const { status, stdout } = await lab.exec(host, ["sh"], {
          stdin: reveal(script),
          ...(signal && { signal }),
        });
        onOutput?.(stdout);
        return { exitCode: status ?? 128 };
      },
    });
}

/** The same sessions, with every script's time told to `onSpan`. */
export function timedSessions(open: OpenSession, onSpan: (span: ScriptSpan) => void): OpenSession {
  return async (host, signal) => {
    const session: HostSession = await open(host, signal);
    return {
      host,
      run: async (script, options) => {
        const startedAt = performance.now();
        try {
          return await session.run(script, options);
        } finally {
          onSpan({ host, startedAt, endedAt: performance.now() });
        }
      },
    };
  };
}
