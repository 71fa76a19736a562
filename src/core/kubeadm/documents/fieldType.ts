/**
 * What a field of a kubeadm document may hold. The names follow Go's types as their JSON decoder treats them: null
 * is "not set" everywhere, and a number is no text.
 */
export type FieldType =
  | { readonly kind: "text"; readonly format?: TextFormat; readonly values?: readonly KnownValue[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "whole-number"; readonly min?: number; readonly max?: number }
  | { readonly kind: "number" }
  /** Kubernetes' resource.Quantity: 500m, 2Gi, or a plain number. */
  | { readonly kind: "quantity" }
  /** A duration, or nanoseconds as a number. */
  | { readonly kind: "duration-or-number" }
  | { readonly kind: "list"; readonly of: FieldType }
  /** Keys of one's own. */
  | { readonly kind: "map"; readonly of: FieldType }
  | { readonly kind: "fields"; readonly fields: Fields }
  /** Not described here. */
  | { readonly kind: "anything" }
  /** Flags of a component: a map of name to value up to v1beta3, a list of {name, value} from v1beta4 on. */
  | { readonly kind: "arguments" };

/** What a text must look like. */
export type TextFormat =
  "duration" | "absolute-path" | "certificate-path" | "ip-address" | "name-or-address" | "url";

/** A field of a document. */
export interface Field extends Lifetime {
  readonly type: FieldType;
  /** One line, with the default where there is one. */
  readonly description: string;
  /** Whether what reads the document refuses it without this field. */
  readonly isRequired?: boolean;
}

/** A value that a text may have. */
export interface KnownValue extends Lifetime {
  readonly value: string;
}

/** The minors of Kubernetes 1 that know something; undefined: from the oldest here, up to the newest. */
export interface Lifetime {
  readonly since?: number;
  /** The last one. */
  readonly until?: number;
}

export type Fields = Readonly<Record<string, Field>>;

export const text: FieldType = { kind: "text" };
export const flag: FieldType = { kind: "boolean" };
export const wholeNumber: FieldType = { kind: "whole-number" };
export const port: FieldType = { kind: "whole-number", min: 1, max: 65535 };
export const decimal: FieldType = { kind: "number" };
export const quantity: FieldType = { kind: "quantity" };
export const durationOrNumber: FieldType = { kind: "duration-or-number" };
export const anything: FieldType = { kind: "anything" };
/** As Go writes durations: 1h30m. */
export const duration: FieldType = textLike("duration");

export function textLike(format: TextFormat): FieldType {
  return { kind: "text", format };
}

export function oneOfTexts(...values: readonly (string | KnownValue)[]): FieldType {
  return {
    kind: "text",
    values: values.map((value) => (typeof value === "string" ? { value } : value)),
  };
}

export function listOf(of: FieldType): FieldType {
  return { kind: "list", of };
}

export function mapOf(of: FieldType): FieldType {
  return { kind: "map", of };
}

export function fieldsOf(fields: Fields): FieldType {
  return { kind: "fields", fields };
}

/** A field that all versions have unless `options` say otherwise. */
export function field(
  type: FieldType,
  description: string,
  options: Omit<Field, "type" | "description"> = {},
): Field {
  return { type, description, ...options };
}

/** The flags of a component. */
export function extraArgs(component: string): Field {
  return field({ kind: "arguments" }, `Flags of ${component}, without their dashes.`);
}

/** Whether Kubernetes 1.`minor` knows it. */
export function isKnownIn({ since, until }: Lifetime, minor: number): boolean {
  return (since === undefined || since <= minor) && (until === undefined || minor <= until);
}

/** The type as Kubernetes 1.`minor` reads it: arguments become a map or a list. */
export function typeIn(type: FieldType, minor: number): Exclude<FieldType, { readonly kind: "arguments" }> {
  if (type.kind !== "arguments") {
    return type;
  }
  return minor >= firstMinorWithArgumentLists ? argumentList : argumentMap;
}

/** v1beta4, which is written from this minor on, has lists of arguments. */
const firstMinorWithArgumentLists = 31;

const argumentMap = { kind: "map", of: text } as const;

const argumentList = {
  kind: "list",
  of: fieldsOf({
    name: field(text, "Name of the flag, without its dashes.", { isRequired: true }),
    value: field(text, "Value of the flag."),
  }),
} as const;
