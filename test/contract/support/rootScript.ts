import assert from "node:assert/strict";
import type { HostSession } from "../../../src/core/run/session.ts";
import type { SshPrompts, SudoPasswordQuestion } from "../../../src/core/run/sshPrompts.ts";
import { Secret } from "../../../src/core/shell/secret.ts";
import { createCollector } from "./collector.ts";

/** Says who runs it, in bytes that a terminal would change, and ends in a way of its own. */
const script = "id -un; printf 'a\\001\\r\\n\\303\\251\\004\\t'; exit 3";
const scriptOutput = "root\na\x01\r\né\x04\t";

/** Runs a script that must become root, give its output byte for byte, and its exit code. */
export async function becomesRoot(session: HostSession): Promise<void> {
  const output = createCollector();
  assert.deepEqual(await session.run(script, { onOutput: output.onOutput }), { exitCode: 3 });
  assert.equal(output.text(), scriptOutput);
}

/** A person who answers questions for sudo's or doas's password, and what was asked. */
export interface Answers {
  readonly asked: readonly SudoPasswordQuestion[];
  readonly prompts: Pick<SshPrompts, "sudoPassword">;
}

/** `answer`: undefined for none. */
export function answersWith(answer: (question: SudoPasswordQuestion) => string | undefined): Answers {
  const asked: SudoPasswordQuestion[] = [];
  return {
    asked,
    prompts: {
      sudoPassword: (question) => {
        asked.push(question);
        const given = answer(question);
        return Promise.resolve(given === undefined ? undefined : new Secret(given));
      },
    },
  };
}
