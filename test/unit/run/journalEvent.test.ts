import assert from "node:assert/strict";
import type { RunEvent } from "../../../src/core/run/events.ts";
import { journalEvent } from "../../../src/core/run/journalEvent.ts";
import { parseAllFacts } from "../../../src/core/facts/parseFacts.ts";

describe("What the journal keeps of an event", () => {
  const content = (text: string): string => Buffer.from(text).toString("base64");
  const output = [
    `swap.fstab:${content("//server/share /mnt cifs password=s3cret-one 0 0\n")}`,
    `packages.manager=apt`,
    `packages.repository./etc/apt/sources.list.d/kubernetes.list:${content("deb https://me:s3cret-two@mirror/ /\n")}`,
    `runtime.config:${content('auth = "s3cret-three"\n')}`,
    `runtime.effectiveConfig:${content('auth = "s3cret-three"\n')}`,
    `kubernetes.state.kubeadm-init.yaml:${content("token: s3cret-four\n")}`,
    `system.hostname=cp-1`,
  ].join("\n");
  const event: RunEvent = { kind: "facts", at: 1, host: "cp-1", facts: parseAllFacts(output, { theirs: 1, ours: 1 }) };

  it("is no content of a host's files", () => {
    assert.match(JSON.stringify(event), /s3cret-four/);
    assert.doesNotMatch(JSON.stringify(journalEvent(event)), /s3cret/);
  });

  it("is who the host is, and every other event as it was", () => {
    assert.match(JSON.stringify(journalEvent(event)), /cp-1/);
    const other: RunEvent = { kind: "output", at: 2, host: "cp-1", text: "hello" };
    assert.equal(journalEvent(other), other);
  });
});
