import { matchesPattern } from "../patterns.ts";

/**
 * Whether one of the patterns between commas matches, and none with a "!" before it. Letters' case counts.
 * Source: ssh_config(5), PATTERNS.
 */
export function matchesList(text: string, list: string): boolean {
  let isMatch = false;
  for (const entry of list.split(",")) {
    const isNegated = entry.startsWith("!");
    if (matchesPattern(isNegated ? entry.slice(1) : entry, text)) {
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
