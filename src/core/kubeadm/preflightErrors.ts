import type { Explanation } from "./failureRules.ts";

interface PreflightError {
  /** kubeadm's name of the check: Port-6443, FileAvailable--etc-kubernetes-kubelet.conf, Swap. */
  readonly check: string;
  readonly text: string;
}

/** kubeadm's `[ERROR CHECK]: text` lines, in order. A text may go on over several lines. */
export function preflightErrors(output: string): readonly PreflightError[] {
  const errors = output.matchAll(
    /^\s*\[ERROR ([^\]\s]+)\]: ([^]*?)(?=^\s*\[(?:ERROR|WARNING|preflight)|^error |^To see the stack trace|(?![^]))/gm,
  );
  return Array.from(errors, ([, check = "", text = ""]) => ({
    check,
    text: text.replace(/\s+/g, " ").trim(),
  }));
}

const maxShown = 4;

/** What kubeadm's preflight checks refuse, and what to do; undefined when they refuse nothing. */
export function explainPreflight(output: string): Explanation | undefined {
  const errors = preflightErrors(output);
  if (errors.length === 0) {
    return undefined;
  }
  const explained = errors.map(explain);
  const shown = explained.slice(0, maxShown).map(({ message }) => message);
  const more = errors.length > maxShown ? [`and ${errors.length - maxShown} more`] : [];
  return {
    message: `stopped at preflight: ${[...shown, ...more].join("; ")}`,
    next: [...new Set(explained.map(({ next }) => next))].join(" "),
  };
}

const reset =
  "Left over from an earlier install? Reset the host, or remove them when you know what they are.";
const listener =
  "Something listens there already: reset the host if it is an earlier install, or stop the program (ss -lntp names it).";

function explain({ check, text }: PreflightError): Explanation {
  const [kind = "", ...rest] = check.split("-");
  switch (kind) {
    case "Port":
      return { message: `port ${rest.join("-")} is in use`, next: listener };
    case "FileAvailable":
    case "DirAvailable":
      return { message: text, next: reset };
    case "Swap":
      return { message: "swap is on", next: "Run the phase that turns swap off." };
    case "CRI":
      return explainRuntime(text);
    case "FileContent":
      return /does not exist/.test(text)
        ? { message: text, next: "Load the kernel module br_netfilter: run the phase for kernel modules." }
        : { message: text, next: "Run the phase that sets the kernel's network settings." };
    case "NumCPU":
    case "Mem":
      return { message: text, next: "Give the machine 2 CPUs and 2 GB of memory or more." };
    case "ImagePull":
      return {
        message: text.replace(/: output:.*$/, ""),
        next: "Check that the host reaches the image registry, or write spec.packageSource.imageRepository.",
      };
    case "FileExisting":
      return { message: text, next: `Install ${rest.join("-")} on the host.` };
    case "KubeletVersion":
      return {
        message: text,
        next: "Run the phase that installs the Kubernetes packages: kubelet and kubeadm must match.",
      };
    case "SystemVerification":
      return {
        message: text,
        next: "The kernel or its cgroups do not suit this release: move the host to cgroup v2 or a newer kernel.",
      };
    default:
      return {
        message: text === "" ? `check ${check} failed` : text,
        next: "Repair that on the host, and run the phase again.",
      };
  }
}

function explainRuntime(text: string): Explanation {
  if (/unknown service runtime\.v1/.test(text)) {
    return {
      message: "containerd runs without its CRI plugin",
      next: "Run the phase for the container runtime: it enables the plugin.",
    };
  }
  return /connect: (?:no such file or directory|connection refused)/.test(text)
    ? {
        message: "containerd is not running",
        next: "Run the phase for the container runtime; if containerd does not start, see journalctl -u containerd.",
      }
    : { message: text, next: "See journalctl -u containerd on the host." };
}
