import assert from "node:assert/strict";
import type { ErrorCode, KubeadmError } from "../../../src/core/errors.ts";
import type { LabRun } from "../../support/labCluster.ts";

export interface ExpectedFailure {
  readonly code: ErrorCode;
  readonly host: string;
  /** Title of the phase; left out where the run did not come to one. */
  readonly phase?: string;
  readonly message: RegExp;
  readonly next: RegExp;
}

/** Asserts that the run failed by this alone, and that the error says where, what and what next. */
export function assertFailedBy({ result }: LabRun, expected: ExpectedFailure): KubeadmError {
  assert.equal(result.outcome, "failed", String(result.failures[0]));
  assert.equal(result.failures.length, 1, result.failures.map(String).join("\n"));
  const failure = result.failures[0];
  assert.ok(failure !== undefined);
  assert.deepEqual(
    { code: failure.code, host: failure.host, phase: failure.phase },
    { code: expected.code, host: expected.host, phase: expected.phase },
    String(failure),
  );
  assert.match(failure.what, expected.message);
  assert.match(failure.next ?? "", expected.next);
  return failure;
}

/** Asserts how the run ended; what it failed by is shown when it ended otherwise. */
export function assertEnded({ result }: LabRun, outcome: LabRun["result"]["outcome"]): void {
  assert.equal(result.outcome, outcome, result.failures.map(String).join("\n"));
}

/** Hosts on which a phase ended in this way. */
export function hostsThat({ events }: LabRun, outcome: string, phase?: string): readonly string[] {
  return events
    .flatMap((event) =>
      event.kind === "host-finished" &&
      event.outcome === outcome &&
      (phase === undefined || event.phase === phase)
        ? [event.host]
        : [],
    )
    .sort();
}
