import * as z from "zod";

/**
 * The one definition of a cluster spec: its TypeScript type, its JSON Schema (schemas/) and its validation all
 * come from here. `describe` texts become the schema's descriptions; write them for the person who types.
 */
export const apiVersion = "kubeadm-bootstrap/v1alpha1";

/** A label of a DNS name (RFC 1123). */
export const hostNamePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const hostName = z
  .string()
  .regex(hostNamePattern, "a lower-case host name such as worker-1")
  .describe("Name of the node in Kubernetes. Lower-case letters, digits and '-'.");

const address = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, "an IP address or a DNS name");

const ipAddress = z.union([z.ipv4(), z.ipv6()], "an IP address such as 10.0.0.11");

const subnet = z.union([z.cidrv4(), z.cidrv6()], "a subnet such as 10.244.0.0/16");

const urlHint = "a URL such as https://mirror.example.com/path";
// The pattern keeps out spaces and line ends, which a URL parser forgives and a package list would not.
const httpsOrHttpUrl = z.url({ protocol: /^https?$/, error: urlHint }).regex(/^[!-~]+$/, urlHint);

const sshSchema = z
  .strictObject({
    address: address
      .describe(
        "What you would type after ssh: an IP address, a DNS name or a Host of your ssh_config. Default: the host's name.",
      )
      .optional(),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port of the SSH server. Default: as your ssh_config says, else 22."),
    user: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.@\\-]*\$?$/, "a user name")
      .optional()
      .describe(
        "User to log in as: root, or a user who may use sudo. Default: as for ssh, the User of your ssh_config, else your own name.",
      ),
    identityFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Private key to log in with, such as ~/.ssh/id_ed25519. Default: as for ssh, your ssh_config, the SSH agent, then the usual files.",
      ),
  })
  .prefault({});

const labelKey = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

const taintSchema = z.strictObject({
  key: z.string().regex(labelKey, "a taint key such as example.com/dedicated").describe("Name of the taint."),
  value: z
    .string()
    .regex(labelValue, "a taint value: letters, digits, '-', '_' and '.'")
    .optional()
    .describe("Value of the taint, if it needs one."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .describe("What happens to pods that do not tolerate it."),
});

export const roles = ["control-plane", "worker"] as const;

const hostSchema = z.strictObject({
  name: hostName,
  role: z.enum(roles).describe("control-plane runs the API server and etcd; worker runs what you deploy."),
  ssh: sshSchema.describe("How to reach the host."),
  privateAddress: ipAddress
    .optional()
    .describe(
      "Address by which the other hosts reach it. Default: the SSH address, when that is an IP address.",
    ),
  labels: z
    .record(
      z.string().regex(labelKey, "a label key such as example.com/rack"),
      z.string().regex(labelValue, "a label value: letters, digits, '-', '_' and '.'"),
    )
    .default({})
    .describe("Labels that the node gets when it joins."),
  taints: z
    .array(taintSchema)
    .optional()
    .describe("Taints that the node gets when it joins. Default: kubeadm's."),
});

export const podNetworkPlugins = ["calico", "cilium", "flannel", "kube-router", "weave-net"] as const;

const podNetworkSchema = z
  .strictObject({
    plugin: z.enum(podNetworkPlugins).default("flannel").describe("The pod network to install."),
    version: z
      .string()
      .regex(/^v?\d+\.\d+\.\d+([.-][\w.-]+)?$/, "a version such as v0.28.9")
      .optional()
      .describe("Version of the plugin. Default: the newest that this extension knows."),
    manifest: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Another manifest to apply: a URL, or a file beside the spec. Default: the plugin's own address.",
      ),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe("Options of the plugin, by name. docs/pod-networks.md lists them."),
  })
  .prefault({});

const mirrorRepository = z.strictObject({
  url: httpsOrHttpUrl.describe(
    "URL of the repository; {minor} is replaced by the minor version, such as v1.36.",
  ),
  key: httpsOrHttpUrl.describe("URL of the repository's signing key; {minor} as above."),
});

const packageSourceSchema = z
  .strictObject({
    apt: mirrorRepository.optional().describe("A mirror of pkgs.k8s.io for Debian and Ubuntu."),
    rpm: mirrorRepository.optional().describe("A mirror of pkgs.k8s.io for the RHEL family."),
    imageRepository: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.:/_-]*[a-z0-9])?$/, "a registry such as mirror.example.com/k8s")
      .optional()
      .describe("Registry to pull Kubernetes' images from. Default: registry.k8s.io."),
  })
  .prefault({});

export const kubernetesVersionPattern = /^v?1\.\d{1,2}(\.\d{1,2})?$/;

const hostsSchema = z
  .array(hostSchema)
  .min(1, "at least one host")
  .describe("The machines, and what becomes of each.");

const clusterSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("Cluster"),
  metadata: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a lower-case name such as demo")
        .describe("Name of the cluster; its kubeconfig context is called the same."),
    })
    .describe("How the cluster is called."),
  spec: z
    .strictObject({
      kubernetesVersion: z
        .string('a version in quotes, such as "1.36" or "1.36.2"')
        .regex(kubernetesVersionPattern, 'a version such as "1.36" (newest patch) or "1.36.2"')
        .describe(
          "Kubernetes version: a minor (its newest patch is installed) or an exact version. In quotes.",
        ),
      controlPlaneEndpoint: z
        .string()
        .regex(
          /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:]+\](:\d{1,5})?$/,
          "ADDRESS:PORT, such as k8s.example.com:6443",
        )
        .optional()
        .describe(
          "Address and port under which all hosts reach the API server. Default: the first control plane's.",
        ),
      networking: z
        .strictObject({
          podSubnet: subnet.default("10.244.0.0/16").describe("Addresses of pods."),
          serviceSubnet: subnet.default("10.96.0.0/12").describe("Addresses of services."),
          dnsDomain: z
            .string()
            .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a domain such as cluster.local")
            .default("cluster.local")
            .describe("Domain of the cluster's own names."),
        })
        .prefault({})
        .describe("Ranges of addresses inside the cluster; nothing else may use them."),
      podNetwork: podNetworkSchema.describe("The plugin that connects pods across hosts."),
      containerRuntime: z
        .strictObject({
          name: z.enum(["containerd"]).default("containerd").describe("The program that runs containers."),
          package: z
            .enum(["containerd", "containerd.io"])
            .optional()
            .describe("Package to install: the distribution's containerd, or Docker's containerd.io."),
        })
        .prefault({})
        .describe("What runs the containers."),
      packageSource: packageSourceSchema.describe(
        "Where packages and images come from. Default: the official places.",
      ),
      hosts: hostsSchema,
    })
    .describe("What the cluster shall be."),
});

/** A cluster without its hosts' fields: thousands of them are checked one by one, each only when it changed. */
const frameSchema = clusterSchema.extend({
  spec: clusterSchema.shape.spec.extend({ hosts: z.array(z.unknown()).min(1, "at least one host") }),
});

/** The first document of a spec file, checked and with its defaults. */
export type ClusterDocument = z.infer<typeof clusterSchema>;
export type HostDocument = z.infer<typeof hostSchema>;
export { clusterSchema, frameSchema, hostSchema };
