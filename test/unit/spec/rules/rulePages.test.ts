import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { structureCodes } from "../../../../src/core/spec/diagnostic.ts";
import { parseSpec } from "../../../../src/core/spec/parseSpec.ts";
import { ruleCodes } from "../../../../src/core/spec/rules/ruleCodes.ts";
import { rules } from "../../../../src/core/spec/rules/rules.ts";
import { pageSurroundings } from "./pageSurroundings.ts";

const folder = new URL("../../../../docs/rules/", import.meta.url);
const codes = [...structureCodes, ...ruleCodes];
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

/** The text below "## TITLE", up to the next heading. */
function section(page: string, title: string): string {
  const [, ...sections] = page.split(/^## /m);
  const found = sections.find((text) => text.startsWith(`${title}\n`));
  assert.ok(found, `there is no section "## ${title}"`);
  return found;
}

/** The YAML files that a section shows. */
function examples(text: string): readonly string[] {
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);
}

/** "**Warning.** What is wanted." */
function leadOf(page: string): { readonly severity: string; readonly title: string } {
  const match = /^# \S+\n\n\*\*(Error|Warning|Information|Hint)\.\*\* (.+)\.\n\n/.exec(page);
  assert.ok(match, 'a page begins with "# code" and "**Severity.** Title."');
  return { severity: match[1] ?? "", title: match[2] ?? "" };
}

describe("the rules' pages", () => {
  it("are there for every code, and for no other", () => {
    const pages = readdirSync(folder).filter((name) => name !== "README.md");
    assert.deepEqual(pages.sort(), codes.map((code) => `${code}.md`).sort());
  });

  it("are all in the index, in the order of the codes; UPDATE_GOLDENS=1 writes it anew", () => {
    const rows = codes.map((code) => {
      const { severity, title } = leadOf(read(`${code}.md`));
      return `| [${code}](${code}.md) | ${severity.toLowerCase()} | ${title} |`;
    });
    const index = read("README.md");
    const table = /^(\| code \| severity \| what it wants \|\n\| --- \| --- \| --- \|\n)((?:\|.*\|\n)+)/m;
    const wanted = index.replace(table, (_, head: string) => `${head}${rows.join("\n")}\n`);
    if (process.env.UPDATE_GOLDENS === "1") {
      writeFileSync(new URL("README.md", folder), wanted);
    } else {
      assert.equal(index, wanted);
    }
  });

  for (const code of codes) {
    describe(code, () => {
      it("begins with its code, its severity and what it wants", () => {
        const page = read(`${code}.md`);
        const { severity, title } = leadOf(page);
        assert.ok(page.startsWith(`# ${code}\n`));
        if (code in rules) {
          const rule = rules[code as keyof typeof rules];
          assert.deepEqual(
            { severity: severity.toLowerCase(), title },
            { severity: rule.severity, title: rule.title },
          );
        }
      });

      it("says how to repair what it finds, and how to change its severity", () => {
        const page = read(`${code}.md`);
        assert.ok(section(page, "Repair").trim().length > "Repair".length);
        assert.match(page, /\n\[How to change its severity\]\(README\.md#severities\)\.\n$/);
      });

      it("shows wrong files that give the diagnostic", () => {
        const wrong = examples(section(read(`${code}.md`), "Wrong"));
        assert.ok(wrong.length > 0, "there is no YAML");
        for (const text of wrong) {
          const found = parseSpec(text, "cluster.yaml", pageSurroundings[code]).diagnostics;
          assert.ok(
            found.some((problem) => problem.code === code),
            `${text}\ngives ${found.map((problem) => problem.code).join(", ") || "nothing"}`,
          );
        }
      });

      it("shows right files that do not give it, nor any error", () => {
        const right = examples(section(read(`${code}.md`), "Right"));
        assert.ok(right.length > 0, "there is no YAML");
        for (const text of right) {
          const found = parseSpec(text, "cluster.yaml", pageSurroundings[code]).diagnostics;
          const bad = found.filter((problem) => problem.code === code || problem.severity === "error");
          assert.deepEqual(bad, [], text);
        }
      });
    });
  }
});
