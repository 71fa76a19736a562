import { KubeadmError } from "../core/errors.ts";
import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import { openShell } from "./hostShell.ts";
import type { Limiter } from "./limiter.ts";
import type { Link } from "./link.ts";
import { raceAbort } from "./raceAbort.ts";

export interface TerminalsContext {
  /** Name of the host in the spec. */
  readonly host: string;
  /** The channels that the host allows. */
  readonly channels: Limiter;
  /** The connection, opened if need be. */
  readonly connected: (signal?: AbortSignal) => Promise<Link>;
  readonly linkLost: (link: Link) => KubeadmError;
  /** For the host to open a terminal. */
  readonly timeoutMs: number;
  readonly onOpen: () => void;
}

/** Opens login shells in terminals. */
export interface Terminals {
  /**
   * Errors as for connecting; KubeadmError session-protocol when the host refuses a terminal or there are too many,
   * link-lost; Cancelled.
   */
  open(options: ShellOptions, signal?: AbortSignal): Promise<HostShell>;
}

/** The other channels are for scripts. */
const maximumShells = 4;

export function createTerminals(context: TerminalsContext): Terminals {
  const { host, channels, connected, linkLost, timeoutMs, onOpen } = context;
  let shells = 0;

  async function open(options: ShellOptions, signal?: AbortSignal): Promise<HostShell> {
    if (shells >= maximumShells) {
      throw new KubeadmError({
        code: "session-protocol",
        host,
        message: `${maximumShells} terminals to the host are open already.`,
        next: "Close one of them first.",
      });
    }
    shells++;
    let release: (() => void) | undefined;
    const leave = (): void => {
      shells--;
      release?.();
    };
    try {
      release = await channels.acquire(signal);
      const shell = await openOnce(options, signal, () => openOnce(options, signal));
      void shell.exit.finally(leave);
      return shell;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** `onLost`: what to do when the connection has died since it was last used. */
  async function openOnce(
    options: ShellOptions,
    signal: AbortSignal | undefined,
    onLost?: () => Promise<HostShell>,
  ): Promise<HostShell> {
    const link = await connected(signal);
    const stopUsing = link.use();
    // A connection that is dead without our knowledge gives no answer.
    const timer = setTimeout(() => link.discard(), timeoutMs);
    onOpen();
    const opening = openShell(link.client, link.target, options);
    try {
      const shell = await raceAbort(opening, signal);
      void shell.exit.finally(stopUsing);
      return shell;
    } catch (error) {
      stopUsing();
      // What comes too late is of no use to anybody.
      void opening.then(
        (shell) => shell.close(),
        () => undefined,
      );
      if (signal?.aborted || !link.isClosed()) {
        throw error;
      }
      if (onLost) {
        return await onLost();
      }
      throw linkLost(link);
    } finally {
      clearTimeout(timer);
    }
  }

  return { open };
}
