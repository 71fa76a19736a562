/**
 * Writes schemas/cluster.schema.json from the schema in the code. With --check it writes nothing, and fails when
 * the file is another.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { specJsonSchema } from "../src/core/spec/jsonSchema.ts";

const path = fileURLToPath(new URL("cluster.schema.json", import.meta.url));
const wanted = `${JSON.stringify(specJsonSchema(), null, 2)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(path, wanted);
} else if (readFileSync(path, "utf8") !== wanted) {
  console.error("schemas/cluster.schema.json is not what the code says: run node schemas/generate.ts");
  process.exitCode = 1;
}
