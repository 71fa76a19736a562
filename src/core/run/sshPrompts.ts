import type { Secret } from "../shell/secret.ts";

/** A host for which no known_hosts file lists any key. */
export interface HostKeyQuestion {
  /** Name of the host in the spec. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** As OpenSSH names it: "ssh-ed25519". */
  readonly keyType: string;
  /** As OpenSSH prints it: "SHA256:...". */
  readonly fingerprint: string;
  /** The known_hosts file in which "remember" records it; undefined: nowhere, so only "once" can be offered. */
  readonly file: string | undefined;
  /** What else the person should know to decide, as sentences. */
  readonly notes: readonly string[];
}

/** Whose password is asked for, for the `attempt`-th time (from 1: everything above 1 follows a wrong answer). */
export interface PasswordQuestion {
  readonly host: string;
  readonly user: string;
  readonly attempt: number;
}

/** A password that makes `user` root. */
export interface SudoPasswordQuestion extends PasswordQuestion {
  /** Whose password it is: the user's own, or that of root where sudoers says so (rootpw, targetpw). */
  readonly of: string;
  /** The command that asks. */
  readonly by: "sudo" | "doas";
}

export interface PassphraseQuestion {
  /** Absolute path of the private key. */
  readonly file: string;
  readonly attempt: number;
}

/** A question that the host itself words (keyboard-interactive): a one-time code, say. */
export interface HostQuestion {
  readonly host: string;
  readonly user: string;
  readonly question: string;
  /** What the host says before it asks, on one line or more. */
  readonly instructions?: string;
  /** Whether what is typed may be shown. */
  readonly echo: boolean;
}

/** A command of ssh_config, with its tokens filled in, as the shell will get it. */
export interface CommandQuestion {
  readonly command: string;
}

/**
 * Everything that a connection asks a person. An answer of undefined (or "cancel") gives up the connection; a
 * missing passphrase gives up only its key, unless the spec names it. `unwanted` aborts when nobody waits for the
 * answer any more: then the question should be taken away.
 * Whoever implements it remembers the answers for as long as it sees fit; an `attempt` above 1 says that what
 * was remembered is wrong. Questions about one host are never asked at the same time.
 */
export interface SshPrompts {
  confirmHostKey(question: HostKeyQuestion, unwanted: AbortSignal): Promise<"remember" | "once" | "cancel">;
  password(question: PasswordQuestion, unwanted: AbortSignal): Promise<Secret | undefined>;
  passphrase(question: PassphraseQuestion, unwanted: AbortSignal): Promise<Secret | undefined>;
  sudoPassword(question: SudoPasswordQuestion, unwanted: AbortSignal): Promise<Secret | undefined>;
  answer(question: HostQuestion, unwanted: AbortSignal): Promise<Secret | undefined>;
  /** Whether a command that ssh_config names ("Match exec") may be run on the person's machine. */
  confirmCommand(question: CommandQuestion, unwanted: AbortSignal): Promise<boolean>;
  /** Tells the person, in sentences, of something that went wrong and does not keep the connection from going on. */
  warn(text: string): void;
}

/** The questions of one attempt to connect, all unwanted at the same time. */
export interface ConnectPrompts {
  confirmHostKey(question: HostKeyQuestion): Promise<"remember" | "once" | "cancel">;
  password(question: PasswordQuestion): Promise<Secret | undefined>;
  answer(question: HostQuestion): Promise<Secret | undefined>;
  warn(text: string): void;
}
