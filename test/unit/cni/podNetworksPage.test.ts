import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { podNetworks } from "../../../src/core/cni/podNetworks.ts";
import { describePort } from "../../../src/core/network/ports.ts";
import { specWith } from "./specWith.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/pod-networks.md"), "utf8");

describe("docs/pod-networks.md", () => {
  for (const network of Object.values(podNetworks)) {
    const rows = rowsOf(network.plugin);

    it(`names the version of ${network.title}`, () => {
      assert.ok(rows.some((row) => row.includes(network.defaultVersion)));
    });

    it(`names every option of ${network.title} with its values`, () => {
      const all = [...rows, ...rowsOf("all")];
      for (const [name, { values = [] }] of Object.entries(network.options)) {
        const row = all.find((candidate) => candidate.includes(`| \`${name}\``));
        assert.ok(row, `${network.plugin}: ${name}`);
        assert.deepEqual(
          values.filter((value) => !row.includes(`\`${value}\``)),
          [],
        );
      }
    });

    it(`names the ports that ${network.title} needs`, () => {
      const required = network.ports(specWith({ plugin: network.plugin })).filter((port) => port.required);
      assert.deepEqual(
        required.map(describePort).filter((port) => !rows.some((row) => row.includes(port))),
        [],
      );
    });
  }

  it("shows the command that makes Cilium's manifest as the error does", () => {
    const command = podNetworks.cilium.renderCommand?.(specWith({ plugin: "cilium" }, "10.244.0.0/16"));
    assert.ok(page.replaceAll("\\\n  ", "").includes(`${command} > cilium.yaml`));
  });
});

/** Rows of all tables that concern a plugin: its own, and those below it with an empty first cell. */
function rowsOf(plugin: string): readonly string[] {
  const rows: string[] = [];
  let current = "";
  for (const line of page.split("\n").filter((candidate) => candidate.startsWith("|"))) {
    const first = line.split("|")[1]?.trim().replaceAll("`", "") ?? "";
    current = first === "" ? current : first;
    if (current === plugin) {
      rows.push(line);
    }
  }
  return rows;
}
