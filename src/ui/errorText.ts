import { KubeadmError } from "../core/errors.ts";

/** `text` with a full stop, unless it ends a sentence already. Messages come with and without. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" || /[.!?…]["')]?$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** What failed and what to do next, as sentences. */
export function failureText({
  message,
  next,
}: {
  readonly message: string;
  readonly next?: string | undefined;
}): string {
  return [sentence(message), sentence(next ?? "")].filter(Boolean).join(" ");
}

/** An error for a notification: host and phase, what failed, what to do next. */
export function errorText({ host, phase, what, next }: KubeadmError): string {
  return [host, phase, failureText({ message: what, next })].filter(Boolean).join(": ");
}

/**
 * One error that stands for those of several hosts: the first in full, the others by name, as the inventory tells
 * the rest of each.
 */
export function joinErrors(errors: readonly KubeadmError[]): KubeadmError {
  const [first, ...others] = errors;
  if (first === undefined || others.length === 0) {
    return first ?? new KubeadmError({ code: "internal", message: "something failed without saying what." });
  }
  const names = [...new Set(others.map(({ host }) => host ?? "the cluster"))].join(", ");
  return new KubeadmError({
    code: first.code,
    message: first.what,
    next: [sentence(first.next ?? ""), `Also failed: ${names}; the inventory says why.`]
      .filter(Boolean)
      .join(" "),
    cause: errors,
    ...(first.host !== undefined && { host: first.host }),
    ...(first.phase !== undefined && { phase: first.phase }),
  });
}
