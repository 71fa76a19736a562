import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunEvent } from "../../../src/core/run/events.ts";
import type { EventBody } from "../../../src/core/run/tell.ts";
import { journalText } from "../../../src/ui/runs/journalText.ts";
import { anyText, hostileTexts } from "./hostileText.ts";
import { renderPreview, shownText, tagsOf } from "./markdown.ts";

const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const failure = { code: "step-failed", message: "modprobe failed", next: "Install the modules." } as const;

/** One event every 1.5 s. */
function journal(...events: readonly EventBody[]): readonly RunEvent[] {
  return events.map((event, index) => ({ at: start + index * 1500, ...event }));
}

const started = (cluster: string): EventBody => ({
  kind: "run-started",
  run: "r",
  cluster,
  spec: "cluster.yaml",
  phases: ["swap"],
  hosts: ["w-1"],
});

describe("a journal as a report", () => {
  it("tells what was run where, when and how it ended", () => {
    const events = journal(
      started("demo"),
      {
        kind: "findings",
        findings: [
          { severity: "warning", host: "w-1", message: "it has 1 CPU", next: "Use a larger machine." },
        ],
      },
      { kind: "phase-started", phase: "kernel-modules", hosts: ["w-1", "w-2"] },
      { kind: "step-started", host: "w-1", phase: "kernel-modules", step: "modprobe `overlay`" },
      { kind: "output", host: "w-1", text: "not in the report" },
      { kind: "step-finished", host: "w-1", phase: "kernel-modules", exitCode: 1 },
      { kind: "host-finished", host: "w-1", phase: "kernel-modules", outcome: "failed", failure },
      { kind: "host-finished", host: "w-2", phase: "kernel-modules", outcome: "succeeded" },
      { kind: "host-lost", host: "w-2", failure: { code: "link-lost", message: "cut off." } },
      { kind: "kubeconfig-merged", path: "/home/me/.kube/config", context: "demo" },
      { kind: "run-finished", outcome: "failed", failures: [] },
    );
    const lines = shownText(renderPreview(journalText(events)))
      .split("\n")
      .filter(Boolean);
    assert.deepEqual(lines, [
      "Run on cluster demo, 2026-01-02T03:04:05.000Z",
      "1.5 s warning: w-1: it has 1 CPU. Use a larger machine.",
      "3.0 s Kernel modules on w-1, w-2",
      "4.5 s w-1: modprobe 'overlay'",
      "7.5 s w-1: exit code 1",
      "9.0 s w-1: failed: modprobe failed. Install the modules.",
      "10.5 s w-2: succeeded",
      "12.0 s w-2: lost: cut off.",
      "13.5 s context demo is in /home/me/.kube/config",
      "15.0 s failed",
    ]);
  });

  it("is a report even when the journal is empty or begins in the middle", () => {
    assert.equal(journalText([]), "# Run\n\n");
    assert.match(
      journalText(journal({ kind: "run-finished", outcome: "succeeded", failures: [] })),
      /^# Run\n\n- 0\.0 s/,
    );
  });

  it("shows as text whatever hosts said", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bad = { ...failure, message: text, next: text };
        const events = journal(
          started(text),
          { kind: "findings", findings: [{ severity: "error", host: "w-1", message: text, next: text }] },
          { kind: "step-started", host: "w-1", phase: "swap", step: text },
          { kind: "host-finished", host: "w-1", phase: "swap", outcome: "failed", failure: bad },
          { kind: "host-lost", host: "w-1", failure: bad },
          { kind: "kubeconfig-merged", path: text, context: text },
        );
        const html = renderPreview(journalText(events));
        assert.deepEqual(
          tagsOf(html).filter((tag) => !["code", "h1", "li", "ul"].includes(tag)),
          [],
        );
        assert.equal(html.match(/<li>/g)?.length, 5);
      }),
      { examples: hostileTexts.map((hostile): [string] => [hostile]) },
    );
  });
});
