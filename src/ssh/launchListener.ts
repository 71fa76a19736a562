import type { Elevation } from "./elevation.ts";
import { findGreeting, findPasswordPrompt, type Greeting } from "./launcher.ts";

/** What a launch wants of whoever started it. */
export type LaunchWord =
  /** A password: of the user `of`, or of the login user when it is undefined. */
  | { readonly kind: "password"; readonly of: string | undefined }
  /** The script: it will run. Nothing is listened for any more. */
  | ({ readonly kind: "ready" } & Greeting);

/** Hears a launch's words among whatever a login prints. */
export interface LaunchListener {
  /** The words that `data` completes, in order. In a terminal, all of it is output. */
  hear(stream: "output" | "errors", data: Buffer): readonly LaunchWord[];
  /** The last of what was printed that is none of them. */
  others(): string;
}

/** Of what is printed before the greeting, so much is kept: it is looked at only when the launch fails. */
const keptBytes = 8192;

export function createLaunchListener(nonce: string, elevation: Elevation): LaunchListener {
  // As latin1: a character is a byte, wherever chunks are split.
  const printed = { output: "", errors: "" };

  function hear(stream: "output" | "errors", data: Buffer): readonly LaunchWord[] {
    const words: LaunchWord[] = [];
    printed[stream] += data.toString("latin1");
    for (;;) {
      const prompt = findPasswordPrompt(printed[stream], nonce, elevation);
      if (prompt === undefined) {
        break;
      }
      printed[stream] = prompt.others;
      words.push({ kind: "password", of: prompt.of });
    }
    const greeting =
      stream === "output" ? findGreeting(Buffer.from(printed.output, "latin1"), nonce) : undefined;
    if (greeting) {
      words.push({ kind: "ready", ...greeting });
    }
    printed[stream] = printed[stream].slice(-keptBytes);
    return words;
  }

  return {
    hear,
    others: () => Buffer.from(`${printed.output}\n${printed.errors}`, "latin1").toString("utf8"),
  };
}
