import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Cancelled } from "../../src/core/errors.ts";
import type { HostSession } from "../../src/core/run/session.ts";
import { quote } from "../../src/core/shell/quote.ts";
import { Secret, text, type Text } from "../../src/core/shell/secret.ts";
import { createCollector } from "./support/collector.ts";
import { createGate, type Gate } from "./support/gate.ts";
import { processesThatShow } from "./support/processes.ts";

/** A session under test; its scripts must run on this machine. */
export interface ContractSubject {
  readonly session: HostSession;
  /** Breaks the link beneath the session as a network would. */
  breakLink(): Promise<void>;
  stop(): Promise<void>;
}

/** What every HostSession must do. `whySkipped`: the reason not to run it here. */
export function hostSessionContract(
  name: string,
  start: () => Promise<ContractSubject>,
  whySkipped?: string,
): void {
  describe(`host session: ${name}${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
    this.timeout(30_000);
    let subject: ContractSubject;
    let session: HostSession;
    let gate: Gate;

    before(async function () {
      if (whySkipped !== undefined) {
        this.skip();
      }
      subject = await start();
      session = subject.session;
    });
    after(() => subject?.stop());
    beforeEach(async () => {
      gate = await createGate();
    });
    afterEach(() => gate?.remove());

    async function outputOf(script: Text): Promise<string> {
      const output = createCollector();
      await session.run(script, { onOutput: output.onOutput });
      return output.text();
    }

    it("gives the script's exit code", async () => {
      for (const code of [0, 1, 7, 255]) {
        assert.deepEqual(await session.run(`exit ${code}`), { exitCode: code });
      }
      assert.deepEqual(await session.run("false"), { exitCode: 1 });
      assert.deepEqual(await session.run(""), { exitCode: 0 });
    });

    it("gives 128 + signal when the script is ended by a signal", async () => {
      assert.deepEqual(await session.run("kill -KILL $$"), { exitCode: 137 });
      assert.deepEqual(await session.run("kill -TERM $$"), { exitCode: 143 });
    });

    it("refuses a script with a syntax error with an exit code, and says so", async () => {
      const output = createCollector();
      const { exitCode } = await session.run("if then", { onOutput: output.onOutput });
      assert.notEqual(exitCode, 0);
      assert.match(output.text(), /syntax error/i);
    });

    it("passes nothing but the script's own output on", async () => {
      assert.equal(await outputOf("echo one"), "one\n");
      assert.equal(await outputOf("true"), "");
    });

    it("keeps standard output and standard error in one order", async () => {
      const expected = Array.from({ length: 200 }, (_, index) => `${index}\n`).join("");
      const output = await outputOf(
        "i=0; while [ $i -lt 200 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done",
      );
      assert.equal(output, expected);
    });

    it("passes output on while the script runs", async () => {
      const output = createCollector();
      const done = session.run(`echo before; ${gate.wait}; echo after`, { onOutput: output.onOutput });
      await output.seen("before\n");
      assert.equal(output.text(), "before\n");
      await gate.open();
      await done;
      assert.equal(output.text(), "before\nafter\n");
    });

    it("joins a character whose bytes arrive apart", async () => {
      const output = createCollector();
      const script = `printf 'a\\303'; ${gate.wait}; printf '\\251\\360\\237\\230\\200'`;
      const done = session.run(script, { onOutput: output.onOutput });
      await output.seen("a");
      await gate.open();
      await done;
      assert.equal(output.text(), "aé😀");
    });

    it("replaces bytes that are no UTF-8", async () => {
      assert.equal(await outputOf("printf 'a\\377b\\303'"), "a\ufffdb\ufffd");
    });

    it("passes a megabyte of output on whole", async () => {
      const output = await outputOf(
        "i=0; while [ $i -lt 20000 ]; do echo 'line of fifty characters, more or less, number' $i; i=$((i+1)); done",
      );
      assert.equal(output.split("\n").length, 20_001);
      assert.match(output, /number 19999\n$/);
    });

    it("runs a script of 500 KB", async () => {
      const filler = `: ${"x".repeat(97)}\n`.repeat(5000);
      assert.equal(await outputOf(`${filler}echo end of it`), "end of it\n");
    });

    it("runs a script of a megabyte without a line end, and passes one on", async () => {
      const line = "a tab\t, a word, ünïcödé; ".repeat(45_000);
      assert.ok(Buffer.byteLength(line) > 1 << 20);
      assert.ok((await outputOf(`line='${line}'; printf %s "$line"`)) === line);
    });

    it("passes every byte as it is, both ways", async () => {
      const all = Array.from({ length: 255 }, (_, index) => index + 1);
      const value = fc.string({ unit: "binary", maxLength: 300 }).map((text) => text.replaceAll("\0", ""));
      const bytes = fc.uint8Array({ maxLength: 300 });
      await fc.assert(
        fc.asyncProperty(value, bytes, async (given, printed) => {
          const octal = [...printed].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
          const output = await outputOf(
            `printf %s ${quote(given)}; printf %s ${quote(given)} | od -An -v -tx1; printf '${octal}'`,
          );
          const hex = Buffer.from(given)
            .toString("hex")
            .replaceAll(/.{1,32}/g, "$&\n")
            .replaceAll(/../g, " $&");
          assert.equal(
            output,
            `${given}${hex}${new TextDecoder("utf-8", { ignoreBOM: true }).decode(printed)}`,
          );
        }),
        { numRuns: 5, examples: [[`\ufeff${String.fromCharCode(...all)}`, Uint8Array.from([0, ...all])]] },
      );
    });

    it("gives the script no terminal", async () => {
      const output = await outputOf(
        "for stream in 0 1 2; do [ -t $stream ] && echo $stream is one; done; (: </dev/tty) || echo none; echo ${TERM-unset}",
      );
      assert.match(output, /^[^\n]*\/dev\/tty[^\n]*\nnone\nunset\n$/);
    });

    it("gives the script an empty input of its own, so that a command cannot eat the script", async () => {
      assert.equal(
        await outputOf("cat; read x || echo nothing to read\necho still here"),
        "nothing to read\nstill here\n",
      );
    });

    it("runs as root, in /, with root's home and a plain locale", async function () {
      const output = await outputOf('echo "$(pwd) $LC_ALL $(umask)"; id -u; echo ~; echo "$HOME"');
      const [place, user, home, homeVariable] = output.split("\n");
      assert.equal(place, "/ C 0022");
      assert.equal(homeVariable, home);
      if (process.getuid?.() === 0) {
        assert.equal(user, "0");
        assert.equal(home, "/root");
      }
    });

    it("keeps every value that is quoted one word", async () => {
      const values = fc.array(
        fc.string({ unit: "binary", maxLength: 20 }).filter((value) => !value.includes("\0")),
      );
      const odd = ["", "'", '"', "$HOME", "`id`", "\\", "a\nb", "--", "!x", "*", "~", "ä 😀", "\r", "#"];
      await fc.assert(
        fc.asyncProperty(values, async (generated) => {
          const all = [...odd, ...generated];
          const output = await outputOf(`printf '<%s>\\n' ${all.map(quote).join(" ")}`);
          assert.equal(output, all.map((value) => `<${value}>\n`).join(""));
        }),
        { numRuns: 10 },
      );
    });

    it("shows no secret in an argument list or an environment", async () => {
      const secret = new Secret(`token-${randomUUID()}`);
      const output = createCollector();
      const script = text`token='${secret}'\necho running\n${gate.wait}\necho "length $\{#token}"`;
      const done = session.run(script, { onOutput: output.onOutput });
      await output.seen("running");
      assert.deepEqual(processesThatShow(secret.reveal()), []);
      await gate.open();
      await done;
      assert.equal(output.text(), `running\nlength ${secret.reveal().length}\n`);
    });

    it("runs scripts at the same time", async () => {
      const outputs = Array.from({ length: 12 }, createCollector);
      const done = outputs.map((output, index) =>
        session.run(`echo ${index}`, { onOutput: output.onOutput }),
      );
      const held = session.run(gate.wait);
      await Promise.all(done);
      await gate.open();
      await held;
      assert.deepEqual(
        outputs.map((output) => output.text()),
        outputs.map((_, index) => `${index}\n`),
      );
    });

    it("ends all of a cancelled script before it starts another", async () => {
      const mark = `KUBEADM_MARK_${randomUUID().replaceAll("-", "")}`;
      const abort = new AbortController();
      const output = createCollector();
      const script = [
        `export ${mark}=1`,
        "sh -c 'echo plain; sleep 1000; true' &",
        `sh -c "trap '' TERM; echo stubborn; sleep 1001; sleep 1002" &`,
        "setsid sh -c 'echo apart; sleep 1003; true' &",
        "timeout 1004 sh -c 'echo timed; sleep 1005; true' &",
        "sh -c 'echo stopped; kill -STOP $$' &",
        "wait",
      ];
      const done = session.run(script.join("\n"), { onOutput: output.onOutput, signal: abort.signal });
      await Promise.all(["plain", "stubborn", "apart", "timed", "stopped"].map(output.seen));
      assert.ok(processesThatShow(mark).length >= 5);
      abort.abort();
      await assert.rejects(done, Cancelled);
      await session.run("true");
      assert.deepEqual(processesThatShow(mark), []);
    });

    it("rejects at once when a script is cancelled that ignores it", async () => {
      const abort = new AbortController();
      const output = createCollector();
      const done = session.run(`trap '' TERM; echo started; ${gate.wait}; ${gate.wait}`, {
        onOutput: output.onOutput,
        signal: abort.signal,
      });
      await output.seen("started");
      const before = performance.now();
      abort.abort();
      await assert.rejects(done, Cancelled);
      assert.ok(performance.now() - before < 500);
    });

    it("runs nothing when it is cancelled before", async () => {
      const output = createCollector();
      const done = session.run("echo ran", { onOutput: output.onOutput, signal: AbortSignal.abort() });
      await assert.rejects(done, Cancelled);
      await session.run("true");
      assert.equal(output.text(), "");
    });

    it("says that the link is lost when it breaks, and connects again", async () => {
      const output = createCollector();
      const done = session.run(`echo started; ${gate.wait}`, { onOutput: output.onOutput });
      await output.seen("started");
      await subject.breakLink();
      await assert.rejects(done, { name: "KubeadmError", code: "link-lost", host: session.host });
      await gate.open();
      assert.equal(await outputOf("echo again"), "again\n");
    });
  });
}
