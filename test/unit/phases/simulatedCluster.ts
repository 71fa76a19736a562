import { readFileSync } from "node:fs";
import type { ClusterFacts, HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { paths } from "../../../src/core/facts/paths.ts";
import type { Action, KubeconfigFacts, Phase, PlanContext } from "../../../src/core/run/phase.ts";
import { planPhase, type Scope } from "../../../src/core/run/plan.ts";
import { redacted, reveal, Secret, type Text } from "../../../src/core/shell/secret.ts";
import { describeStep, type LearnedKey, type Step, type WriteStep } from "../../../src/core/shell/step.ts";
import { firstControlPlane, type Host } from "../../../src/core/spec/clusterSpec.ts";
import { caCertificate } from "./clusters.ts";

type Change = (facts: HostFacts) => HostFacts;
const flannel = readFileSync(new URL("../../fixtures/manifests/flannel.yaml", import.meta.url), "utf8");

const withSwap =
  (swap: Partial<HostFacts["swap"]>): Change =>
  (facts) => ({ ...facts, swap: { ...facts.swap, ...swap } });
const withKernel =
  (kernel: Partial<HostFacts["kernel"]>): Change =>
  (facts) => ({ ...facts, kernel: { ...facts.kernel, ...kernel } });
const withRuntime =
  (runtime: Partial<HostFacts["runtime"]>): Change =>
  (facts) => ({ ...facts, runtime: { ...facts.runtime, ...runtime } });
const withPackages =
  (packages: Partial<HostFacts["packages"]>): Change =>
  (facts) => ({ ...facts, packages: { ...facts.packages, ...packages } });
const withKubernetes =
  (kubernetes: Partial<HostFacts["kubernetes"]>): Change =>
  (facts) => ({
    ...facts,
    kubernetes: { ...facts.kubernetes, ...kubernetes },
  });

/** Whether settings were loaded and services restarted is told by the facts that this gives back. */
function written({ path, content }: WriteStep): Change {
  const text = reveal(content).replace(/(?<!\n)$/, "\n");
  switch (path) {
    case paths.fstab:
      return withSwap({ fstab: text });
    case paths.zramGenerator:
      return withSwap({ zramGenerator: text });
    case paths.modulesFile:
      return withKernel({ modulesFile: text });
    case paths.sysctlFile:
      return withKernel({ sysctlFile: text });
    case paths.containerdConfig:
      return withRuntime({ config: text, isConfigNewerThanService: true });
  }
  if (path.startsWith(`${paths.state}/`)) {
    const name = path.slice(paths.state.length + 1);
    return (facts) => withKubernetes({ state: { ...facts.kubernetes.state, [name]: text } })(facts);
  }
  return (facts) => withPackages({ repositories: { ...facts.packages.repositories, [path]: text } })(facts);
}

/** What commands do to the facts of the host they run on, by their command line. */
const commands: readonly (readonly [RegExp, (match: RegExpExecArray) => Change])[] = [
  [/^swapoff --all$/, () => withSwap({ active: [] })],
  [/^systemctl mask --now /, () => withSwap({ units: [] })],
  [
    /^modprobe (\S+)$/,
    ([, name = ""]) =>
      (facts) =>
        withKernel({ modules: [...facts.kernel.modules, name] })(facts),
  ],
  [
    /^sysctl --load=/,
    () => (facts) =>
      withKernel({
        sysctl: Object.fromEntries(
          [...(facts.kernel.sysctlFile ?? "").matchAll(/^(\S+) = (\S+)$/gm)].map(
            ([, key = "", value = ""]): [string, string] => [key, value],
          ),
        ),
      })(facts),
  ],
  [
    / install (?:-y )?(containerd(?:\.io)?)$/,
    ([, name]) =>
      withRuntime({ package: name as "containerd", version: name === "containerd" ? "1.6.20" : "2.1.4" }),
  ],
  [/^systemctl enable containerd$/, () => withRuntime({ isEnabled: true })],
  [
    /^systemctl (?:start|restart) containerd$/,
    () => (facts) =>
      withRuntime({ isActive: true, isConfigNewerThanService: false, effectiveConfig: facts.runtime.config })(
        facts,
      ),
  ],
  [
    / install -y --no-install-recommends ca-certificates curl$/,
    () => (facts) => withPackages({ installed: { ...facts.packages.installed, curl: "8" } })(facts),
  ],
  [
    / install curl$/,
    () => (facts) => withPackages({ installed: { ...facts.packages.installed, curl: "8" } })(facts),
  ],
  [/^mv -f \S+ \/etc\/apt\/keyrings\/kubernetes-apt-keyring\.asc$/, () => withPackages({ hasKeyring: true })],
  [
    /kubeadm[=-](\d+\.\d+)(\.\d+)?/,
    ([, minor = "", patch = ".7"]) =>
      (facts) => {
        const installed = Object.fromEntries(
          ["kubeadm", "kubelet", "kubectl"].map((name) => [name, `${minor}${patch}-1.1`]),
        );
        const packages = withPackages({ installed: { ...facts.packages.installed, ...installed } })(facts);
        // Debian's packages enable the service, RHEL's do not.
        return facts.packages.manager === "apt"
          ? withKubernetes({ kubelet: { isEnabled: true, isActive: false } })(packages)
          : packages;
      },
  ],
  [/^apt-mark hold (.*)$/, ([, names = ""]) => withPackages({ held: names.split(" ") })],
  [/^apt-mark unhold /, () => withPackages({ held: [] })],
  [
    /^systemctl enable --now kubelet$/,
    () => withKubernetes({ kubelet: { isEnabled: true, isActive: false } }),
  ],
  [/^systemctl restart kubelet$/, () => withKubernetes({ kubelet: { isEnabled: true, isActive: true } })],
];

const learnable: Readonly<Record<LearnedKey, Text>> = {
  joinToken: new Secret("abcdef.0123456789abcdef"),
  certificateKey: new Secret("f".repeat(64)),
  adminConf: new Secret("apiVersion: v1\n"),
  podNetworkManifest: flannel,
  smokeTestAddresses: "10.244.1.2 10.244.1.3 10.244.1.4",
};

export interface SimulatedCluster {
  readonly context: () => PlanContext;
  /** How many scripts each host was given, the first question included. */
  readonly execs: ReadonlyMap<string, number>;
  /** Settles the phases as the runner does; throws when one does not settle. */
  readonly settle: (phases: readonly Phase[]) => void;
}

/** Hosts without a shell: what an action's steps do is written down above, so that phases can be run to their end. */
export function simulateCluster(start: PlanContext): SimulatedCluster {
  const facts = new Map(start.facts);
  const learned: Partial<Record<LearnedKey, Text>> = {};
  const execs = new Map([...facts.keys()].map((name) => [name, 1]));
  let kubeconfig: KubeconfigFacts = start.kubeconfig;
  let cluster: ClusterFacts = { nodes: [], systemPods: [], daemonSets: [] };
  const context = (): PlanContext => ({ ...start, facts, learned, kubeconfig });
  const change = (host: Host, by: Change): void => {
    const before = facts.get(host.name);
    if (before !== undefined) {
      facts.set(host.name, by(before));
    }
  };

  function member(host: Host): void {
    const node = {
      name: host.name,
      isReady: false,
      isControlPlane: host.role === "control-plane",
      kubeletVersion: "v1",
      internalAddress: "",
    };
    cluster = { ...cluster, nodes: [...cluster.nodes, node] };
    const isControlPlane = host.role === "control-plane";
    change(
      host,
      withKubernetes({
        hasJoined: true,
        caCertificate,
        kubelet: { isEnabled: true, isActive: true },
        leftovers: ["/etc/kubernetes/kubelet.conf"],
        portsInUse: ["10250 kubelet"],
        ...(isControlPlane && {
          hasAdminConf: true,
          adminConfDigest: "d1",
          staticPods: ["etcd", "kube-apiserver"],
        }),
      }),
    );
  }

  function take(host: Host, step: Step): void {
    const line = step.kind === "run" ? step.argv.join(" ") : describeStep(step);
    if (step.kind === "write") {
      change(host, written(step));
    } else if (step.learns !== undefined) {
      learned[step.learns] = learnable[step.learns];
    } else if (/^kubeadm init --config/.test(line)) {
      member(host);
      cluster = { ...cluster, daemonSets: [...cluster.daemonSets, "kube-system/kube-proxy"] };
    } else if (line === "kubeadm join --config /dev/stdin") {
      const config = redacted(step.stdin ?? "");
      if (!/sha256:[0-9a-f]{64}/.test(config) || !/token: "\*\*\*"/.test(config)) {
        throw new Error(`${host.name} was to join without a token or the CA's hash:\n${config}`);
      }
      member(host);
    } else if (line === "kubectl apply -f -" && /kind: DaemonSet/.test(redacted(step.stdin ?? ""))) {
      cluster = { ...cluster, daemonSets: [...cluster.daemonSets, "kube-flannel/kube-flannel-ds"] };
    } else if (line === "wait for nodes and system pods") {
      cluster = { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, isReady: true })) };
    } else if (step.kind === "run") {
      for (const [pattern, effect] of commands) {
        const match = pattern.exec(line);
        if (match !== null) {
          change(host, effect(match));
          return;
        }
      }
    }
  }

  function apply(host: Host, actions: readonly Action[]): void {
    execs.set(host.name, (execs.get(host.name) ?? 0) + 1);
    actions.flatMap((action) => action.steps).forEach((step) => take(host, step));
    for (const { localEffect } of actions) {
      if (localEffect !== undefined) {
        kubeconfig = { ...kubeconfig, entry: { adminConfDigest: localEffect.adminConfDigest } };
      }
    }
    // What a fresh look at the host would tell of the cluster.
    if (facts.get(host.name)?.kubernetes.hasAdminConf === true) {
      change(host, withKubernetes({ cluster }));
    }
  }

  function settleHost(phase: Phase, host: Host): void {
    for (let round = 0; round < 4; round++) {
      const known = facts.get(host.name);
      const missing = known === undefined ? [] : phase.actions(host, known, context());
      if (missing.length === 0) {
        return;
      }
      const actions = missing.filter((action) => action.isForecast !== true);
      if (actions.length === 0) {
        throw new Error(
          `${phase.id} on ${host.name} has nothing but forecasts: ${missing.map(({ id }) => id).join(", ")}`,
        );
      }
      apply(host, actions);
    }
    throw new Error(`${phase.id} on ${host.name} does not settle`);
  }

  return {
    context,
    execs,
    settle(phases) {
      const scope: Scope = { phases };
      for (const phase of phases) {
        const { hosts, before, after } = planPhase(phase, scope, context());
        if (before !== undefined) {
          apply(before.host, [before.action]);
        }
        hosts.forEach(({ host }) => settleHost(phase, host));
        if (after !== undefined) {
          apply(after.host, [after.action]);
        }
      }
      // A second run begins by asking all hosts.
      change(firstControlPlane(start.spec), withKubernetes({ cluster }));
      [...facts].forEach(([name, known]) =>
        facts.set(name, known.kubernetes.hasAdminConf ? withKubernetes({ cluster })(known) : known),
      );
    },
  };
}
