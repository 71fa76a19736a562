import type { ErrorCode } from "../errors.ts";
import type { HostFacts } from "../facts/hostFacts.ts";
import type { Finding, PhaseId } from "./phase.ts";

/** An error as it is kept in events and the journal. */
export interface Failure {
  readonly code: ErrorCode;
  /** Without host and phase. */
  readonly message: string;
  readonly next?: string | undefined;
}

export type Outcome = "succeeded" | "failed" | "cancelled";

/**
 * Everything that happens in a run, in order. Plain data without secrets: it is what the terminals show, what
 * the tree is reduced from and what the journal keeps. `at` is milliseconds since 1970.
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly kind: "run-started";
      readonly run: string;
      readonly cluster: string;
      /** Path or URI of the spec. */
      readonly spec: string;
      readonly phases: readonly PhaseId[];
      readonly hosts: readonly string[];
    }
  | { readonly kind: "connecting"; readonly host: string }
  | { readonly kind: "facts"; readonly host: string; readonly facts: HostFacts }
  | { readonly kind: "findings"; readonly findings: readonly Finding[] }
  | { readonly kind: "phase-started"; readonly phase: PhaseId; readonly hosts: readonly string[] }
  | {
      readonly kind: "host-started";
      readonly host: string;
      readonly phase: PhaseId;
      readonly actions: readonly string[];
    }
  | { readonly kind: "step-started"; readonly host: string; readonly phase: PhaseId; readonly step: string }
  | { readonly kind: "output"; readonly host: string; readonly text: string }
  | {
      readonly kind: "step-finished";
      readonly host: string;
      readonly phase: PhaseId;
      readonly exitCode: number;
    }
  | {
      readonly kind: "host-finished";
      readonly host: string;
      readonly phase: PhaseId;
      readonly outcome: Outcome;
      readonly failure?: Failure;
    }
  /** The host could not be worked with at all: it was not reached, or it is cut off. */
  | { readonly kind: "host-lost"; readonly host: string; readonly failure: Failure }
  | { readonly kind: "phase-finished"; readonly phase: PhaseId; readonly outcome: Outcome | "nothing-to-do" }
  | {
      readonly kind: "kubeconfig-merged";
      readonly path: string;
      readonly context: string;
      readonly backup?: string;
    }
  | {
      readonly kind: "run-finished";
      readonly outcome: Outcome | "nothing-to-do";
      readonly failures: readonly (Failure & { readonly host: string; readonly phase?: PhaseId })[];
    }
);

/** Where a run tells what happens. Never throws; must not block. */
export type Emit = (event: RunEvent) => void;
