/** One script on one host, from its start to its end, milliseconds of one clock. */
export interface ScriptSpan {
  readonly host: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Milliseconds that scripts need at the least when hosts wait for each other as they did: scripts that overlapped
 * count as the host that worked longest among them, those one after another as their sum. Time in which no script
 * ran, or in which a host waited for its next one, does not count.
 */
export function criticalPathMs(spans: readonly ScriptSpan[]): number {
  let total = 0;
  let latestEnd = -Infinity;
  let byHost = new Map<string, number>();
  for (const span of spans.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (span.startedAt >= latestEnd) {
      total += longest(byHost);
      byHost = new Map();
    }
    byHost.set(span.host, (byHost.get(span.host) ?? 0) + span.endedAt - span.startedAt);
    latestEnd = Math.max(latestEnd, span.endedAt);
  }
  return total + longest(byHost);
}

function longest(byHost: ReadonlyMap<string, number>): number {
  return Math.max(0, ...byHost.values());
}
