import { readFileSync } from "node:fs";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { parseAllFacts } from "../../../src/core/facts/parseFacts.ts";

const folder = new URL("../../fixtures/facts/", import.meta.url);

/**
 * What a facts script printed, of a fixture that people can read: `NAME=VALUE` lines are as printed, the lines
 * indented by a tab below `NAME:` are the text that the script prints as base64.
 */
export function printedFacts(name: string): string {
  const lines = readFileSync(new URL(`${name}.facts`, folder), "utf8").split("\n");
  const printed: string[] = [];
  let text: string[] = [];
  for (const line of lines.filter((candidate) => !candidate.startsWith("#")).reverse()) {
    if (line.startsWith("\t")) {
      text = [`${line.slice(1)}\n`, ...text];
    } else {
      printed.unshift(line.endsWith(":") ? line + Buffer.from(text.join("")).toString("base64") : line);
      text = [];
    }
  }
  return printed.join("\n");
}

/** Both clocks agree. */
export const sameClock = { theirs: 1_700_000_000, ours: 1_700_000_000 };

export function factsOf(name: string): HostFacts {
  return parseAllFacts(printedFacts(name), sameClock);
}
