import { paths } from "../facts/paths.ts";
import { caCertHash } from "../kubeadm/caCertHash.ts";
import type { Phase, PlanContext } from "../run/phase.ts";
import { reveal } from "../shell/secret.ts";
import { run, type ScriptStep, type Step } from "../shell/step.ts";
import { controlPlanes, firstControlPlane, workers, type ClusterSpec, type Host } from "../spec/clusterSpec.ts";
import { clusterCa } from "./membership.ts";

const NAME = "kubeadm-smoke-test";
/** A file on each host that took the test: which cluster it was, so that a rebuilt one is tested anew. */
const STATE = "smoke-test";
const REPLICAS = 3;
const ROLLOUT_SECONDS = 300;

export const smokeTest: Phase = {
  id: "smoke-test",
  title: "Smoke test",
  explains: "Runs three nginx pods, asks each of them for its page from the workers, and removes them again.",
  sections: ["kubernetes"],
  order: "parallel",
  hosts: testers,
  actions: (_host, { kubernetes }, context) => {
    const cluster = clusterIdentity(context);
    return cluster !== undefined && kubernetes.state[STATE]?.trim() === cluster
      ? []
      : [
          {
            id: "ask",
            summary: "Ask each nginx pod for its page",
            steps: ask(context, cluster),
            isForecast: context.learned.smokeTestAddresses === undefined || cluster === undefined,
          },
        ];
  },
  before: ({ spec }) => ({
    host: firstControlPlane(spec),
    action: { id: "deploy", summary: `Run ${REPLICAS} nginx pods as the deployment ${NAME}`, steps: deploy(spec) },
  }),
  after: ({ spec }) => ({
    host: firstControlPlane(spec),
    action: {
      id: "remove",
      summary: `Remove the deployment ${NAME} and its pods`,
      steps: [
        {
          kind: "run",
          argv: ["kubectl", "delete", "deployment,replicaset,pod", "-l", `app=${NAME}`, "--now", "--timeout=120s"],
          timeoutSeconds: 150,
        },
      ],
    },
  }),
};

/** The workers; where there are none, the control planes. */
function testers(spec: ClusterSpec): readonly Host[] {
  const all = workers(spec);
  return all.length > 0 ? all : controlPlanes(spec);
}

function clusterIdentity(context: PlanContext): string | undefined {
  const ca = clusterCa(context);
  return ca === undefined ? undefined : caCertHash(ca);
}

function deploy(spec: ClusterSpec): readonly Step[] {
  return [
    { kind: "run", argv: ["kubectl", "apply", "-f", "-"], stdin: manifest(spec), timeoutSeconds: 60 },
    run("kubectl", "rollout", "status", `deployment/${NAME}`, `--timeout=${ROLLOUT_SECONDS}s`),
    {
      kind: "run",
      argv: ["kubectl", "get", "pods", "-l", `app=${NAME}`, "-o", "jsonpath={.items[*].status.podIP}"],
      learns: "smokeTestAddresses",
    },
  ];
}

/** Without workers the pods must bear the control planes' taint. */
function manifest(spec: ClusterSpec): string {
  const toleration = workers(spec).length > 0 ? "" : "      tolerations: [{ operator: Exists, effect: NoSchedule }]\n";
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${NAME}, namespace: default, labels: { app: ${NAME} } }
spec:
  replicas: ${REPLICAS}
  selector: { matchLabels: { app: ${NAME} } }
  template:
    metadata: { labels: { app: ${NAME} } }
    spec:
      terminationGracePeriodSeconds: 1
${toleration}      containers:
        - { name: nginx, image: "docker.io/library/nginx:stable", ports: [{ containerPort: 80 }] }
`;
}

function ask({ learned }: PlanContext, cluster: string | undefined): readonly Step[] {
  const addresses = learned.smokeTestAddresses === undefined ? ["<address of each pod>"] : reveal(learned.smokeTestAddresses).split(" ");
  const remember: Step = { kind: "write", path: `${paths.state}/${STATE}`, content: `${cluster ?? ""}\n`, mode: "0600" };
  return [askEach(addresses), remember];
}

function askEach(addresses: readonly string[]): ScriptStep {
  return {
    kind: "script",
    title: `curl http://{${addresses.join(",")}}/`,
    args: addresses,
    script: `
for address; do
  case $address in *:*) address="[$address]" ;; esac
  page=$(curl -fsS --max-time 10 --retry 5 --retry-delay 1 --retry-connrefused "http://$address/") || exit
  printf '%s\\n' "$page" | grep -q 'Welcome to nginx' || { echo "$address answers, but not with nginx's page"; exit 1; }
  echo "$address answers: $(printf '%s\\n' "$page" | sed -n 's/.*<title>\\(.*\\)<\\/title>.*/\\1/p')"
done
`,
  };
}
