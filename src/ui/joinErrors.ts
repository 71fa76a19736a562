import { KubeadmError } from "../core/errors.ts";
import { sentence } from "../core/errorText.ts";

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
    place: first.place,
    ...(first.host !== undefined && { host: first.host }),
    ...(first.phase !== undefined && { phase: first.phase }),
  });
}
