import { type PassThroughKind, passThroughKinds } from "../../spec/clusterSpec.ts";
import { documentFields, minorOfDocument } from "./documentFields.ts";
import { type Field, type Fields, type FieldType, isKnownIn, typeIn } from "./fieldType.ts";

/** A field of a kubeadm document, as hover and completion show it. */
export interface KubeadmField {
  /** Keys that lead to it; "*" stands for any item of a list and any key of a map. */
  readonly path: readonly string[];
  /** What it holds, in words: "text", "list of text", "true or false". */
  readonly type: string;
  /** How it is written: behind the colon, as items below, as keys of one's own below, as known keys below. */
  readonly shape: "scalar" | "list" | "map" | "fields";
  /** One line, with the default where there is one; "" for items and for values of maps. */
  readonly description: string;
  /** Every value that it may have; []: any. */
  readonly values: readonly string[];
  readonly isRequired: boolean;
}

/**
 * All fields of a document, parents before what is in them, without apiVersion and kind; [] for a kind or an API
 * version that is not known here. `kubernetesMinor` 36 leaves out what 1.36 does not read; default: the newest minor
 * with this API version.
 */
export function kubeadmFields(
  kind: string,
  apiVersion: string,
  kubernetesMinor?: number,
): readonly KubeadmField[] {
  if (!isPassThroughKind(kind)) {
    return [];
  }
  const minor = minorOfDocument(kind, apiVersion, kubernetesMinor);
  return minor === undefined ? [] : listed(documentFields(kind), minor, []);
}

/** The field that a path in a document leads to; undefined: none that is known. Indexes of lists are numbers. */
export function kubeadmFieldAt(
  fields: readonly KubeadmField[],
  path: readonly (string | number)[],
): KubeadmField | undefined {
  return fields.find((field) => field.path.length === path.length && leadsTo(field, path));
}

/** The fields right below a path: what a key there may be called. */
export function kubeadmFieldsBelow(
  fields: readonly KubeadmField[],
  path: readonly (string | number)[],
): readonly KubeadmField[] {
  return fields.filter(
    (field) => field.path.length === path.length + 1 && field.path.at(-1) !== "*" && leadsTo(field, path),
  );
}

function leadsTo(field: KubeadmField, path: readonly (string | number)[]): boolean {
  return path.every((part, index) => field.path[index] === "*" || field.path[index] === part);
}

function listed(fields: Fields, minor: number, above: readonly string[]): readonly KubeadmField[] {
  return Object.entries(fields)
    .filter(([, field]) => isKnownIn(field, minor))
    .flatMap(([name, field]) => listedField(field, minor, [...above, name]));
}

function listedField(field: Field, minor: number, path: readonly string[]): readonly KubeadmField[] {
  const type = typeIn(field.type, minor);
  const shown: KubeadmField = {
    path,
    type: typeInWords(type, minor),
    shape: shapeOf(type),
    description: field.description,
    values: valuesOf(type, minor),
    isRequired: field.isRequired === true,
  };
  if (type.kind === "fields") {
    return [shown, ...listed(type.fields, minor, path)];
  }
  return type.kind === "list" || type.kind === "map"
    ? [shown, ...listedField({ type: type.of, description: "" }, minor, [...path, "*"])]
    : [shown];
}

function shapeOf({ kind }: FieldType): KubeadmField["shape"] {
  return kind === "list" || kind === "map" || kind === "fields" ? kind : "scalar";
}

/** Values that `type` may have in Kubernetes 1.`minor`; []: any. */
export function valuesOf(type: FieldType, minor: number): readonly string[] {
  if (type.kind === "boolean") {
    return ["true", "false"];
  }
  const values = type.kind === "text" ? (type.values ?? []) : [];
  return values.filter((value) => isKnownIn(value, minor)).map(({ value }) => value);
}

/** What a type holds, in words. */
export function typeInWords(written: FieldType, minor: number): string {
  const type = typeIn(written, minor);
  switch (type.kind) {
    case "text":
      return type.format === undefined ? "text" : formatInWords[type.format];
    case "boolean":
      return "true or false";
    case "whole-number":
      return "whole number";
    case "number":
      return "number";
    case "quantity":
      return "quantity";
    case "duration-or-number":
      return "duration";
    case "list":
      return `list of ${typeInWords(type.of, minor)}`;
    case "map":
      return `map to ${typeInWords(type.of, minor)}`;
    case "fields":
      return "fields";
    case "anything":
      return "anything";
  }
}

const formatInWords = {
  duration: "duration",
  "absolute-path": "absolute path",
  "certificate-path": "absolute path of a .crt file",
  "ip-address": "IP address",
  "name-or-address": "DNS name or IP address",
  url: "URL",
} as const;

function isPassThroughKind(kind: string): kind is PassThroughKind {
  return passThroughKinds.some((known) => known === kind);
}
