import { Cancelled, KubeadmError, messageOf } from "../errors.ts";
import type { Failure } from "./events.ts";

/** The error as events and the journal keep it. */
export function toFailure(error: KubeadmError): Failure {
  return { code: error.code, message: error.what, next: error.next };
}

/**
 * Anything that was thrown, with the host and the phase it happened in unless it names its own; undefined when it
 * was cancelled, which is no error.
 */
export function toKubeadmError(error: unknown, host?: string, phase?: string): KubeadmError | undefined {
  if (error instanceof Cancelled || (error instanceof Error && error.name === "AbortError")) {
    return undefined;
  }
  if (error instanceof KubeadmError) {
    return new KubeadmError({
      code: error.code,
      message: error.what,
      host: error.host ?? host,
      phase: error.phase ?? phase,
      next: error.next,
      place: error.place,
      cause: error.cause,
    });
  }
  return new KubeadmError({ code: "internal", message: messageOf(error), host, phase, cause: error });
}
