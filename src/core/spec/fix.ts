import type { FieldPath } from "./diagnostic.ts";

/** A repair of a spec file, as data: the editor turns it into changes of text that keep comments and style. */
export interface Fix {
  /** A verb in the imperative, for a menu: `Rename "hots" to "hosts"`. */
  readonly title: string;
  readonly edits: readonly SpecEdit[];
  /** The one that is meant when somebody asks to repair without choosing. */
  readonly isPreferred?: boolean;
}

/** One change of a document. `document` is its index in the file without empty ones; 0, the cluster, by default. */
export type SpecEdit = { readonly document?: number } & (
  | {
      /** Writes a field, where it is or at the end of the map it belongs into; maps on the way are made. */
      readonly kind: "set";
      readonly path: FieldPath;
      readonly value: unknown;
    }
  | {
      /** Removes a field with its key, or an item of a list. */
      readonly kind: "remove";
      readonly path: FieldPath;
    }
  | { readonly kind: "rename-key"; readonly path: FieldPath; readonly to: string }
  | {
      /** Replaces the whole document by a text without its "---". */
      readonly kind: "replace-document";
      readonly text: string;
    }
);
