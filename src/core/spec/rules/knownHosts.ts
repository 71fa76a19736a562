import type { HostFacts } from "../../facts/hostFacts.ts";
import type { PlacedHost, RuleContext } from "./rule.ts";

/** A host of the spec that was looked at. */
export interface SeenHost extends PlacedHost {
  readonly facts: HostFacts;
  /** How old that is, for the end of a message: "seen 5 minutes ago". */
  readonly seen: string;
}

/** Made once for all rules of an analysis. */
const seenIn = new WeakMap<RuleContext, readonly SeenHost[]>();

/** The hosts that something is known of, in the spec's order. */
export function seenHosts(context: RuleContext): readonly SeenHost[] {
  const seen = seenIn.get(context) ?? lookedAt(context);
  seenIn.set(context, seen);
  return seen;
}

function lookedAt({ hosts, surroundings: { knownHosts, now } }: RuleContext): readonly SeenHost[] {
  return knownHosts === undefined || knownHosts.size === 0
    ? []
    : hosts.flatMap((placed) => {
        const known = knownHosts.get(placed.host.name);
        return known === undefined ? [] : [{ ...placed, facts: known.facts, seen: ageText(known.at, now) }];
      });
}

const minute = 60_000;

/** When something was seen. Times in milliseconds since 1970; without `now` no age can be told. */
export function ageText(at: number, now: number | undefined): string {
  if (now === undefined) {
    return "when it was last looked at";
  }
  const minutes = Math.floor((now - at) / minute);
  if (minutes < 1) {
    return "seen just now";
  }
  if (minutes < 60) {
    return `seen ${count(minutes, "minute")} ago`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `seen ${count(hours, "hour")} ago` : `seen ${count(Math.floor(hours / 24), "day")} ago`;
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
