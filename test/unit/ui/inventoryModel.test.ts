import assert from "node:assert/strict";
import fc from "fast-check";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import {
  emptyClusterState,
  reduce,
  withNodes,
  type ClusterState,
} from "../../../src/core/run/clusterState.ts";
import type { EventBody } from "../../../src/core/run/tell.ts";
import {
  childrenOf,
  clusterItem,
  escapeMarkdown,
  hostItem,
  type ClusterEntry,
  type InventoryItem,
} from "../../../src/ui/inventory/inventoryModel.ts";
import { factsOf } from "../facts/factsOf.ts";
import { specOf, specText } from "../spec/specText.ts";
import { anyText, hostileTexts } from "./hostileText.ts";
import { renderPreview, shownText, tagsOf } from "./markdown.ts";

const hosts =
  "[{name: cp-1, role: control-plane, ssh: {address: 10.0.0.11}}, {name: w-1, role: worker, ssh: {address: 10.0.0.21, port: 2222, user: admin}}, {name: w-2, role: worker}]";
const spec = specOf(specText({ hosts }));
const failure = { code: "step-failed", message: "modprobe failed", next: "Install the modules." } as const;

function entryAfter(...events: readonly EventBody[]): ClusterEntry {
  const state = events.reduce<ClusterState>(
    (before, event) => reduce(before, { at: 0, ...event }),
    emptyClusterState,
  );
  return entryIn(state);
}

function entryIn(state: ClusterState): ClusterEntry {
  return { uri: "file:///w/cluster.yaml", label: "cluster.yaml", spec, problems: [], state };
}

const started: EventBody = {
  kind: "run-started",
  run: "r",
  cluster: "demo",
  spec: "c",
  phases: [],
  hosts: [],
};
const facts = (host: string, value: HostFacts = factsOf("debian12")): EventBody => ({
  kind: "facts",
  host,
  facts: value,
});
const ready = (...names: readonly string[]): ClusterState =>
  withNodes(
    { hosts: Object.fromEntries(spec.hosts.map(({ name }) => [name, {}])) },
    names.map((name) => ({
      name,
      isReady: true,
      isControlPlane: false,
      kubeletVersion: "v1.36.2",
      internalAddress: "10.0.0.1",
    })),
  );

function hostRow(entry: ClusterEntry, name = "w-1"): InventoryItem & { readonly kind: "host" } {
  const host = entry.spec?.hosts.find((candidate) => candidate.name === name);
  assert.ok(host);
  return hostItem(entry, host);
}

describe("the inventory's rows", () => {
  it("are a cluster, its groups with how many hosts they have, and the hosts in the spec's order", () => {
    const [controlPlanes, workers] = childrenOf(clusterItem(entryAfter()));
    assert.ok(controlPlanes?.kind === "group" && workers?.kind === "group");
    assert.deepEqual([controlPlanes.label, controlPlanes.description], ["Control planes", "1"]);
    assert.deepEqual([workers.label, workers.description], ["Workers", "2"]);
    assert.deepEqual(
      childrenOf(controlPlanes).map(({ label }) => label),
      ["cp-1"],
    );
    assert.deepEqual(
      childrenOf(workers).map(({ label }) => label),
      ["w-1", "w-2"],
    );
    assert.deepEqual(childrenOf(hostRow(entryAfter())), []);
  });

  it("leave a group without hosts out", () => {
    const alone = specOf(specText({}));
    const item = clusterItem({ ...entryAfter(), spec: alone });
    assert.deepEqual(
      childrenOf(item).map(({ label }) => label),
      ["Control planes"],
    );
  });

  it("say a host's status first and its address last", () => {
    assert.equal(hostRow(entryAfter()).description, "unknown · 10.0.0.21");
    assert.equal(hostRow(entryAfter(facts("w-1"))).description, "reachable · 10.0.0.21");
    assert.equal(
      hostRow(
        entryAfter({
          kind: "host-lost",
          host: "w-1",
          failure: { code: "host-authentication", message: "m" },
        }),
      ).description,
      "unreachable, login refused · 10.0.0.21",
    );
  });

  it("say of a cluster what went wrong first, then how much of it is Ready", () => {
    const describe = (entry: ClusterEntry): readonly string[] => {
      const item = clusterItem(entry);
      assert.ok(item.kind === "cluster");
      return [item.description, item.status.words];
    };
    const rest = "Kubernetes 1.36 · cluster.yaml";
    assert.deepEqual(describe(entryAfter()), [rest, "not complete"]);
    assert.deepEqual(describe(entryIn(ready("cp-1", "w-1"))), [`2/3 Ready · ${rest}`, "not complete"]);
    assert.deepEqual(describe(entryIn(ready("cp-1", "w-1", "w-2"))), [`3/3 Ready · ${rest}`, "Ready"]);
    assert.deepEqual(describe(entryAfter(started)), [`running · ${rest}`, "running"]);
    const broken = entryIn(
      [
        { at: 0, kind: "host-lost", host: "w-1", failure } as const,
        { at: 0, kind: "host-finished", host: "w-2", phase: "swap", outcome: "failed", failure } as const,
      ].reduce<ClusterState>(reduce, ready("cp-1", "w-1", "w-2")),
    );
    assert.deepEqual(describe(broken), [`1 failed, 1 unreachable, 1/3 Ready · ${rest}`, "failed"]);
  });

  it("show a spec that was never sound by its file and its problems", () => {
    const problems = [{ message: "spec.hosts: expected a list", line: 6 }];
    const entry: ClusterEntry = { ...entryAfter(), spec: undefined, problems };
    const item = clusterItem(entry);
    assert.ok(item.kind === "cluster");
    assert.deepEqual(
      [item.label, item.description, item.status.words],
      ["cluster.yaml", "1 problem", "broken spec"],
    );
    assert.deepEqual(childrenOf(item), [
      { kind: "problem", entry, label: "spec.hosts: expected a list", line: 6 },
    ]);
    const two = clusterItem({ ...entry, problems: [...problems, ...problems] });
    assert.ok(two.kind === "cluster");
    assert.equal(two.description, "2 problems");
  });

  it("keep the hosts of the last sound spec below the problems of the broken one", () => {
    const item = clusterItem({ ...entryAfter(), problems: [{ message: "m", line: 0 }] });
    assert.deepEqual(
      childrenOf(item).map(({ label }) => label),
      ["m", "Control planes", "Workers"],
    );
  });
});

describe("a host's tooltip", () => {
  it("tells how it is reached, and how to learn more, before anything is known", () => {
    const shown = shownText(renderPreview(hostRow(entryAfter()).tooltip));
    assert.match(shown, /w-1 — unknown/);
    assert.match(shown, /SSH\s+admin@10\.0\.0\.21:2222/);
    assert.match(shown, /Refresh to ask the host/);
    assert.doesNotMatch(shown, /Kernel/);
  });

  it("tells the facts once they are known", () => {
    const shown = shownText(
      renderPreview(hostRow(entryAfter(facts("w-1", factsOf("joinedWorker")))).tooltip),
    );
    for (const fact of [
      /System\s+Debian GNU\/Linux 12 \(bookworm\)/,
      /Kernel\s+6\.1\.0-28-amd64 x86_64/,
      /CPUs\s+2/,
      /Memory\s+1\.9 GiB/,
      /Container runtime\s+containerd 1\.6\.20/,
      /Kubelet\s+1\.36\.2-1\.1/,
      /Addresses\s+10\.0\.0\.21, 10\.244\.1\.0/,
    ]) {
      assert.match(shown, fact);
    }
    assert.doesNotMatch(shown, /Refresh to ask/);
  });

  it("tells what failed and what to do", () => {
    const failed = entryAfter({
      kind: "host-finished",
      host: "w-1",
      phase: "kernel-modules",
      outcome: "failed",
      failure,
    });
    const shown = shownText(renderPreview(hostRow(failed).tooltip));
    assert.match(shown, /w-1 — failed at Kernel modules: modprobe failed\. Install the modules\./);
    assert.doesNotMatch(shown, /Refresh to ask/);
  });

  it("shows what a host says as text, whatever it says", () => {
    const plain = factsOf("joinedWorker");
    fc.assert(
      fc.property(anyText, (text) => {
        const { system, packages } = plain;
        const hostile = {
          ...plain,
          system: {
            ...system,
            os: { ...system.os, prettyName: text },
            kernelRelease: text,
            addresses: [text, text],
          },
          runtime: { ...plain.runtime, version: text },
          packages: { ...packages, installed: { kubelet: text } },
        };
        const entry = entryAfter(facts("w-1", hostile), {
          kind: "host-lost",
          host: "w-1",
          failure: { ...failure, message: text, next: text },
        });
        const html = renderPreview(hostRow(entry).tooltip);
        assert.deepEqual(tagsOf(html), ["p", "strong", "table", "tbody", "td", "th", "thead", "tr"]);
        assert.equal(html.match(/<table>/g)?.length, 1);
      }),
      { examples: hostileTexts.map((text): [string] => [text]) },
    );
  });
});

describe("escaped Markdown", () => {
  it("shows exactly the text, on one line", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const html = renderPreview(`x${escapeMarkdown(text)}x`);
        assert.deepEqual(tagsOf(html), ["p"]);
        assert.equal(shownText(html).trim(), `x${text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")}x`);
      }),
      { examples: hostileTexts.map((text): [string] => [text]) },
    );
  });
});
