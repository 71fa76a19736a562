import type { FieldPath } from "./diagnostic.ts";
import { hostNamePattern } from "./schema.ts";

/** Another spelling of a value that its field does not take. */
export interface Spelling {
  readonly value: string;
  /** Nothing of the value is lost: capital letters, spaces and underscores alone are written otherwise. */
  readonly isFaithful: boolean;
}

/** Longest label of a DNS name, and longest part of a label of Kubernetes. */
const maxLength = 63;

/** How the text of a field (spec.hosts[1].name) could be spelled so that the field takes it, the best first. */
export function spellingsFor(path: FieldPath, text: string): readonly Spelling[] {
  const [first, second, , ...inHost] = path;
  if (first === "metadata" && second === "name") {
    return hostNames(text);
  }
  if (first !== "spec" || second !== "hosts") {
    return [];
  }
  const [field, , part] = inHost;
  if (field === "name" && inHost.length === 1) {
    return hostNames(text);
  }
  if (field === "labels" && inHost.length === 2) {
    return labelParts(text);
  }
  return field === "taints" && (part === "key" || part === "value") ? labelParts(text) : [];
}

/** How the key of a map (of spec.hosts[1].labels) could be spelled. */
export function spellingsForKey(path: FieldPath, key: string): readonly Spelling[] {
  return path[1] === "hosts" && path[3] === "labels" ? labelParts(key) : [];
}

/** What is too long in a name or label, for the end of a message: "; it has 70 characters, at most 63 are allowed". */
export function lengthHint(path: FieldPath, text: string): string {
  const isName = path.at(-1) === "name";
  const isLabel = path[3] === "labels" || path[3] === "taints";
  const part = isLabel ? text.slice(text.lastIndexOf("/") + 1) : text;
  return (isName || isLabel) && part.length > maxLength
    ? `; it has ${part.length} characters, at most ${maxLength} are allowed`
    : "";
}

/** Names are short; of what is longer no spelling is looked for. */
const maxText = 253;

function hostNames(text: string): readonly Spelling[] {
  if (text.length > maxText) {
    return [];
  }
  const lower = text.trim().toLowerCase();
  const [label = ""] = lower.split(".");
  const isDomain = lower.includes(".");
  const whole = cut(dashed(lower.replace(/[\s_.]+/g, "-")));
  const candidates = isDomain ? [cut(dashed(label.replace(/[\s_]+/g, "-"))), whole] : [whole];
  return [...new Set(candidates)]
    .filter((value) => hostNamePattern.test(value) && value !== text)
    .map((value) => ({ value, isFaithful: !isDomain && lower.length <= maxLength }));
}

/** A label's key, its value, or those of a taint. */
function labelParts(text: string): readonly Spelling[] {
  if (text.length > maxText) {
    return [];
  }
  const slash = text.lastIndexOf("/");
  const prefix = text.slice(0, slash + 1).toLowerCase();
  const name = text
    .slice(slash + 1)
    .trim()
    .replace(/\s+/g, "-");
  const value = `${prefix}${name}`;
  const isSound =
    /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value) &&
    value !== text;
  return isSound ? [{ value, isFaithful: true }] : [];
}

function dashed(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}

function cut(text: string): string {
  return dashed(text.slice(0, maxLength));
}
