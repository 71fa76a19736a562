import { podNetworkOf } from "../../cni/podNetworks.ts";
import { optionProblems } from "../../cni/validateOptions.ts";
import { apiServerPort } from "../../kubeadm/config.ts";
import { joinHostPort, splitHostPort } from "../address.ts";
import type { Role } from "../clusterSpec.ts";
import { defaultApiServerPort } from "../defaults.ts";
import type { FieldPath } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";
import { isRecord } from "../record.ts";
import type { Finding, KubeadmDocument, Rule, RuleContext } from "./rule.ts";

export const portClash: Rule = {
  severity: "error",
  title: "Each port of a host has one program that listens on it",
  check: (context) => {
    const taken = takenPorts(context);
    const apiServers = apiServerPorts(context);
    return [
      ...apiServers.flatMap((apiServer) => clashesOf(apiServer, taken["control-plane"], context)),
      ...kubeletClashes(context, taken, apiServers),
      ...sshClashes(context, taken, apiServers),
    ];
  },
};

export const apiPortFirewall: Rule = {
  severity: "information",
  title: "The API servers listen where firewalls expect them",
  check: (context) =>
    apiServerPorts(context)
      .filter(({ port }) => port !== defaultApiServerPort)
      .map(({ port, path, document }) => ({
        path,
        document,
        message: `the API servers listen on ${port} instead of ${defaultApiServerPort}; firewalls must let TCP ${port} through to every control plane, from all hosts and from whoever uses the cluster`,
      })),
};

/** A port that the spec says, with its place. */
interface WrittenPort {
  readonly port: number;
  readonly path: FieldPath;
  readonly document: number;
  readonly fix: Fix;
}

/** What listens on a port of a host: "etcd". */
type Taken = ReadonlyMap<number, string>;

/** The ports of the API servers as far as they are written: in the endpoint, or in kubeadm's own documents. */
function apiServerPorts(context: RuleContext): readonly WrittenPort[] {
  const { spec, kubeadmDocuments } = context;
  const endpointPath = ["spec", "controlPlaneEndpoint"];
  const { host, port } = splitHostPort(spec.controlPlaneEndpoint);
  const ofEndpoint: readonly WrittenPort[] =
    spec.isEndpointWritten && port !== undefined && port === apiServerPort(spec)
      ? [
          {
            port,
            path: endpointPath,
            document: 0,
            fix: {
              title: `Change the port to ${defaultApiServerPort}`,
              edits: [{ kind: "set", path: endpointPath, value: joinHostPort(host, defaultApiServerPort) }],
            },
          },
        ]
      : [];
  return [
    ...ofEndpoint,
    ...kubeadmDocuments.flatMap((document) => {
      switch (document.kind) {
        case "InitConfiguration":
          return writtenPort(document, ["localAPIEndpoint", "bindPort"]);
        case "JoinConfiguration":
          return writtenPort(document, ["controlPlane", "localAPIEndpoint", "bindPort"]);
        default:
          return [];
      }
    }),
  ];
}

function writtenPort({ value, document }: KubeadmDocument, path: FieldPath): readonly WrittenPort[] {
  const port = valueAt(value, path);
  return typeof port === "number"
    ? [
        {
          port,
          path,
          document,
          fix: { title: `Remove ${path.at(-1)}`, edits: [{ kind: "remove", document, path }] },
        },
      ]
    : [];
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (isRecord(inner) ? inner[String(part)] : undefined), value);
}

function documentOf({ kubeadmDocuments }: RuleContext, kind: string): KubeadmDocument | undefined {
  return kubeadmDocuments.find((document) => document.kind === kind);
}

/**
 * What listens on the hosts of a role besides the API server and the kubelet.
 * Source: kubernetes.io/docs/reference/networking/ports-and-protocols, and the flags' defaults for the ports on localhost
 */
function takenPorts(context: RuleContext): Readonly<Record<Role, Taken>> {
  const { podNetwork } = context.spec;
  const network = podNetworkOf(podNetwork.plugin);
  // With options that are wrong nobody can say which ports it needs.
  const needs = optionProblems(network, podNetwork.options).length === 0 ? network.ports(context.spec) : [];
  const worker = new Map([
    [10248, "the kubelet's health check"],
    [10249, "kube-proxy's metrics"],
    [10256, "kube-proxy's health check"],
    ...needs.flatMap(({ protocol, ports: [first, last], why }) =>
      protocol === "tcp"
        ? Array.from({ length: last - first + 1 }, (_, index) => [first + index, why] as const)
        : [],
    ),
  ]);
  const hasOwnEtcd = !isRecord(
    valueAt(documentOf(context, "ClusterConfiguration")?.value, ["etcd", "external"]),
  );
  const controlPlane = new Map([
    ...worker,
    ...(hasOwnEtcd ? ([2379, 2380, 2381] as const).map((port) => [port, "etcd"] as const) : []),
    [10257, "the controller manager"],
    [10259, "the scheduler"],
  ]);
  return { "control-plane": controlPlane, worker };
}

function clashesOf(apiServer: WrittenPort, taken: Taken, context: RuleContext): readonly Finding[] {
  const { port, path, document, fix } = apiServer;
  const other = port === kubeletPort(context) ? "the kubelet" : taken.get(port);
  if (other !== undefined) {
    const message = `expected a port of its own for the API server, got ${port}, on which ${other} listens`;
    return [{ path, document, message, fixes: [fix] }];
  }
  const [first, last] = nodePorts(context);
  return port >= first && port <= last
    ? [
        {
          path,
          document,
          severity: "warning",
          message: `expected a port outside of ${first}-${last}, got ${port}; a service may be given it as its node port, and then takes the API server's connections`,
          fixes: [fix],
        },
      ]
    : [];
}

const defaultKubeletPort = 10250;

function kubeletPort(context: RuleContext): number {
  const port = documentOf(context, "KubeletConfiguration")?.value.port;
  return typeof port === "number" ? port : defaultKubeletPort;
}

function kubeletClashes(
  context: RuleContext,
  taken: Readonly<Record<Role, Taken>>,
  apiServers: readonly WrittenPort[],
): readonly Finding[] {
  const kubelet = documentOf(context, "KubeletConfiguration");
  return (kubelet === undefined ? [] : writtenPort(kubelet, ["port"])).flatMap(
    ({ port, path, document, fix }) => {
      // A clash of two ports that are both written is told at the API server's.
      const isTold = apiServers.some((apiServer) => apiServer.port === port);
      const other =
        port === apiServerPort(context.spec) && !isTold
          ? "the API server"
          : (taken["control-plane"].get(port) ?? taken.worker.get(port));
      return other === undefined
        ? []
        : [
            {
              path,
              document,
              message: `expected a port of its own for the kubelet, got ${port}, on which ${other} listens`,
              fixes: [fix],
            },
          ];
    },
  );
}

/** An SSH server at the host's own address; behind another address the port may be a forwarded one. */
function sshClashes(
  context: RuleContext,
  taken: Readonly<Record<Role, Taken>>,
  apiServers: readonly WrittenPort[],
): readonly Finding[] {
  const ofApiServers = new Set([apiServerPort(context.spec), ...apiServers.map(({ port }) => port)]);
  const ofKubelet = kubeletPort(context);
  const [first, last] = nodePorts(context);
  return context.hosts.flatMap(({ host, path }): readonly Finding[] => {
    const { port, address } = host.ssh;
    if (port === undefined || address !== host.privateAddress) {
      return [];
    }
    const other =
      port === ofKubelet
        ? "the kubelet"
        : host.role === "control-plane" && ofApiServers.has(port)
          ? "the API server"
          : taken[host.role].get(port);
    if (other !== undefined) {
      const message = `expected a port of its own for SSH, got ${port}, on which ${other} will listen`;
      return [{ path: [...path, "ssh", "port"], severity: "warning", message }];
    }
    return port >= first && port <= last
      ? [
          {
            path: [...path, "ssh", "port"],
            severity: "warning",
            message: `expected a port outside of ${first}-${last}, got ${port}; a service may be given it as its node port, and then the host is out of reach`,
          },
        ]
      : [];
  });
}

/** The range of node ports: the API server's argument, or its default. */
function nodePorts(context: RuleContext): readonly [first: number, last: number] {
  const name = "service-node-port-range";
  const argument: unknown = valueAt(documentOf(context, "ClusterConfiguration")?.value, [
    "apiServer",
    "extraArgs",
  ]);
  const text: unknown = Array.isArray(argument)
    ? (argument as readonly unknown[]).filter(isRecord).find((item) => item.name === name)?.value
    : isRecord(argument)
      ? argument[name]
      : undefined;
  const match = typeof text === "string" ? /^(\d{1,5})-(\d{1,5})$/.exec(text) : null;
  return match === null ? [30000, 32767] : [Number(match[1]), Number(match[2])];
}
