import type { AnyAuthMethod } from "ssh2";
import type { Secret } from "../core/shell/secret.ts";
import type { ConnectPrompts } from "../core/run/sshPrompts.ts";
import type { KeyLabel } from "./loginKeys.ts";
import type { LoginMethod } from "./target.ts";

/** What a login needs of the connection that it is for. */
export interface LoginPorts {
  readonly prompts: Pick<ConnectPrompts, "password" | "answer">;
  /** Waits for something that a person does, and stops the time for connecting meanwhile. */
  readonly duringPause: <T>(work: Promise<T>) => Promise<T>;
  /** Nobody wants the connection any more. */
  readonly unwanted: AbortSignal;
  /** Gives up the connection. */
  readonly fail: (error: unknown) => void;
}

/** What an attempt is called when it was refused. */
export type AttemptLabel = KeyLabel | { readonly kind: "method"; readonly method: LoginMethod };

/** Something to log in with. */
export interface LoginAttempt {
  readonly method: AnyAuthMethod;
  readonly label: AttemptLabel;
  /**
   * Told what the server made of it. Gives false when the server was not asked, as the attempt failed before.
   */
  settle(isAccepted: boolean): boolean;
}

/** What connections to one target found out, for later ones; in memory alone. */
export interface LoginMemory {
  /** `id` of the key that was accepted last. */
  acceptedKey: string | undefined;
  /** Passwords that were accepted. */
  readonly passwords: Map<LoginMethod, Secret>;
}

export function createLoginMemory(): LoginMemory {
  return { acceptedKey: undefined, passwords: new Map() };
}
