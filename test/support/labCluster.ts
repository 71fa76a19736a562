import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { KubeconfigFacts } from "../../src/core/run/phase.ts";
import type { RunEvent } from "../../src/core/run/events.ts";
import type { Scope } from "../../src/core/run/plan.ts";
import {
  runPhases,
  type KubeconfigPort,
  type RunRequest,
  type RunResult,
} from "../../src/core/run/runner.ts";
import type { Secret } from "../../src/core/shell/secret.ts";
import type { ClusterSpec } from "../../src/core/spec/clusterSpec.ts";
import { parseSpec } from "../../src/core/spec/parseSpec.ts";
import { mergeIntoKubeconfig, readKubeconfigFacts } from "../../src/files/kubeconfigFile.ts";
import { createSessions, type Sessions } from "../../src/ssh/sessions.ts";
import { testTarget } from "../contract/support/testTarget.ts";
import type { SshPrompts } from "../../src/core/run/sshPrompts.ts";
import type { SshActivity } from "../../src/ssh/sshSession.ts";
import type { Lab } from "../lab/startLab.ts";

export interface LabSpecOptions {
  readonly name?: string;
  readonly kubernetesVersion: string;
  readonly user?: string;
  /** Lines under `podNetwork:`, such as "plugin: calico". */
  readonly podNetwork?: string;
  readonly podSubnet?: string;
  /** Further YAML documents. */
  readonly documents?: string;
}

/** The text of a spec for the hosts of a lab, as a person would write it. */
export function labSpecText(lab: Pick<Lab, "hosts" | "sshKey">, options: LabSpecOptions): string {
  const hosts = lab.hosts.map(
    ({ name, role, address }) => `    - name: ${name}
      role: ${role}
      ssh:
        address: ${address}
        user: ${options.user ?? "root"}
        identityFile: ${lab.sshKey}
`,
  );
  return `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: ${options.name ?? "lab"}
spec:
  kubernetesVersion: "${options.kubernetesVersion}"
  networking:
    podSubnet: ${options.podSubnet ?? "10.244.0.0/16"}
  podNetwork:
    ${options.podNetwork ?? "plugin: flannel"}
  hosts:
${hosts.join("")}${options.documents === undefined ? "" : `---\n${options.documents}`}`;
}

export function specOf(text: string): ClusterSpec {
  const { spec, diagnostics } = parseSpec(text, "cluster.yaml");
  if (spec === undefined) {
    throw new Error(`the spec is broken: ${JSON.stringify(diagnostics)}`);
  }
  return spec;
}

/** Nobody is there to answer: a test that is asked something it did not expect fails. */
export const noPrompts: SshPrompts = {
  confirmHostKey: () => Promise.resolve("cancel"),
  password: () => Promise.resolve(undefined),
  passphrase: () => Promise.resolve(undefined),
  sudoPassword: () => Promise.resolve(undefined),
  answer: () => Promise.resolve(undefined),
  confirmCommand: () => Promise.resolve(false),
  warn: (text) => {
    throw new Error(`unexpected warning: ${text}`);
  },
};

export interface LabRun {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}

/** What a test takes part in; `openSession` stands in for SSH. */
export type LabRunOptions = Partial<Pick<RunRequest, "signal" | "hostSignal" | "emit" | "openSession">>;

/** Runs phases on a lab by the engine and real SSH, without an editor. */
export interface LabCluster {
  readonly spec: ClusterSpec;
  readonly sessions: Sessions;
  /** Everything that the SSH layer did so far. */
  readonly activity: readonly SshActivity[];
  run(scope: Scope, options?: LabRunOptions): Promise<LabRun>;
  dispose(): Promise<void>;
}

/** `kubeconfig` is the file to merge into. */
export function labCluster(
  lab: Pick<Lab, "knownHosts">,
  specText: string,
  kubeconfig: string,
  prompts: SshPrompts = noPrompts,
): LabCluster {
  const spec = specOf(specText);
  const activity: SshActivity[] = [];
  const sessions = createSessions({
    hosts: () => spec.hosts,
    resolveTarget: ({ name, ssh }) =>
      Promise.resolve(
        testTarget({
          host: name,
          ...ssh,
          port: ssh.port ?? 22,
          user: ssh.user ?? "root",
          userKnownHostsFiles: [lab.knownHosts],
          connectTimeoutMs: 15_000,
        }),
      ),
    idleMs: 600_000,
    prompts,
    onActivity: (event) => activity.push(event),
  });
  const port = kubeconfigPort(spec.name, kubeconfig);
  return {
    spec,
    sessions,
    activity,
    async run(scope, { signal = new AbortController().signal, emit, ...others } = {}) {
      const events: RunEvent[] = [];
      const result = await runPhases({
        id: "lab",
        spec,
        specPath: "cluster.yaml",
        scope,
        localFiles: {},
        openSession: (host, abort) => sessions.open(host, abort),
        ...others,
        kubeconfig: port,
        surroundings: { now: () => Date.now(), nonce: () => `k${randomBytes(16).toString("hex")}` },
        signal,
        emit: (event) => {
          events.push(event);
          emit?.(event);
        },
      });
      return { result, events };
    },
    dispose: () => sessions.dispose(),
  };
}

function kubeconfigPort(name: string, path: string): KubeconfigPort {
  const places = { variable: path, home: join(path, "..") };
  return {
    facts: (): Promise<KubeconfigFacts> => readKubeconfigFacts(name, places),
    merge: ({ adminConfDigest }, adminConf: Secret) =>
      mergeIntoKubeconfig(
        { adminConf, name, replace: false, makeCurrent: false, ...(adminConfDigest && { adminConfDigest }) },
        { places, now: () => new Date() },
      ),
  };
}
