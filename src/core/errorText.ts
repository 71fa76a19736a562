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
  // What to do next may end with a command to copy, which a full stop would spoil.
  return [sentence(message), next?.trim() ?? ""].filter(Boolean).join(" ");
}
