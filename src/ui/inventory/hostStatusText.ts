import { assertNever, type ErrorCode } from "../../core/errors.ts";
import type { HostStatus } from "../../core/run/clusterState.ts";
import type { PhaseId } from "../../core/run/phase.ts";

/** Titles of the phases, here so that showing them loads no phase. A test holds them against the phases. */
export const phaseTitles: Readonly<Record<PhaseId, string>> = {
  preflight: "Preflight",
  swap: "Swap",
  "kernel-modules": "Kernel modules",
  sysctl: "Kernel settings",
  "container-runtime": "Container runtime",
  packages: "Kubernetes packages",
  kubelet: "Kubelet service",
  "control-plane-init": "Control plane",
  kubeconfig: "Kubeconfig",
  "pod-network": "Pod network",
  "join-control-planes": "Join control planes",
  "join-workers": "Join workers",
  verify: "Verify",
  "smoke-test": "Smoke test",
  reset: "Reset node",
};

/** How a status is shown: words, an icon of its own shape, a colour that only repeats what both say. */
export interface StatusText {
  readonly words: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Theme colour id. */
  readonly color?: string;
}

const good = "testing.iconPassed";
const bad = "testing.iconFailed";
const busy = "charts.blue";

export function statusText(status: HostStatus): StatusText {
  switch (status.kind) {
    case "unknown":
      return { words: "unknown", icon: "circle-outline" };
    case "connecting":
      return { words: "connecting", icon: "sync~spin", color: busy };
    case "unreachable":
      return { words: unreachableWords(status.failure.code), icon: "debug-disconnect", color: bad };
    case "running":
      return { words: `running ${phaseTitles[status.phase]}`, icon: "sync~spin", color: busy };
    case "failed":
      return { words: `failed at ${phaseTitles[status.phase]}`, icon: "error", color: bad };
    case "reachable":
      return { words: "reachable", icon: "plug" };
    case "prepared":
      return { words: "prepared", icon: "package" };
    case "control-plane-up":
      return { words: "control plane up", icon: "server-process", color: busy };
    case "joined":
      return { words: "joined", icon: "link" };
    case "ready":
      return { words: "Ready", icon: "pass-filled", color: good };
    case "not-ready":
      return { words: "NotReady", icon: "warning", color: "list.warningForeground" };
    default:
      return assertNever(status);
  }
}

/** Says what stands in the way where something answers at the address. */
function unreachableWords(code: ErrorCode): string {
  switch (code) {
    case "host-authentication":
      return "unreachable, login refused";
    case "host-key-changed":
    case "host-key-unknown":
    case "host-key-revoked":
      return "unreachable, host key refused";
    case "sudo-refused":
    case "sudo-password":
      return "unreachable, sudo refused";
    default:
      return "unreachable";
  }
}
