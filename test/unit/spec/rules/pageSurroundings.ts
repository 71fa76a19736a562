import type { DiagnosticCode } from "../../../../src/core/spec/diagnostic.ts";
import type { SpecSurroundings } from "../../../../src/core/spec/rules/rule.ts";
import { factsWith, known, now } from "./ruleTest.ts";

/** What the pages of rules that look at more than the file take for granted, and say in their words. */
export const pageSurroundings: Readonly<Partial<Record<DiagnosticCode, SpecSurroundings>>> = {
  "version-unsupported": { now },
  "version-skew": known({
    "worker-1": factsWith("joinedWorker", { packages: { installed: { kubelet: "1.36.2-1.1" } } }),
  }),
  "cgroup-v1": known({ "cp-1": factsWith("debian12", { system: { cgroupVersion: 1 } }) }),
  "containerd-too-old": known({ "cp-1": factsWith("debian12", { runtime: { candidate: "1.4.13~ds1-1" } }) }),
  "identity-file": {
    identityFile: (path) => (path === "~/.ssh/lab" ? { kind: "missing" } : { kind: "file", isPrivate: true }),
  },
  "identity-permissions": {
    identityFile: (path) => ({ kind: "file", isPrivate: path !== "~/Downloads/lab.pem" }),
  },
  "live-hostname": known({ "cp-1": factsWith("debian12", { system: { hostname: "debian" } }) }),
  "live-address": known({ "cp-1": factsWith("debian12", { system: { addresses: ["10.0.0.11"] } }) }),
  "live-route": known({ "cp-1": factsWith("debian12", { system: { routes: ["10.96.5.0/24"] } }) }),
  "live-memory": known({
    small: factsWith("debian12", { system: { memoryKiB: 1_000_000, cpus: 1 } }),
    large: factsWith("debian12", {}),
  }),
};
