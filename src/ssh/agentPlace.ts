import { readdirSync } from "node:fs";

/** The pipe of the agent that Windows brings. */
export const windowsAgentPipe = "\\\\.\\pipe\\openssh-ssh-agent";

/** Where an agent may listen. */
export type AgentPlace =
  /** A Unix socket, or a named pipe of Windows. */
  | { readonly kind: "socket"; readonly path: string }
  /** A socket of Cygwin or Git for Windows: a file that names a port and a secret. */
  | { readonly kind: "cygwin"; readonly path: string }
  /** PuTTY's agent by window messages, as before its version 0.75. */
  | { readonly kind: "pageant" };

const pipesFolder = "\\\\.\\pipe\\";

/**
 * Where to look for the agent that `agent` names (a path, or "pageant"), in order. On Windows Pageant stands in for
 * the agent of Windows, unless another is named. `pipes` gives the names of all named pipes.
 */
export function agentPlaces(
  agent: string,
  platform: NodeJS.Platform,
  pipes: () => readonly string[] = windowsPipes,
): readonly AgentPlace[] {
  if (platform !== "win32") {
    return [{ kind: "socket", path: agent }];
  }
  if (agent.toLowerCase() === "pageant") {
    return pageantPlaces(pipes());
  }
  const path = agent.replaceAll("/", "\\");
  if (!path.toLowerCase().startsWith(pipesFolder)) {
    return [{ kind: "cygwin", path: agent }];
  }
  const own = { kind: "socket", path } as const;
  return path.toLowerCase() === windowsAgentPipe ? [own, ...pageantPlaces(pipes())] : [own];
}

/** Its pipe is called "pageant.USER.HASH", where only programs of the same user can compute HASH. */
function pageantPlaces(pipes: readonly string[]): readonly AgentPlace[] {
  const own = pipes.filter((name) => name.startsWith("pageant."));
  return [...own.map((name) => ({ kind: "socket", path: pipesFolder + name }) as const), { kind: "pageant" }];
}

function windowsPipes(): readonly string[] {
  try {
    return readdirSync(pipesFolder);
  } catch {
    return [];
  }
}
