import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { renderScript } from "../../../src/core/shell/script.ts";
import { redacted, Secret } from "../../../src/core/shell/secret.ts";
import { run, type RunStep, type ScriptStep, type WriteStep } from "../../../src/core/shell/step.ts";
import { nonce, runSteps, shells } from "./shells.ts";

const anyText = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "\r", "EOF", "%s", "é", " ", "\t"),
      maxLength: 60,
    }),
  )
  .map((value) => Buffer.from(value.replaceAll("\0", "")).toString());

const endLine = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
const script = (text: string, extra: Partial<ScriptStep> = {}): ScriptStep => ({
  kind: "script",
  title: "test",
  script: text,
  ...extra,
});

describe("a rendered script", function () {
  // Generous: other suites may keep the machine busy.
  this.timeout(20_000);

  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "script-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (content: WriteStep["content"], extra: Partial<WriteStep> = {}): WriteStep => ({
    kind: "write",
    path: join(folder, "file"),
    content,
    mode: "0640",
    ...extra,
  });
  const file = (name = "file"): string => readFileSync(join(folder, name), "utf8");

  for (const shell of shells) {
    describe(`in ${shell.join(" ")}`, () => {
      it("writes any content exactly, but for the newline at its end", () => {
        fc.assert(
          fc.property(anyText, (content) => {
            assert.equal(runSteps([write(content)], { shell }).exitCode, 0);
            assert.equal(file(), endLine(content));
          }),
          { numRuns: 25 },
        );
      });

      it("hands any words and any input to a command and to a script", () => {
        fc.assert(
          fc.property(fc.array(anyText, { maxLength: 5 }), anyText, (words, stdin) => {
            const body = 'for word; do printf "%s|" "$word"; done; cat';
            const expected = `${words.map((word) => `${word}|`).join("")}${endLine(stdin)}`;
            const command: RunStep = { kind: "run", argv: ["sh", "-c", body, "sh", ...words], stdin };
            const { exitCode, text } = runSteps([command, script(body, { args: words, stdin })], { shell });
            assert.equal(exitCode, 0);
            assert.equal(text, expected + expected);
          }),
          { numRuns: 25 },
        );
      });

      it("stops at the first step that fails, with its exit code, and gathers the facts all the same", () => {
        const { exitCode, text, marks } = runSteps(
          [run("echo", "one"), script("exit 42"), run("echo", "three")],
          {
            shell,
            factsScript: "echo 'a=b'; echo not shown >&2; exit 3",
          },
        );
        assert.equal(exitCode, 42);
        assert.equal(text, "one\n");
        assert.deepEqual(
          marks.filter((mark) => mark.kind !== "clock"),
          [
            { kind: "begin", step: 0 },
            { kind: "end", step: 0, exitCode: 0 },
            { kind: "begin", step: 1 },
            { kind: "end", step: 1, exitCode: 42 },
            { kind: "facts", text: "a=b\n" },
            { kind: "done", exitCode: 42 },
          ],
        );
      });

      it("keeps what is learned out of the output", () => {
        const learning: RunStep = {
          kind: "run",
          argv: ["sh", "-c", "echo noise >&2; echo tok-en; echo second"],
          learns: "joinToken",
        };
        const { text, marks, raw } = runSteps([learning], { shell });
        assert.equal(text, "noise\n");
        assert.doesNotMatch(raw, /tok-en/);
        assert.deepEqual(marks[1], { kind: "learned", step: 0, value: "tok-en\nsecond" });
      });

      it("learns from a command that reads its input", () => {
        const learning: RunStep = {
          kind: "run",
          argv: ["cat"],
          stdin: "it's $HOME\n",
          learns: "podNetworkManifest",
        };
        const { marks } = runSteps([learning], { shell });
        assert.deepEqual(marks[1], { kind: "learned", step: 0, value: "it's $HOME" });
      });

      it("learns nothing from a command that fails", () => {
        const learning = script("echo half; exit 5", { learns: "joinToken" });
        const { marks, text } = runSteps([learning], { shell });
        assert.deepEqual(marks, [
          { kind: "begin", step: 0 },
          { kind: "end", step: 0, exitCode: 5 },
          { kind: "done", exitCode: 5 },
        ]);
        assert.equal(text, "");
      });

      it("ends a command with all that it started when its time is over, and exits with 124", () => {
        // Without an end of the grandchild, its hold on the output would keep us here for a minute.
        const slow = script("sleep 60; echo never", { timeoutSeconds: 1, learns: "joinToken" });
        const { exitCode, text } = runSteps([slow], { shell });
        assert.equal(exitCode, 124);
        assert.equal(text, "");
      });
    });
  }

  it("gives a command no input, so that none can eat the script", () => {
    assert.equal(runSteps([run("cat"), run("echo", "still here")]).text, "still here\n");
  });

  it("shows standard error and standard output in one order", () => {
    assert.equal(runSteps([script("echo 1; echo 2 >&2; echo 3")]).text, "1\n2\n3\n");
  });

  it("takes a missing command as a failed step", () => {
    assert.equal(runSteps([run("no-such-command-at-all")]).exitCode, 127);
  });

  it("never shows a secret in its redacted form", () => {
    const whole = renderScript({ nonce, steps: [write(["a: ", new Secret("t0p-secret"), "\n"])] });
    assert.doesNotMatch(redacted(whole), /t0p-secret/);
    assert.match(redacted(whole), /a: \*\*\*/);
  });

  it("ends content with one newline, also when its last part is secret", () => {
    runSteps([write(["a", new Secret("b\n")])]);
    assert.equal(file(), "ab\n");
    runSteps([write(["a", new Secret("b")])]);
    assert.equal(file(), "ab\n");
  });

  it("refuses content with a NUL character instead of losing it", () => {
    assert.throws(() => renderScript({ nonce, steps: [write("a\0b")] }), RangeError);
    assert.throws(
      () => renderScript({ nonce, steps: [{ kind: "run", argv: ["cat"], stdin: "\0" }] }),
      RangeError,
    );
  });

  describe("writing a file", () => {
    it("gives it its mode, and makes the folders above", () => {
      assert.equal(runSteps([write("x\n", { path: join(folder, "a b/c/file"), mode: "0600" })]).exitCode, 0);
      assert.equal(file("a b/c/file"), "x\n");
      assert.equal(statSync(join(folder, "a b/c/file")).mode & 0o7777, 0o600);
    });

    it("keeps the oldest original, once", () => {
      writeFileSync(join(folder, "file"), "original\n");
      runSteps([write("first\n", { keepsOriginal: true }), write("second\n", { keepsOriginal: true })]);
      assert.equal(file(), "second\n");
      assert.equal(file("file.before-kubeadm"), "original\n");
    });

    it("keeps no original where there was none, or where none is asked for", () => {
      runSteps([write("first\n", { keepsOriginal: true })]);
      runSteps([write("second\n")]);
      assert.deepEqual(readdirSync(folder), ["file"]);
    });

    it("changes the file behind a symbolic link, and leaves the link", () => {
      writeFileSync(join(folder, "real"), "old\n");
      symlinkSync("real", join(folder, "file"));
      assert.equal(runSteps([write("new\n")]).exitCode, 0);
      assert.equal(file("real"), "new\n");
      assert.deepEqual(readdirSync(folder).sort(), ["file", "real"]);
      assert.equal(runSteps([script('[ -L "$1" ]', { args: [join(folder, "file")] })]).exitCode, 0);
    });

    it("leaves the old file and nothing else when the new one cannot be written whole", () => {
      writeFileSync(join(folder, "file"), "old\n");
      // A limit on the size of files, in blocks of 512 bytes, is what a full disk looks like from here.
      const inner = redacted(renderScript({ nonce, steps: [write("x".repeat(5000))] }));
      const { exitCode } = runSteps([script(`trap '' XFSZ; ulimit -f 1; sh -c "$1"`, { args: [inner] })]);
      assert.notEqual(exitCode, 0);
      assert.equal(file(), "old\n");
      assert.deepEqual(readdirSync(folder), ["file"]);
    });

    it("fails, and changes nothing, where it may not write", () => {
      // Not even root can make a file below one.
      writeFileSync(join(folder, "blocker"), "");
      const { exitCode, marks } = runSteps([
        write("x\n", { path: join(folder, "blocker/file") }),
        run("echo", "no"),
      ]);
      assert.notEqual(exitCode, 0);
      assert.ok(marks.some((mark) => mark.kind === "end" && mark.step === 0 && mark.exitCode !== 0));
      assert.ok(!marks.some((mark) => mark.kind === "begin" && mark.step === 1));
      assert.deepEqual(readdirSync(folder), ["blocker"]);
    });

    it("does not put the file into a folder that stands in its place", () => {
      mkdirSync(join(folder, "file"));
      assert.notEqual(runSteps([write("x\n")]).exitCode, 0);
      assert.deepEqual(readdirSync(folder), ["file"]);
      assert.deepEqual(readdirSync(join(folder, "file")), []);
    });

    it("takes a path for what it is, whatever is in it", () => {
      const path = join(folder, "-rf $(touch pwned) 'x'\n;");
      assert.equal(runSteps([write("x\n", { path })]).exitCode, 0);
      assert.equal(readFileSync(path, "utf8"), "x\n");
      assert.ok(!existsSync("pwned"));
    });
  });
});
