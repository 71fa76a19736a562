import { failureText } from "./errorText.ts";

/**
 * Stable codes of what can go wrong; tests, the journal and the repair catalogue refer to them, never to texts.
 */
export type ErrorCode =
  | "spec-invalid"
  | "host-unknown"
  | "host-unreachable"
  | "host-authentication"
  | "host-key-changed"
  | "host-key-unknown"
  | "host-key-revoked"
  | "sudo-refused"
  | "sudo-password"
  | "link-lost"
  | "session-protocol"
  | "preflight"
  | "step-failed"
  | "step-timeout"
  | "not-settled"
  | "kubeconfig-conflict"
  | "kubeconfig-invalid"
  | "file-locked"
  | "cluster-missing"
  | "internal";

/** A line of a file on the person's machine. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Where an error happened and what repairs it, in words for the person in front of it. */
export interface ErrorDetails {
  readonly code: ErrorCode;
  /** What failed, without the host: "kubeadm join stopped at preflight: port 10250 is in use". */
  readonly message: string;
  /** Name of the host in the spec. */
  readonly host?: string;
  /** Title of the phase. */
  readonly phase?: string;
  /** The next thing to do, as a sentence. */
  readonly next?: string;
  /** The line that has to do with it, where the person may want to change something. */
  readonly place?: Place | undefined;
  readonly cause?: unknown;
}

/** An error that a person is expected to read: it names host, phase, cause and next step. */
export class KubeadmError extends Error implements ErrorDetails {
  override readonly name = "KubeadmError";
  readonly code: ErrorCode;
  readonly host: string | undefined;
  readonly phase: string | undefined;
  readonly next: string | undefined;
  readonly place: Place | undefined;
  /** `message` without host and phase. */
  readonly what: string;

  constructor(details: ErrorDetails) {
    super([details.host, details.phase, failureText(details)].filter(Boolean).join(": "), {
      cause: details.cause,
    });
    this.code = details.code;
    this.host = details.host;
    this.phase = details.phase;
    this.next = details.next;
    this.place = details.place;
    this.what = details.message;
  }
}

/** The person stopped it: not an error, and never shown as one. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor() {
    super("cancelled");
  }
}

/** Text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes a switch over a union fail to compile when a member is forgotten. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
