import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../../fixtures/kubeadm/", import.meta.url);

/** A file of test/fixtures/kubeadm. */
export function fixture(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}

/** Compares a text with a reviewed file. UPDATE_GOLDENS=1 writes the file instead; review it like code. */
export function assertGolden(name: string, text: string): void {
  if (process.env.UPDATE_GOLDENS === "1") {
    writeFileSync(new URL(name, folder), text);
  }
  assert.equal(text, fixture(name));
}
