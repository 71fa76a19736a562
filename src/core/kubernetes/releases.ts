/** One minor of Kubernetes. Dates are days in UTC, such as 2026-08-26. */
export interface Release {
  /** 37 for 1.37. */
  readonly minor: number;
  /** When its first version came out. */
  readonly released: string;
  /** The last day on which it is maintained. */
  readonly endOfLife: string;
}

/**
 * The minors that are known here, the oldest first.
 * Source: kubernetes/website, data/releases/eol.yaml and schedule.yaml, as kubernetes.io/releases showed them in
 * 2026-11.
 */
export const releases: readonly Release[] = [
  { minor: 20, released: "2020-12-08", endOfLife: "2022-02-28" },
  { minor: 21, released: "2021-04-08", endOfLife: "2022-06-28" },
  { minor: 22, released: "2021-08-04", endOfLife: "2022-12-08" },
  { minor: 23, released: "2021-12-07", endOfLife: "2023-02-28" },
  { minor: 24, released: "2022-05-03", endOfLife: "2023-07-28" },
  { minor: 25, released: "2022-08-23", endOfLife: "2023-10-28" },
  { minor: 26, released: "2022-12-09", endOfLife: "2024-02-28" },
  { minor: 27, released: "2023-04-11", endOfLife: "2024-07-16" },
  { minor: 28, released: "2023-08-15", endOfLife: "2024-10-22" },
  { minor: 29, released: "2023-12-13", endOfLife: "2025-02-28" },
  { minor: 30, released: "2024-04-17", endOfLife: "2025-07-15" },
  { minor: 31, released: "2024-08-13", endOfLife: "2025-11-11" },
  { minor: 32, released: "2024-12-11", endOfLife: "2026-02-28" },
  { minor: 33, released: "2025-04-23", endOfLife: "2026-06-28" },
  { minor: 34, released: "2025-08-27", endOfLife: "2026-10-27" },
  { minor: 35, released: "2025-12-17", endOfLife: "2027-02-28" },
  { minor: 36, released: "2026-04-22", endOfLife: "2027-06-28" },
  { minor: 37, released: "2026-08-26", endOfLife: "2027-10-28" },
];

/** The oldest minor that pkgs.k8s.io has packages of. Source: kubernetes.io/blog/2023/08/15/pkgs-k8s-io-introduction */
export const oldestPackagedMinor = 24;

/** The newest minor that is known here. */
export const newestKnownMinor = Math.max(...releases.map(({ minor }) => minor));

/** undefined for a minor that is not known here. */
export function releaseOf(minor: number): Release | undefined {
  return releases.find((release) => release.minor === minor);
}

/** Whether a release is maintained no more. `now` in milliseconds since 1970. */
export function hasEnded(release: Release, now: number): boolean {
  const day = 24 * 60 * 60 * 1000;
  return now >= Date.parse(release.endOfLife) + day;
}
