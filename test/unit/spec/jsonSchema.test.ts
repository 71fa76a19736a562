import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { specJsonSchema } from "../../../src/core/spec/jsonSchema.ts";

describe("the JSON Schema of a spec file", () => {
  it("is in schemas/ as the code makes it (node schemas/generate.ts)", () => {
    const onDisk: unknown = JSON.parse(
      readFileSync(new URL("../../../schemas/cluster.schema.json", import.meta.url), "utf8"),
    );
    assert.deepEqual(onDisk, JSON.parse(JSON.stringify(specJsonSchema())));
  });

  it("describes every field that a person writes", () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      const { properties = {}, items } = schema as { properties?: Record<string, object>; items?: object };
      for (const [name, field] of Object.entries(properties)) {
        if (!("description" in field) && !("const" in field)) {
          undescribed.push(`${path}${name}`);
        }
        visit(field, `${path}${name}.`);
      }
      if (items !== undefined) {
        visit(items, `${path}0.`);
      }
    };
    visit((specJsonSchema().definitions as { cluster: object }).cluster, "");
    assert.deepEqual(undescribed, []);
  });
});
