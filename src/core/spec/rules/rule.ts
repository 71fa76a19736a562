import type { HostFacts } from "../../facts/hostFacts.ts";
import type { ClusterSpec, Host } from "../clusterSpec.ts";
import type { FieldPath, Severity } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";

/** What no single field can say. A rule is pure: what it knows of the world is in its context. */
export interface Rule {
  /** What it finds is this bad unless a setting or the finding says otherwise. */
  readonly severity: Severity;
  /** What it wants, as a sentence without a full stop, for lists of rules: "Hosts have names of their own". */
  readonly title: string;
  readonly check: (context: RuleContext) => readonly Finding[];
}

export interface RuleContext {
  /** With every default; fields and hosts that the schema refuses are left out. */
  readonly spec: ClusterSpec;
  /** The hosts of `spec`, each with its place in the file. */
  readonly hosts: readonly PlacedHost[];
  /** Whether `hosts` are all hosts of the file: none is left out because of what is wrong with it. */
  readonly hasAllHosts: boolean;
  /** The cluster's document as it is written, before defaults. */
  readonly written: unknown;
  /** kubeadm's documents as they are written, also those with problems. */
  readonly kubeadmDocuments: readonly KubeadmDocument[];
  readonly surroundings: SpecSurroundings;
  /** Whether a field is in the file; `document` as for a finding. */
  readonly isWritten: (path: FieldPath, document?: number) => boolean;
  /** A scalar as it is written, without quotes: 1.30 rather than 1.3. */
  readonly sourceOf: (path: FieldPath, document?: number) => string | undefined;
}

export interface PlacedHost {
  readonly host: Host;
  /** spec.hosts[N], counted as in the file. */
  readonly path: FieldPath;
}

export interface KubeadmDocument {
  /** Its index in the file: for findings. */
  readonly document: number;
  readonly kind: string;
  readonly apiVersion: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What is known of the world around a spec. Each part may be missing: then the rules that need it say nothing. */
export interface SpecSurroundings {
  /** Milliseconds since 1970. */
  readonly now?: number | undefined;
  /** What hosts said of themselves when they were last looked at, by the host's name. */
  readonly knownHosts?: ReadonlyMap<string, KnownHost> | undefined;
  /** What is at the place of a private key, by the path as it is written in the spec; undefined: not looked. */
  readonly identityFile?: ((path: string) => IdentityFile | undefined) | undefined;
  /** Severities that the user chose, by code. */
  readonly severities?: Readonly<Record<string, Severity | "off">> | undefined;
}

export interface KnownHost {
  readonly facts: HostFacts;
  /** When it was looked at, in milliseconds since 1970. */
  readonly at: number;
}

export type IdentityFile =
  | { readonly kind: "missing" }
  /** `isPrivate`: nobody but its owner may read it; ssh refuses others. */
  | { readonly kind: "file"; readonly isPrivate: boolean };

export interface Finding {
  /** The field that is wrong, or the nearest one that is there. */
  readonly path: FieldPath;
  /** What is expected and what was found: "expected a name of its own, got ...". */
  readonly message: string;
  /** Whether the key or the value is marked. Default: the value. */
  readonly at?: "key" | "value";
  /** Instead of the rule's own. */
  readonly severity?: Severity;
  /** Told also where the field itself is wrong: it is no consequence of that. */
  readonly isIndependent?: boolean;
  /** Index in the file of the document that `path` is in. Default: 0, the cluster. */
  readonly document?: number;
  readonly fixes?: readonly Fix[];
}
