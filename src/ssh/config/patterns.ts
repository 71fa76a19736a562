/**
 * Whether `text` as a whole matches `pattern`, in which * stands for any characters and ? for one. Letters' case
 * counts. Source: ssh_config(5), PATTERNS.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  // Rows of a table instead of a regular expression, whose time grows without bound with the number of stars.
  let reachable = new Set([0]);
  for (let at = 0; at < text.length; at += 1) {
    reachable = step(closure(reachable, pattern), pattern, text.charAt(at));
  }
  return closure(reachable, pattern).has(pattern.length);
}

/** Positions of the pattern that can be reached without a character more: a star may stand for nothing. */
function closure(positions: ReadonlySet<number>, pattern: string): Set<number> {
  const reached = new Set<number>();
  for (const start of positions) {
    for (let at = start; !reached.has(at); at += 1) {
      reached.add(at);
      if (pattern[at] !== "*") {
        break;
      }
    }
  }
  return reached;
}

function step(positions: ReadonlySet<number>, pattern: string, char: string): Set<number> {
  const next = new Set<number>();
  for (const at of positions) {
    if (pattern[at] === "*") {
      next.add(at);
    } else if (pattern[at] === "?" || pattern[at] === char) {
      next.add(at + 1);
    }
  }
  return next;
}

/** Whether one of the patterns between commas matches, and none with a "!" before it. */
export function matchesList(text: string, list: string): boolean {
  let isMatch = false;
  for (const entry of list.split(",")) {
    const isNegated = entry.startsWith("!");
    if (matchesPattern(text, isNegated ? entry.slice(1) : entry)) {
      if (isNegated) {
        return false;
      }
      isMatch = true;
    }
  }
  return isMatch;
}

/** matchesList without regard to letters' case, as host names are compared. */
export function matchesHostList(host: string, list: string): boolean {
  return matchesList(host.toLowerCase(), list.toLowerCase());
}
