import assert from "node:assert/strict";
import fc from "fast-check";
import type { Elevation } from "../../../src/ssh/elevation.ts";
import { createExitMarkReader } from "../../../src/ssh/exitMark.ts";
import { createLaunchListener, type LaunchWord } from "../../../src/ssh/launchListener.ts";

const nonce = "n0nce";
const doasPrompt = "\rdoas (admin@cp-1) password: ";

function hear(elevation: Elevation, stream: "output" | "errors", ...chunks: readonly string[]): LaunchWord[] {
  const listener = createLaunchListener(nonce, elevation);
  return chunks.flatMap((chunk) => listener.hear(stream, Buffer.from(chunk)));
}

/** Arrays of bytes, rich in what marks and prompts are made of. */
function bytesLike(example: string): fc.Arbitrary<Buffer> {
  const pieces = [...Array(example.length + 1).keys()].map((length) => example.slice(0, length));
  return fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 4 })))
    .map((parts) => Buffer.from(parts.join("")));
}

function split(data: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(data.subarray(at, at + size));
    at += size;
  }
  return [...chunks, data.subarray(at)];
}

describe("words of a launch", () => {
  it("are a prompt of sudo's that names whose password it wants", () => {
    const own = { kind: "password", of: undefined };
    assert.deepEqual(hear("sudo", "errors", "lecture\nn0nce password of jürgen:"), [
      { kind: "password", of: "jürgen" },
    ]);
    // sudo-rs fills nothing in, and says more.
    assert.deepEqual(hear("sudo", "errors", "[sudo: n0nce password of %p:] Password: "), [own]);
    assert.deepEqual(hear("terminal-sudo", "output", "noise n0nce password of root:"), [
      { kind: "password", of: "root" },
    ]);
  });

  it("are heard once each, wherever they are split", () => {
    const twice = "n0nce password of a:\nSorry, try again.\nn0nce password of a:";
    for (let at = 0; at <= twice.length; at++) {
      assert.equal(hear("sudo", "errors", twice.slice(0, at), twice.slice(at)).length, 2);
    }
    const once = `n0nce terminal\n${doasPrompt}`;
    for (let at = 0; at <= once.length; at++) {
      assert.equal(hear("doas", "output", once.slice(0, at), once.slice(at)).length, 1);
    }
  });

  it("are no prompt that a login profile prints", () => {
    for (const text of [
      doasPrompt,
      `[sudo] password for admin: other password of %p:${doasPrompt}`,
      `n0nce terminal\nWelcome\n${doasPrompt}`,
      `n0nce terminal\n\rdoas (a\nb) password: `,
    ]) {
      for (const elevation of ["none", "sudo", "terminal-sudo", "doas"] as const) {
        assert.deepEqual(hear(elevation, "output", text), [], text);
        assert.deepEqual(hear(elevation, "errors", text), [], text);
      }
    }
    assert.deepEqual(hear("none", "errors", "n0nce password of a:"), []);
  });

  it("are a greeting behind prompts and noise", () => {
    const words = hear("doas", "output", `n0nce terminal\n${doasPrompt}`, "\nn0nce ready 47", "11\nout");
    assert.deepEqual(words, [
      { kind: "password", of: undefined },
      { kind: "ready", sessionId: 4711, rest: Buffer.from("out") },
    ]);
  });

  it("leave what was printed besides them", () => {
    const listener = createLaunchListener(nonce, "sudo");
    listener.hear("output", Buffer.from("Grüße\n"));
    listener.hear("errors", Buffer.from("n0nce password of a:\nSorry.\n"));
    assert.equal(listener.others(), "Grüße\n\n\nSorry.\n");
  });
});

describe("the exit mark", () => {
  const mark = `\x1e${nonce} exit 137\n`;

  it("ends the output, whatever is in it and wherever it is split", () => {
    fc.assert(
      fc.property(bytesLike(mark.slice(0, -1)), fc.array(fc.nat(12)), (output, sizes) => {
        const reader = createExitMarkReader(nonce);
        const read = split(Buffer.concat([output, Buffer.from(mark)]), sizes).map(reader.read);
        assert.deepEqual(Buffer.concat([...read.map((part) => part.output), reader.rest()]), output);
        assert.deepEqual(
          read.map((part) => part.exitCode).filter((code) => code !== undefined),
          [137],
        );
      }),
    );
  });

  it("changes nothing where there is none", () => {
    fc.assert(
      fc.property(bytesLike(mark.slice(0, -1)), fc.array(fc.nat(12)), (output, sizes) => {
        const reader = createExitMarkReader(nonce);
        const read = split(output, sizes).map(reader.read);
        assert.deepEqual(Buffer.concat([...read.map((part) => part.output), reader.rest()]), output);
      }),
    );
  });

  it("holds nothing back but what may become one", () => {
    const reader = createExitMarkReader(nonce);
    const output = (text: string): string => reader.read(Buffer.from(text)).output.toString();
    assert.equal(output("n0nce exit 1"), "n0nce exit 1");
    assert.equal(output("a\x1eb"), "a\x1eb");
    assert.equal(output(`a${mark.slice(0, 5)}`), "a");
    assert.equal(output("!"), `${mark.slice(0, 5)}!`);
    assert.equal(output(`\x1e${nonce} exit 13a`), `\x1e${nonce} exit 13a`);
    assert.equal(output(`\x1e${nonce} exit 1377\n`), `\x1e${nonce} exit 1377\n`);
  });

  it("lets output of a background process follow", () => {
    const reader = createExitMarkReader(nonce);
    assert.deepEqual(reader.read(Buffer.from(`a${mark}b`)), { output: Buffer.from("ab"), exitCode: 137 });
    assert.equal(reader.read(Buffer.from("c")).output.toString(), "c");
  });
});
