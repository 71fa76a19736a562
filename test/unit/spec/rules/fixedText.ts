import { isMap, isScalar, parseAllDocuments } from "yaml";
import type { Fix, SpecEdit } from "../../../../src/core/spec/fix.ts";

/** A spec file with a fix applied to its data: what the editor's own change of text must come to, without its style. */
export function fixedText(text: string, fix: Fix): string {
  return fix.edits.reduce(edited, text);
}

function edited(text: string, edit: SpecEdit): string {
  const documents = [...parseAllDocuments(text)].filter(({ contents }) => contents !== null);
  const document = documents[edit.document ?? 0];
  if (document === undefined) {
    throw new Error(`there is no document ${edit.document}`);
  }
  switch (edit.kind) {
    case "set":
      document.setIn(edit.path, edit.value);
      break;
    case "remove":
      if (!document.deleteIn(edit.path)) {
        throw new Error(`there is nothing to remove at ${edit.path.join(".")}`);
      }
      break;
    case "rename-key": {
      const map = document.getIn(edit.path.slice(0, -1));
      const pair = isMap(map)
        ? map.items.find(({ key }) => isScalar(key) && key.value === edit.path.at(-1))
        : undefined;
      if (pair === undefined) {
        throw new Error(`there is nothing to rename at ${edit.path.join(".")}`);
      }
      pair.key = edit.to;
      break;
    }
    case "replace-document":
      return documents
        .map((other) => (other === document ? edit.text : String(other)))
        .map((part) => part.replace(/^---\n/, ""))
        .join("---\n");
  }
  return documents.map((part) => String(part).replace(/^---\n/, "")).join("---\n");
}
