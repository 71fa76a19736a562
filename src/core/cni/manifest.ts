import { isMap, isScalar, isSeq, parseDocument, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Document } from "yaml";
import { KubeadmError } from "../errors.ts";

/** A manifest being edited. What is not asked for stays as it was, byte for byte. */
export interface ManifestEditor {
  /** The object of that kind and name, in a document of its own or in a List; to be changed in place.
   *  Throws KubeadmError "step-failed" when the manifest has none. */
  readonly object: (kind: string, name: string) => YAMLMap;
  /** All objects that hold containers: DaemonSets, Deployments, Jobs and so on. */
  readonly workloads: () => readonly YAMLMap[];
}

interface Piece {
  readonly text: string;
  document?: Document;
}

/**
 * Edits a manifest by its structure: only the documents that `edit` asks for are parsed and written anew, with
 * their comments. `title` names the pod network in errors. Throws KubeadmError "step-failed" when a document is
 * not YAML.
 */
export function editManifest(
  title: string,
  manifest: string,
  edit: (editor: ManifestEditor) => void,
): string {
  const pieces = splitDocuments(manifest);
  const objectsOf = (isWanted: (text: string) => boolean): readonly YAMLMap[] =>
    pieces
      .filter((piece) => isWanted(piece.text))
      .flatMap((piece) => objectsIn((piece.document ??= parsePiece(title, piece.text))));
  edit({
    object: (kind, name) => {
      const found = objectsOf((text) => text.includes(name) && text.includes(kind)).find(
        (object) => object.get("kind") === kind && object.getIn(["metadata", "name"]) === name,
      );
      return found ?? missing(title, `${kind} ${name}`);
    },
    workloads: () =>
      objectsOf((text) => /\bcontainers:/.test(text)).filter((object) => isSeq(object.getIn(containersPath))),
  });
  return pieces.map(render).join("");
}

/** Lists are indented below their key as most of them were, so that a diff shows what was really changed. */
function render({ text, document }: Piece): string {
  const indented = text.match(/^( *)[\w-]+:\n\1 +- /gm) ?? [];
  const flush = text.match(/^( *)[\w-]+:\n\1- /gm) ?? [];
  return document?.toString({ lineWidth: 0, indentSeq: indented.length >= flush.length }) ?? text;
}

const containersPath = ["spec", "template", "spec", "containers"];

/** The container of a workload. Throws KubeadmError "step-failed" when there is none of that name. */
export function containerOf(title: string, workload: YAMLMap, name: string): YAMLMap {
  const found = containersOf(workload).find((container) => container.get("name") === name);
  return found ?? missing(title, `container ${name} in ${textAt(workload, ["metadata", "name"])}`);
}

/** Sets an environment variable of a container; replaces its value, or where the value came from. */
export function setEnv(container: YAMLMap, name: string, value: string): void {
  const variable = quoted(value);
  const found = listOf(container, "env")
    .items.filter(isMap)
    .find((item) => item.get("name") === name);
  if (found === undefined) {
    const added = new YAMLMap();
    added.set("name", name);
    added.set("value", variable);
    listOf(container, "env").add(added);
    return;
  }
  found.delete("valueFrom");
  found.set("value", variable);
}

/** Sets an argument of a container written as --flag=value; replaces one that is there. */
export function setFlag(container: YAMLMap, flag: string, value: string): void {
  const args = listOf(container, "args");
  const index = args.items.findIndex(
    (item) => isScalar(item) && (item.value === flag || String(item.value).startsWith(`${flag}=`)),
  );
  args.set(index === -1 ? args.items.length : index, `${flag}=${value}`);
}

/** Removes an entry from a list of texts, such as one argument of a probe's command. */
export function removeText(parent: YAMLMap, path: readonly string[], text: string): void {
  const list = parent.getIn(path);
  if (isSeq(list)) {
    list.items = list.items.filter((item) => !(isScalar(item) && item.value === text));
  }
}

/** Sets an entry of a ConfigMap's data; a block of text stays one. */
export function setData(configMap: YAMLMap, key: string, value: string): void {
  const entry = configMap.getIn(["data", key], true);
  if (isScalar(entry)) {
    entry.value = value;
    return;
  }
  configMap.setIn(["data", key], quoted(value));
}

/** An entry of a ConfigMap's data. Throws KubeadmError "step-failed" when it is not there. */
export function dataOf(title: string, configMap: YAMLMap, key: string): string {
  const value: unknown = configMap.getIn(["data", key]);
  return typeof value === "string"
    ? value
    : missing(title, `${key} in ConfigMap ${textAt(configMap, ["metadata", "name"])}`);
}

/** Lets all containers pull from `registry` instead of the one that their image names. */
export function setRegistry(editor: ManifestEditor, registry: string | undefined): void {
  if (registry === undefined) {
    return;
  }
  changeImages(editor, (image) => `${registry}/${splitRegistry(image).path}`);
}

/** Gives images without a tag or digest, which would be pulled as "latest", the tag `tag`. */
export function pinImages(editor: ManifestEditor, path: string, tag: string): void {
  changeImages(editor, (image) => (splitRegistry(image).path === path ? `${image}:${tag}` : image));
}

/** Registry and path of an image: docker.io where none is written. */
export function splitRegistry(image: string): { readonly registry: string; readonly path: string } {
  const slash = image.indexOf("/");
  const first = image.slice(0, Math.max(slash, 0));
  return /[.:]|^localhost$/.test(first)
    ? { registry: first, path: image.slice(slash + 1) }
    : { registry: "docker.io", path: image };
}

function changeImages(editor: ManifestEditor, change: (image: string) => string): void {
  const containers = editor.workloads().flatMap(containersOf);
  for (const image of containers.map((container) => container.get("image", true)).filter(isScalar)) {
    image.value = change(String(image.value));
  }
}

function containersOf(workload: YAMLMap): readonly YAMLMap[] {
  const lists = ["initContainers", "containers"].map((key) =>
    workload.getIn(["spec", "template", "spec", key]),
  );
  return lists.filter(isSeq).flatMap((list) => list.items.filter((item): item is YAMLMap => isMap(item)));
}

function listOf(container: YAMLMap, key: string): YAMLSeq {
  const list = container.get(key);
  if (isSeq(list)) {
    return list;
  }
  const created = new YAMLSeq();
  container.set(key, created);
  return created;
}

/** Without quotes, a value such as true or 1450 would not be the text that Kubernetes wants. */
function quoted(value: string): Scalar<string> {
  const scalar = new Scalar(value);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** YAML reserves "---" at the start of a line for the start of a document, even inside block texts. */
function splitDocuments(manifest: string): Piece[] {
  return manifest
    .split(/^(?=---(?:\s|$))/m)
    .filter((text) => text !== "")
    .map((text) => ({ text }));
}

function parsePiece(title: string, text: string): Document {
  const document = parseDocument(text);
  const error = document.errors[0];
  if (error !== undefined) {
    throw new KubeadmError({
      code: "step-failed",
      message: `the manifest of ${title} is not YAML: ${error.message.split("\n")[0]}.`,
      next: "Check spec.podNetwork.manifest, or whether a proxy answered in the manifest's place.",
      cause: error,
    });
  }
  return document;
}

function objectsIn(document: Document): readonly YAMLMap[] {
  const root = document.contents;
  if (!isMap(root)) {
    return [];
  }
  const items = root.get("items");
  return isSeq(items) ? items.items.filter((item): item is YAMLMap => isMap(item)) : [root];
}

function textAt(node: YAMLMap, path: readonly string[]): string {
  return String(node.getIn(path));
}

function missing(title: string, what: string): never {
  throw new KubeadmError({
    code: "step-failed",
    message: `the manifest of ${title} has no ${what}, so the pod subnet has no place to go.`,
    next: "Choose a version that docs/pod-networks.md names, or another manifest in spec.podNetwork.manifest.",
  });
}
