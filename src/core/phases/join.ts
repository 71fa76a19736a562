import { caCertHash } from "../kubeadm/caCertHash.ts";
import { renderJoinConfig } from "../kubeadm/config.ts";
import { parseCertificateKey, parseToken } from "../kubeadm/output.ts";
import type { Action, HostAction, Phase, PlanContext } from "../run/phase.ts";
import { reveal } from "../shell/secret.ts";
import type { ScriptStep, Step } from "../shell/step.ts";
import { controlPlanes, firstControlPlane, workers, type Host } from "../spec/clusterSpec.ts";
import { exactVersion } from "./controlPlaneInit.ts";
import { clusterCa, membershipOf } from "./membership.ts";

/** Long enough to join many hosts, short enough that a leaked token is soon worthless. */
const TOKEN_LIFETIME = "30m";
/** kubeadm itself gives up on an unreachable API server after 5 minutes; a healthy join takes seconds. */
const JOIN_SECONDS = 280;
const TOKEN_SECONDS = 60;

export const joinControlPlanes: Phase = {
  id: "join-control-planes",
  title: "Join control planes",
  explains: "Further control planes take their copies of the certificates and become members of etcd, one at a time so that etcd keeps its majority.",
  sections: ["kubernetes"],
  order: "serial",
  hosts: (spec) => controlPlanes(spec).slice(1),
  actions: (host, facts, context) => (membershipOf(host, facts, context) === "member" ? [] : [join(host, context)]),
  before: (context) => credentials(context, { forControlPlanes: true }),
};

export const joinWorkers: Phase = {
  id: "join-workers",
  title: "Join workers",
  explains: "Each worker proves itself by a short-lived token, checks the cluster by its CA certificate, and gets an identity of its own.",
  sections: ["kubernetes"],
  order: "parallel",
  hosts: workers,
  actions: (host, facts, context) => (membershipOf(host, facts, context) === "member" ? [] : [join(host, context)]),
  before: (context) => credentials(context, { forControlPlanes: false }),
};

/** What a joining host needs, made on the first control plane; undefined when this run has it already. */
function credentials(context: PlanContext, { forControlPlanes }: { readonly forControlPlanes: boolean }): HostAction | undefined {
  const { learned, spec } = context;
  const steps: Step[] = [];
  if (learned.joinToken === undefined) {
    steps.push({
      kind: "run",
      argv: ["kubeadm", "token", "create", "--ttl", TOKEN_LIFETIME, "--description", "kubeadm for VS Code"],
      timeoutSeconds: TOKEN_SECONDS,
      learns: "joinToken",
    });
  }
  if (forControlPlanes && learned.certificateKey === undefined) {
    steps.push(uploadCertificates);
  }
  const summary = forControlPlanes ? "Create a join token and upload the certificates" : "Create a join token";
  return steps.length === 0 ? undefined : { host: firstControlPlane(spec), action: { id: "credentials", summary, steps } };
}

const uploadCertificates: ScriptStep = {
  kind: "script",
  title: "kubeadm init phase upload-certs --upload-certs",
  // The key is the only line of the output that is 64 hexadecimal digits.
  script: "kubeadm init phase upload-certs --upload-certs | grep -xE '[0-9a-f]{64}'",
  timeoutSeconds: TOKEN_SECONDS,
  learns: "certificateKey",
};

function join(host: Host, context: PlanContext): Action {
  const { spec, learned } = context;
  const ca = clusterCa(context);
  const certificateKey =
    learned.certificateKey === undefined ? "<certificate key>" : parseCertificateKey(reveal(learned.certificateKey));
  const config = renderJoinConfig({
    spec,
    host,
    kubernetesVersion: exactVersion(host, context),
    token: learned.joinToken === undefined ? "<a token made for this>" : parseToken(reveal(learned.joinToken)),
    caHash: ca === undefined ? "<hash of the cluster's CA certificate>" : caCertHash(ca),
    ...(host.role === "control-plane" && { certificateKey }),
  });
  return {
    id: "join",
    isForecast: learned.joinToken === undefined || ca === undefined,
    summary: `Join ${host.name} to ${spec.controlPlaneEndpoint} as a ${host.role === "worker" ? "worker" : "control plane"}`,
    steps: [
      reachApiServer(spec.controlPlaneEndpoint),
      // By standard input: the token is never on the host's disk, nor in a list of processes.
      { kind: "run", argv: ["kubeadm", "join", "--config", "/dev/stdin"], stdin: config, timeoutSeconds: JOIN_SECONDS },
    ],
  };
}

/** kubeadm join takes 5 minutes to say that it reaches nobody; this takes 10 seconds. Any answer will do. */
function reachApiServer(endpoint: string): Step {
  return {
    kind: "script",
    title: `check that the API server at ${endpoint} can be reached`,
    script: `
curl -sk -o /dev/null --connect-timeout 5 --max-time 10 --retry 2 --retry-connrefused "https://$1/healthz" && exit
echo "the API server at $1 cannot be reached from $(cat /proc/sys/kernel/hostname)"
exit 1
`,
    args: [endpoint],
  };
}
