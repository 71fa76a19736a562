import type { HostKeyQuestion } from "../core/run/sshPrompts.ts";

/** The question about a host key as a modal dialog shows it; the button to cancel is the dialog's own. */
export interface HostKeyDialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly { readonly label: string; readonly answer: "remember" | "once" }[];
}

/** The dialog for `question`; a key that cannot be recorded can only be trusted once. */
export function toHostKeyDialog(question: HostKeyQuestion): HostKeyDialog {
  const { host, address, port, keyType, fingerprint, file, notes } = question;
  const place = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  return {
    message: `Is this really ${host} (${place})?`,
    detail: [
      `No known_hosts file lists it. It presents this ${keyType} key:\n${fingerprint}`,
      "Compare the fingerprint with what the host's owner tells you.",
      ...notes,
      ...(file === undefined ? [] : [`Remembered keys are added to ${file}.`]),
    ].join("\n\n"),
    buttons: [
      ...(file === undefined ? [] : [{ label: "Trust and Remember", answer: "remember" as const }]),
      { label: "Trust Once", answer: "once" },
    ],
  };
}
