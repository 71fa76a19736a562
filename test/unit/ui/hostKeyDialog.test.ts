import assert from "node:assert/strict";
import type { HostKeyQuestion } from "../../../src/core/run/sshPrompts.ts";
import { toHostKeyDialog } from "../../../src/ui/hostKeyDialog.ts";

const question: HostKeyQuestion = {
  host: "cp-1",
  address: "10.0.0.1",
  port: 2222,
  keyType: "ssh-ed25519",
  fingerprint: "SHA256:abc",
  file: "/home/a/.ssh/known_hosts",
  notes: [],
};

describe("the dialog about a host key", () => {
  it("shows the host, where it is, and its key's type and fingerprint", () => {
    const { message, detail } = toHostKeyDialog(question);
    assert.equal(message, "Is this really cp-1 (10.0.0.1:2222)?");
    assert.match(detail, /ssh-ed25519 key:\nSHA256:abc\n/);
    assert.equal(
      toHostKeyDialog({ ...question, address: "fe80::1" }).message,
      "Is this really cp-1 ([fe80::1]:2222)?",
    );
  });

  it("offers to trust the key for good, telling where it is recorded, or once", () => {
    const { detail, buttons } = toHostKeyDialog(question);
    assert.match(detail, /are added to \/home\/a\/\.ssh\/known_hosts\.$/);
    assert.deepEqual(
      buttons.map(({ answer }) => answer),
      ["remember", "once"],
    );
  });

  it("does not offer to remember a key that cannot be recorded", () => {
    const { detail, buttons } = toHostKeyDialog({ ...question, file: undefined });
    assert.doesNotMatch(detail, /added to/);
    assert.deepEqual(buttons, [{ label: "Trust Once", answer: "once" }]);
  });

  it("tells what else there is to know, each in a paragraph", () => {
    const { detail } = toHostKeyDialog({ ...question, notes: ["One thing.", "Another."] });
    assert.match(detail, /\n\nOne thing\.\n\nAnother\.\n\n/);
  });
});
