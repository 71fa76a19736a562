import { readFileSync } from "node:fs";
import { findBlob, findFile, findTag } from "./servedTree.ts";

/** What the hub says to one request: a file, or a short text. */
export type Answer =
  | {
      readonly kind: "file";
      readonly file: string;
      readonly type: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "text"; readonly status: number; readonly text: string; readonly type?: string };

const registryHeader = { "Docker-Distribution-Api-Version": "registry/2.0" };
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

/** Answers GET or HEAD of `path` (decoded, without a query) at `host`. */
export function answerRequest(trees: readonly string[], host: string, path: string): Answer {
  if (path === "/v2/" || path === "/v2")
    return { kind: "text", status: 200, text: "{}", type: "application/json" };
  if (path.startsWith("/v2/")) return registryAnswer(trees, host, path);
  const file = findFile(trees, host, path);
  if (file === undefined) return { kind: "text", status: 404, text: "the lab's hub has no such file\n" };
  return { kind: "file", file, type: "application/octet-stream" };
}

/** The pull half of the registry protocol: distribution.github.io/distribution/spec/api */
function registryAnswer(trees: readonly string[], host: string, path: string): Answer {
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  if (repository === undefined || reference === undefined) return registryError("UNSUPPORTED");
  const unknown = kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN";
  const digest = reference.startsWith("sha256:") ? reference : findTag(trees, host, repository, reference);
  const file = digest === undefined ? undefined : findBlob(trees, digest);
  if (digest === undefined || file === undefined) return registryError(unknown);
  const type = kind === "manifests" ? manifestType(file) : "application/octet-stream";
  return { kind: "file", file, type, headers: { ...registryHeader, "Docker-Content-Digest": digest } };
}

function registryError(code: string): Answer {
  const text = JSON.stringify({ errors: [{ code, message: "the lab's hub has no such image" }] });
  return { kind: "text", status: 404, text, type: "application/json" };
}

function manifestType(file: string): string {
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { mediaType?: string; manifests?: unknown };
  if (manifest.mediaType !== undefined) return manifest.mediaType;
  return manifest.manifests === undefined ? dockerManifest : "application/vnd.oci.image.index.v1+json";
}
