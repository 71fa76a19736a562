import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as contributions from "../../src/contributions.ts";
import { phaseOf } from "../../src/core/phases/phases.ts";
import { phaseIds } from "../../src/core/run/phase.ts";
import { phaseTitles } from "../../src/ui/inventory/hostStatusText.ts";

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: string;
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly viewsContainers: Readonly<
      Record<string, readonly { readonly id: string; readonly icon: string }[]>
    >;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly description?: string; readonly markdownDescription?: string }>
      >;
    };
  };
}

const root = path.join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const { commands, viewsContainers, views, viewsWelcome, menus, configuration } = manifest.contributes;
const commandIds: readonly string[] = Object.values(contributions.commands);
const sorted = (values: Iterable<string>): readonly string[] => [...values].sort();

/** Every `when` of the manifest. */
const conditions = [...Object.values(menus).flat(), ...viewsWelcome].flatMap(({ when }) => when ?? []);

describe("the manifest", () => {
  it("contributes exactly the commands that the code knows, each with a title in title case and the category", () => {
    assert.deepEqual(sorted(commands.map(({ command }) => command)), sorted(commandIds));
    assert.equal(new Set(commandIds).size, commandIds.length);
    for (const { command, title, category } of commands) {
      assert.match(command, /^kubeadm\.[a-z]+\.[a-zA-Z]+$/);
      assert.match(title, /^[A-Z]/, command);
      assert.equal(category, "Kubeadm", command);
    }
  });

  it("contributes exactly the views, containers and settings that the code knows", () => {
    assert.deepEqual(
      sorted(Object.values(views).flatMap((list) => list.map(({ id }) => id))),
      sorted(Object.values(contributions.views)),
    );
    const containers = sorted(Object.values(viewsContainers).flatMap((list) => list.map(({ id }) => id)));
    assert.deepEqual(containers, sorted(Object.values(contributions.viewContainers)));
    assert.deepEqual(sorted(Object.keys(views)), containers);
    assert.deepEqual(
      sorted(Object.keys(configuration.properties)),
      sorted(Object.values(contributions.settings)),
    );
    for (const [name, { description, markdownDescription }] of Object.entries(configuration.properties)) {
      assert.match(description ?? markdownDescription ?? "", /^[A-Z].*\.$/s, name);
    }
  });

  it("has menus of its own commands only", () => {
    const used = Object.values(menus).flatMap((items) => items.map(({ command }) => command));
    assert.deepEqual(
      used.filter((command) => !commandIds.includes(command)),
      [],
    );
    const linked = viewsWelcome.flatMap(({ contents }) => [
      ...contents.matchAll(/\(command:(kubeadm[^)]*)\)/g),
    ]);
    assert.ok(linked.length > 0);
    assert.deepEqual(
      linked.map(([, command = ""]) => command).filter((command) => !commandIds.includes(command)),
      [],
    );
  });

  it("asks in conditions only for views and context keys that the code sets", () => {
    const known: readonly string[] = [
      ...Object.values(contributions.contextKeys),
      ...Object.values(contributions.views),
    ];
    const names = conditions.flatMap((when) => when.match(/kubeadm[\w.]*/g) ?? []);
    assert.ok(names.length > 0);
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
  });

  it("has no context key that nothing asks for", () => {
    assert.deepEqual(
      Object.values(contributions.contextKeys).filter(
        (key) => !conditions.some((when) => when.includes(key)),
      ),
      [],
    );
  });

  it("offers item menus for rows that there are, and every kind of row that has a host or cluster has one", () => {
    const { itemContexts } = contributions;
    const rows: readonly string[] = [...Object.values(itemContexts), "host.control-plane", "host.worker"];
    const matching = (when: string): readonly string[] => {
      const exact = /viewItem == ([\w.-]+)/.exec(when)?.[1];
      const pattern = /viewItem =~ \/(.*?)\//.exec(when)?.[1];
      assert.ok(exact !== undefined || pattern !== undefined, `${when} is about no kind of row`);
      return rows.filter((row) => (pattern === undefined ? row === exact : new RegExp(pattern).test(row)));
    };
    const matched = (menus["view/item/context"] ?? []).map(({ when = "" }) => matching(when));
    assert.ok(matched.every((found) => found.length > 0));
    for (const row of [
      itemContexts.cluster,
      itemContexts.brokenCluster,
      "host.control-plane",
      "host.worker",
    ]) {
      assert.ok(matched.flat().includes(row), `${row} has no menu`);
    }
  });

  it("names only files that are there", () => {
    const icons = [...Object.values(viewsContainers), ...Object.values(views)].flatMap((list) =>
      list.map(({ icon }) => icon),
    );
    for (const file of [manifest.icon, ...icons, "LICENSE", "schemas/cluster.schema.json"]) {
      assert.ok(existsSync(path.join(root, file)), file);
    }
  });

  it("gives commands with a place of their own in a title bar or row an icon", () => {
    const inline = Object.values(menus)
      .flat()
      .filter((item) => /^(inline|navigation)/.test((item as { group?: string }).group ?? ""));
    const withIcon = new Set(commands.filter(({ icon }) => icon !== undefined).map(({ command }) => command));
    assert.ok(inline.length > 0);
    assert.deepEqual(
      inline.map(({ command }) => command).filter((command) => !withIcon.has(command)),
      [],
    );
  });

  it("is activated by use, never by the start of VS Code", () => {
    assert.deepEqual(
      manifest.activationEvents.filter((event) => event === "*" || event.startsWith("onStartup")),
      [],
    );
  });

  it("supports the VS Code whose types the code is checked against", () => {
    const minor = (version: string): string => version.replace(/^\^/, "").split(".").slice(0, 2).join(".");
    assert.equal(minor(manifest.devDependencies["@types/vscode"] ?? ""), minor(manifest.engines.vscode));
  });

  it("has a changelog that tells of its version, or of what is to come", () => {
    const headings = [...read("CHANGELOG.md").matchAll(/^## \[([^\]]+)\]/gm)].map(([, heading]) => heading);
    assert.ok(headings.includes(manifest.version) || headings[0] === "Unreleased", headings.join(", "));
  });

  it("has every package in docs/dependencies.md, and no other is there", () => {
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const rows = [...read("docs/dependencies.md").matchAll(/^\| (`[^|]*`) \|/gm)].map(
      ([, cell = ""]) => cell,
    );
    const documented = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    assert.deepEqual(sorted(documented), sorted(packages));
  });
});

describe("titles of phases", () => {
  for (const id of phaseIds) {
    it(`are the same in the tree and in the phase ${id}`, () => {
      assert.equal(phaseTitles[id], phaseOf(id).title);
    });
  }
});
