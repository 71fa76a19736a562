import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import type { Action, Phase } from "../../../src/core/run/phase.ts";
import { makePlan, type Plan } from "../../../src/core/run/plan.ts";
import { Secret, text } from "../../../src/core/shell/secret.ts";
import { run } from "../../../src/core/shell/step.ts";
import { fileChanges, planText } from "../../../src/ui/plan/planText.ts";
import { clusterOf, contextWith, singleHosts } from "../phases/clusters.ts";
import { anyText, hostileTexts } from "./hostileText.ts";
import { renderPreview, shownText, tagsOf } from "./markdown.ts";

const spec = clusterOf("1.36", singleHosts);
const golden = new URL("../../fixtures/ui/plan.golden.md", import.meta.url);

function phase(more: Partial<Phase>): Phase {
  return {
    id: "swap",
    title: "Swap",
    explains: "The kubelet wants none.",
    sections: [],
    order: "parallel",
    hosts: ({ hosts }) => hosts,
    actions: () => [],
    ...more,
  };
}

function planOf(...phases: readonly Phase[]): Plan {
  return makePlan({ phases }, contextWith({}, spec));
}

/** One action of every kind of step, all about `value`. */
function everyStep(value: string): Action {
  return {
    id: "a",
    summary: `Do ${value}`,
    steps: [
      { ...run("do", value), stdin: value },
      { kind: "script", title: value, script: value, args: [value] },
      { kind: "write", path: "/etc/demo.toml", mode: "0644", content: value, before: value },
    ],
  };
}

const token = new Secret("abcdef.0123456789abcdef");

const small = planOf(
  phase({
    id: "preflight",
    title: "Preflight",
    findings: () => [
      { severity: "warning", host: "w-1", message: "it has 1 CPU", next: "Use a larger machine." },
    ],
  }),
  phase({
    actions: ({ role }) => [
      { id: "off", summary: "Turn swap off", steps: [run("swapoff", "--all")] },
      {
        id: "fstab",
        summary: "Keep it off",
        steps: [
          { kind: "write", path: "/etc/fstab", mode: "0644", content: `# ${role}\n`, before: "none swap\n" },
        ],
      },
    ],
  }),
  phase({
    id: "join-workers",
    title: "Join workers",
    hosts: ({ hosts }) => hosts.filter(({ role }) => role === "worker"),
    before: (_context, [host]) =>
      host && {
        host,
        action: {
          id: "token",
          summary: "Make a token",
          steps: [{ ...run("kubeadm", "token", "create"), learns: "joinToken" }],
        },
      },
    actions: () => [
      {
        id: "join",
        summary: "Join",
        isForecast: true,
        steps: [
          { kind: "write", path: "/etc/join.yaml", mode: "0600", content: text`token: ${token}\n` },
          {
            kind: "script",
            title: "wait for the kubelet",
            script: "until check; do sleep 1; done",
            args: ["it's"],
          },
          { ...run("kubeadm", "join"), stdin: text`token: ${token}` },
        ],
      },
    ],
    after: (_context, [host]) =>
      host && {
        host,
        action: { id: "clean", summary: "Remove the token", steps: [run("kubeadm", "token", "delete")] },
      },
  }),
);

describe("a plan as a document", () => {
  it("is as reviewed in test/fixtures/ui/plan.golden.md", () => {
    if (process.env.UPDATE_GOLDENS === "1") {
      writeFileSync(golden, planText(small));
    }
    assert.equal(planText(small), readFileSync(golden, "utf8"));
  });

  it("shows secrets as ***", () => {
    const shown = planText(small);
    assert.ok(!shown.includes(token.reveal()));
    assert.equal(shown.match(/token: \*\*\*/g)?.length, 2);
    assert.deepEqual(
      fileChanges(small)
        .filter(({ path }) => path === "/etc/join.yaml")
        .map(({ after }) => after),
      ["token: ***\n"],
    );
  });

  it("says when there is nothing to do", () => {
    const shown = shownText(renderPreview(planText(planOf(phase({})))));
    assert.match(shown, /Nothing to do: everything is as the spec says\./);
    assert.doesNotMatch(shown, /Nothing to do for/);
  });

  it("shows hosts on which the same is done once, and others apart", () => {
    const same = planText(planOf(phase({ actions: () => [{ id: "a", summary: "Same", steps: [] }] })));
    assert.match(same, /### cp-1, w-1\n/);
    const apart = planText(planOf(phase({ actions: ({ name }) => [{ id: "a", summary: name, steps: [] }] })));
    assert.match(apart, /### cp-1\n[^]*### w-1\n/);
  });

  it("shows as text whatever values are in it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // A command cannot have a NUL character: that is refused when it is made.
        const value = text.replaceAll("\0", "");
        const plan = planOf(
          phase({
            findings: () => [{ severity: "error", host: "w-1", message: value, next: value }],
            actions: () => [everyStep(value)],
          }),
        );
        const html = renderPreview(planText(plan));
        const ours = ["code", "details", "em", "h1", "h2", "h3", "li", "p", "pre", "strong", "summary", "ul"];
        assert.deepEqual(
          tagsOf(html).filter((tag) => !ours.includes(tag)),
          [],
        );
        // A fence that a value had ended would change how many blocks there are: two of each command's, one of the file.
        assert.equal(html.match(/<pre>/g)?.length, 5);
        assert.equal(html.match(/<\/details>/g)?.length, 1);
        assert.equal(html.match(/<h[1-6]>/g)?.length, 4);
      }),
      { examples: hostileTexts.map((hostile): [string] => [hostile]) },
    );
  });

  it("fences a block with more ticks than any run of them in it", () => {
    for (const ticks of [0, 1, 3, 4, 9]) {
      const content = `a\n${"`".repeat(ticks)}\n# no heading\nb`;
      const html = renderPreview(planText(planOf(phase({ actions: () => [everyStep(content)] }))));
      assert.ok(!html.includes("<h1>no heading"));
      assert.ok(shownText(html).includes(content), `${ticks} ticks`);
    }
  });
});

describe("file changes of a plan", () => {
  it("are all files in order, with what they were", () => {
    assert.deepEqual(fileChanges(small), [
      { host: "cp-1", path: "/etc/fstab", before: "none swap\n", after: "# control-plane\n" },
      { host: "w-1", path: "/etc/fstab", before: "none swap\n", after: "# worker\n" },
      { host: "w-1", path: "/etc/join.yaml", before: undefined, after: "token: ***\n" },
    ]);
  });
});
