import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunEvent } from "../../../src/core/run/events.ts";
import type { EventBody } from "../../../src/core/run/tell.ts";
import { isAtLineStart, terminalText } from "../../../src/ui/terminals/terminalText.ts";
import { factsOf } from "../facts/factsOf.ts";
import { anyText, hostileTexts } from "./hostileText.ts";

const host = "w-1";
const failure = { code: "step-failed", message: "modprobe failed", next: "Install the modules." } as const;

function textOf(event: EventBody): string {
  return terminalText({ at: 0, ...event });
}

/** What a person reads, without colours and marks. */
function readable(text: string): string {
  return text.replace(/\u001b\]633;[^\u0007]*\u0007|\u001b\[\d+m/g, "");
}

/** The letters of VS Code's shell-integration marks, in order. */
function marksOf(text: string): readonly string[] {
  return [...text.matchAll(/\u001b\]633;([^\u0007]*)\u0007/g)].map(([, mark = ""]) => mark);
}

describe("a run in a terminal", () => {
  const cases: readonly (readonly [string, EventBody, string | RegExp])[] = [
    [
      "begins with the cluster",
      { kind: "run-started", run: "r", cluster: "demo", spec: "c", phases: [], hosts: [host] },
      /^Cluster demo .*1970.*\r\n$|^Cluster demo .*1969.*\r\n$/,
    ],
    ["says that it connects", { kind: "connecting", host }, "connecting ...\r\n"],
    [
      "says what a phase will do",
      { kind: "host-started", host, phase: "swap", actions: ["Turn swap off", "Keep it off"] },
      "\r\nSwap\r\n  Turn swap off\r\n  Keep it off\r\n",
    ],
    [
      "shows a command as it would be typed",
      { kind: "step-started", host, phase: "swap", step: "swapoff -a" },
      "$ swapoff -a\r\n",
    ],
    [
      "passes its output on, with a terminal's line ends",
      { kind: "output", host, text: "a\nb\r\nc" },
      "a\r\nb\r\nc",
    ],
    ["is silent about a success", { kind: "step-finished", host, phase: "swap", exitCode: 0 }, ""],
    [
      "says how a command failed",
      { kind: "step-finished", host, phase: "swap", exitCode: 3 },
      "exit code 3\r\n",
    ],
    ["ticks a phase off", { kind: "host-finished", host, phase: "swap", outcome: "succeeded" }, "✔ Swap\r\n"],
    [
      "says that a phase was cancelled",
      { kind: "host-finished", host, phase: "swap", outcome: "cancelled" },
      "⊘ Swap: cancelled\r\n",
    ],
    [
      "says why a phase failed, and what to do",
      { kind: "host-finished", host, phase: "kernel-modules", outcome: "failed", failure },
      "✖ Kernel modules: modprobe failed.\r\n  Install the modules.\r\n",
    ],
    [
      "says that a phase failed when nobody knows why",
      { kind: "host-finished", host, phase: "swap", outcome: "failed" },
      "✖ Swap: failed.\r\n",
    ],
    [
      "says why a host was lost",
      { kind: "host-lost", host, failure },
      "lost: modprobe failed.\r\n  Install the modules.\r\n",
    ],
    ["ends well", { kind: "run-finished", outcome: "succeeded", failures: [] }, "\r\nDone.\r\n"],
    [
      "ends badly",
      { kind: "run-finished", outcome: "failed", failures: [] },
      "\r\nStopped, as something failed.\r\n",
    ],
    ["ends early", { kind: "run-finished", outcome: "cancelled", failures: [] }, "\r\nCancelled.\r\n"],
    [
      "ends without anything to do",
      { kind: "run-finished", outcome: "nothing-to-do", failures: [] },
      "\r\nNothing to do: everything is as the spec says.\r\n",
    ],
  ];
  for (const [what, event, expected] of cases) {
    it(what, () => {
      const text = readable(textOf(event));
      if (typeof expected === "string") {
        assert.equal(text, expected);
      } else {
        assert.match(text, expected);
      }
    });
  }

  it("says nothing of what is shown elsewhere", () => {
    const elsewhere: readonly EventBody[] = [
      { kind: "facts", host, facts: factsOf("debian12") },
      { kind: "findings", findings: [] },
      { kind: "phase-started", phase: "swap", hosts: [] },
      { kind: "phase-finished", phase: "swap", outcome: "succeeded" },
      { kind: "kubeconfig-merged", path: "p", context: "c" },
    ];
    assert.deepEqual(
      elsewhere.map(textOf),
      elsewhere.map(() => ""),
    );
  });

  it("marks each command for VS Code: prompt, command, its line, output, end with its exit code", () => {
    const text = (exitCode: number): string =>
      [
        textOf({ kind: "step-started", host, phase: "swap", step: "sh -c 'a; b\\c'" }),
        textOf({ kind: "output", host, text: "out\n" }),
        textOf({ kind: "step-finished", host, phase: "swap", exitCode }),
      ].join("");
    assert.deepEqual(marksOf(text(0)), ["A", "B", "E;sh -c 'a\\x3b b\\\\c'", "C", "D;0"]);
    assert.deepEqual(marksOf(text(7)).at(-1), "D;7");
    assert.ok(text(0).indexOf("out\r\n") > text(0).indexOf("\u001b]633;C"));
  });

  it("obeys nothing that comes from outside", () => {
    const events = (text: string): readonly RunEvent[] => [
      { at: 0, kind: "run-started", run: text, cluster: text, spec: text, phases: [], hosts: [text] },
      { at: 0, kind: "host-started", host, phase: "swap", actions: [text] },
      { at: 0, kind: "step-started", host, phase: "swap", step: text },
      {
        at: 0,
        kind: "host-finished",
        host,
        phase: "swap",
        outcome: "failed",
        failure: { ...failure, message: text, next: text },
      },
      { at: 0, kind: "host-lost", host, failure: { ...failure, message: text, next: text } },
    ];
    const ours = new Set(["\u001b[1m", "\u001b[22m", "\u001b[31m", "\u001b[32m", "\u001b[33m", "\u001b[39m"]);
    fc.assert(
      fc.property(anyText, (text) => {
        for (const event of events(text)) {
          const shown = terminalText(event);
          const marks = marksOf(shown)
            .map((mark) => mark.charAt(0))
            .join("");
          assert.equal(marks, event.kind === "step-started" ? "ABEC" : "");
          const withoutMarks = shown.replace(/\u001b\]633;[^\u0007\u001b]*\u0007/g, "");
          const colours = withoutMarks.match(/\u001b\[\d*m/g) ?? [];
          assert.ok(colours.every((colour) => ours.has(colour)));
          const rest = withoutMarks.replace(/\u001b\[\d*m|\r\n/g, "");
          assert.doesNotMatch(rest, /[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { examples: hostileTexts.map((text): [string] => [text]) },
    );
  });

  it("has as many colours and lines as with harmless text, so that nothing leaks into what follows", () => {
    const shape = (text: string): readonly string[] =>
      textOf({ kind: "step-started", host, phase: "swap", step: text }).match(/\u001b\[\d*m|\r\n/g) ?? [];
    fc.assert(
      fc.property(anyText, (text) => {
        assert.deepEqual(shape(text), shape("harmless"));
      }),
    );
  });
});

describe("where the cursor is", () => {
  it("is at the beginning of a line after a line end, whatever marks and colours follow it", () => {
    assert.equal(isAtLineStart("text\r\n", false), true);
    assert.equal(isAtLineStart("text\r\n\u001b[39m\u001b]633;D;0\u0007", false), true);
    assert.equal(isAtLineStart("text", true), false);
  });

  it("does not change by what nobody sees", () => {
    const mark = textOf({ kind: "step-finished", host, phase: "swap", exitCode: 0 });
    assert.notEqual(mark, "");
    assert.equal(isAtLineStart(mark, false), false);
    assert.equal(isAtLineStart(mark, true), true);
  });
});
