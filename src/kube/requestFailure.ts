/** HTTP status of what a request failed with; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) {
    return undefined;
  }
  // `statusCode` on a refused watch, `code` on a refused list and on a Status object.
  const { statusCode, code } = error as { readonly statusCode?: unknown; readonly code?: unknown };
  return [statusCode, code].find((status) => typeof status === "number");
}

/** One line about why a request failed: "connect ECONNREFUSED 10.0.0.10:6443", "HTTP 403: nodes is forbidden". */
export function describeFailure(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) {
    const message = statusMessage(error);
    return message === undefined ? `HTTP ${status}` : `HTTP ${status}: ${message}`;
  }
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) {
    innermost = innermost.cause;
  }
  if (innermost instanceof AggregateError && innermost.errors.length > 0) {
    return innermost.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
  }
  return innermost instanceof Error ? innermost.message : String(innermost);
}

/** The message of a Status, which is the error itself or, as text or not, its body. */
function statusMessage(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) {
    return undefined;
  }
  const { body, message } = error as { readonly body?: unknown; readonly message?: unknown };
  if (typeof body === "string") {
    try {
      return statusMessage(JSON.parse(body));
    } catch {
      return undefined;
    }
  }
  if (typeof body === "object" && body !== null) {
    return statusMessage(body);
  }
  return typeof message === "string" ? message : undefined;
}
