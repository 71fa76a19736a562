/** Whether Go reads a text as a duration: "5m0s", "1.5h", "0". Source: time.ParseDuration */
export function isGoDuration(text: string): boolean {
  return /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text);
}

const seconds: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  secs: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  mins: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hrs: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
  y: 31_536_000,
  year: 31_536_000,
  years: 31_536_000,
};

/** What people write for a duration ("5 minutes", "365d", "1y") as Go writes it ("5m0s", "8760h0m0s"); undefined: no telling. */
export function toGoDuration(text: string): string | undefined {
  const match = /^\s*(\d{1,9})\s*([A-Za-z]{1,7})\s*$/.exec(text);
  const unit = seconds[match?.[2]?.toLowerCase() ?? ""];
  return unit === undefined ? undefined : formatGoDuration(Number(match?.[1]) * unit);
}

/** Whole seconds as Go writes them: 3600 is "1h0m0s". Source: time.Duration.String */
export function formatGoDuration(total: number): string {
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = `${total % 60}s`;
  if (hours > 0) {
    return `${hours}h${minutes}m${rest}`;
  }
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
