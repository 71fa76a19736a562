import { isAlias, isNode, isScalar, Lexer, visit } from "yaml";
import type { Node } from "yaml";
import { mergeKubeconfig, type MergeOptions } from "./mergeKubeconfig.ts";
import type { AdminEntries } from "./adminConf.ts";
import { parseSource } from "./kubeconfig.ts";

const omitted = "DATA+OMITTED";
const redacted = "REDACTED";

/**
 * What is shown for these fields. The first five are kubectl's (`kubectl config view`); the others are what
 * authentication plugins keep in a kubeconfig, which kubectl shows.
 */
const shownInstead: ReadonlyMap<unknown, string> = new Map([
  ["certificate-authority-data", omitted],
  ["client-certificate-data", omitted],
  ["client-key-data", omitted],
  ["token", redacted],
  ["password", redacted],
  ["access-token", redacted],
  ["client-secret", redacted],
  ["id-token", redacted],
  ["refresh-token", redacted],
]);

/**
 * The kubeconfig as it may be shown: its secrets replaced as `kubectl config view` does, wherever they are,
 * values of environment variables of exec plugins too, and in comments. Everything else stays to the byte.
 * Throws kubeconfig-invalid when it cannot be read, as nothing can be said to be harmless then.
 */
export function redactKubeconfig(text: string): string {
  const { document } = parseSource(text);
  const hidden = new Map<Node, string>();
  const seen = new Set<unknown>();
  const hide = (node: unknown, instead: string): void => {
    const target = isAlias(node) ? node.resolve(document) : node;
    if (isNode(target) && !seen.has(target)) {
      seen.add(target);
      visit(target, {
        Alias: (_key, alias) => hide(alias, instead),
        Scalar: (key, scalar) => {
          if (key !== "key") {
            hidden.set(scalar, instead);
          }
        },
      });
    }
  };
  visit(document, {
    Pair: (_key, pair) => {
      const instead = isScalar(pair.key) ? shownInstead.get(pair.key.value) : undefined;
      if (instead !== undefined) {
        hide(pair.value, instead);
      } else if (isScalar(pair.key) && pair.key.value === "env") {
        hideEnvironment(pair.value, hide);
      }
    },
  });
  return replacePlaces(text, [...placesOfNodes(text, hidden), ...placesInComments(text)]);
}

/** What a merge would change, both sides redacted, to be shown as a diff. Undefined when it changes nothing. */
export function previewMerge(
  existing: string,
  incoming: AdminEntries,
  options: MergeOptions,
): { readonly before: string; readonly after: string } | undefined {
  const result = mergeKubeconfig(existing, incoming, options);
  return result.kind === "merged"
    ? { before: redactKubeconfig(existing), after: redactKubeconfig(result.text) }
    : undefined;
}

function hideEnvironment(value: unknown, hide: (node: unknown, instead: string) => void): void {
  if (!isNode(value)) {
    return;
  }
  visit(value, {
    Pair: (_key, pair) => {
      if (isScalar(pair.key) && pair.key.value === "value") {
        hide(pair.value, redacted);
      }
    },
  });
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly instead: string;
}

function placesOfNodes(text: string, hidden: ReadonlyMap<Node, string>): readonly Place[] {
  return [...hidden].flatMap(([node, instead]) => {
    const [start, end] = node.range ?? [0, 0];
    const value = text.slice(start, end);
    if (/^(""|''|null|~|)$/.test(value)) {
      return [];
    }
    const quote = value.startsWith('"') ? '"' : "";
    // A block scalar ends with its line break.
    const lineBreak = /\r?\n$/.exec(value)?.[0] ?? "";
    return [{ start, end, instead: quote + instead + quote + lineBreak }];
  });
}

/** Secrets in comments, such as an entry that someone put out of use. */
function placesInComments(text: string): readonly Place[] {
  const names = [...shownInstead.keys()].join("|");
  const secret = new RegExp(`\\b(${names})["']?[ \\t]*:[ \\t]*`);
  const places: Place[] = [];
  let position = 0;
  let isScalarNext = false;
  for (const token of new Lexer().lex(text)) {
    // The lexer's own marks, which are not part of the text: document, end of flow error, scalar.
    if (token === "\u0002" || token === "\u0018" || token === "\u001f") {
      isScalarNext = token === "\u001f";
      continue;
    }
    const found = token.startsWith("#") && !isScalarNext ? secret.exec(token) : null;
    if (found !== null) {
      const start = position + found.index + found[0].length;
      places.push({ start, end: position + token.length, instead: shownInstead.get(found[1]) ?? redacted });
    }
    position += token.length;
    isScalarNext = false;
  }
  return places;
}

function replacePlaces(text: string, places: readonly Place[]): string {
  let shown = "";
  let position = 0;
  for (const { start, end, instead } of places.toSorted((a, b) => a.start - b.start)) {
    shown += text.slice(position, start) + instead;
    position = end;
  }
  return shown + text.slice(position);
}
