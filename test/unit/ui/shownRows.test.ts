import assert from "node:assert/strict";
import type { ClusterState } from "../../../src/core/run/clusterState.ts";
import { clusterItem, childrenOf, type ClusterEntry, type InventoryItem } from "../../../src/ui/inventory/inventoryModel.ts";
import { rowId, ShownRows } from "../../../src/ui/inventory/shownRows.ts";
import { clusterOf } from "../phases/clusters.ts";
import { singleHosts } from "../phases/clusters.ts";

describe("rows of the inventory", () => {
  const spec = clusterOf("1.36", singleHosts);
  const entry = (state: ClusterState, uri = "file:///a/cluster.yaml"): ClusterEntry => ({
    uri,
    label: "cluster.yaml",
    spec,
    problems: [],
    state,
  });
  const idle: ClusterState = { hosts: {} };
  const busy: ClusterState = { hosts: { "w-1": { activity: "swap" } } };

  /** All rows as a view asks for them, from the top. */
  function draw(rows: ShownRows, roots: readonly InventoryItem[]): readonly InventoryItem[] {
    return roots.map((item) => rows.of(item)).flatMap((item) => [item, ...draw(rows, childrenOf(item))]);
  }

  function ids(changes: ReturnType<ShownRows["update"]>): readonly string[] | "all" {
    return changes === "all" ? changes : changes.map(rowId);
  }

  it("are all drawn when a cluster comes or goes", () => {
    const rows = new ShownRows();
    assert.equal(rows.update([clusterItem(entry(idle))]), "all");
    assert.equal(rows.update([]), "all");
  });

  it("are drawn again only where they changed, as the same objects", () => {
    const rows = new ShownRows();
    rows.update([clusterItem(entry(idle))]);
    const drawn = draw(rows, [clusterItem(entry(idle))]);
    const changes = rows.update([clusterItem(entry(busy))]);
    assert.deepEqual(ids(changes), ["file:///a/cluster.yaml#host:w-1"]);
    assert.ok(changes !== "all" && drawn.includes(changes[0] as InventoryItem));
    assert.match(drawn.find((item) => rowId(item).endsWith("#host:w-1"))?.label ?? "", /w-1/);
    assert.deepEqual(rows.update([clusterItem(entry(busy))]), []);
  });

  it("draw a row again that has other rows under it", () => {
    const rows = new ShownRows();
    rows.update([clusterItem(entry(idle))]);
    draw(rows, [clusterItem(entry(idle))]);
    const broken = { ...entry(idle), problems: [{ message: "a typo", line: 3 }] };
    assert.ok((ids(rows.update([clusterItem(broken)])) as readonly string[]).includes("file:///a/cluster.yaml"));
  });

  it("have names of their own, also when a host is called like a role", () => {
    const [host] = spec.hosts;
    const odd = { ...entry(idle), spec: { ...spec, hosts: host === undefined ? [] : [{ ...host, name: "worker", role: "worker" as const }] } };
    const all = draw(new ShownRows(), [clusterItem(odd)]).map(rowId);
    assert.equal(new Set(all).size, all.length);
  });
});
