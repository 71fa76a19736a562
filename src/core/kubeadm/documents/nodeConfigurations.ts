import { taint } from "./componentFields.ts";
import {
  duration,
  extraArgs,
  field,
  type Field,
  type Fields,
  fieldsOf,
  flag,
  listOf,
  oneOfTexts,
  port,
  text,
  textLike,
} from "./fieldType.ts";

// Sources and meaning of `since` and `until` as in clusterConfiguration.ts.

const nodeRegistration = field(
  fieldsOf({
    name: field(text, "The node's name. Default: the host's name."),
    criSocket: field(
      text,
      "Socket of the container runtime, such as unix:///run/containerd/containerd.sock.",
    ),
    taints: field(
      listOf(taint),
      "Taints of the new node; [] for none. Default: the taint of control planes.",
    ),
    kubeletExtraArgs: extraArgs("the kubelet on this node"),
    ignorePreflightErrors: field(
      listOf(text),
      'Preflight checks whose errors are only warnings, such as Swap; "all" for every one.',
    ),
    imagePullPolicy: field(
      oneOfTexts("Always", "IfNotPresent", "Never"),
      "When kubeadm pulls images. Default: IfNotPresent.",
      { since: 22 },
    ),
    imagePullSerial: field(flag, "Whether images are pulled one after the other. Default: true.", {
      since: 31,
    }),
  }),
  "How the node registers itself.",
);

const localApiEndpoint = field(
  fieldsOf({
    advertiseAddress: field(
      textLike("ip-address"),
      "Address that this API server tells others. Default: the address of the default route.",
    ),
    bindPort: field(port, "Port that this API server listens on. Default: 6443."),
  }),
  "Where this host's API server is reached.",
);

const certificateKey = (what: string): Field => field(text, `Key, 64 hexadecimal digits, ${what}.`);

const skipPhases = (command: string): Field =>
  field(listOf(text), `Phases that ${command} leaves out, as in its --help.`, { since: 22 });

const dryRun = field(flag, "Only shows what would be done. Default: false.", { since: 31 });

const patches = field(
  fieldsOf({
    directory: field(text, 'Folder on the host with files such as "kube-apiserver0+merge.yaml".'),
  }),
  "Patches for what kubeadm deploys.",
  { since: 22 },
);

const timeouts = field(
  fieldsOf({
    controlPlaneComponentHealthCheck: field(
      duration,
      "Wait for a component of the control plane to be healthy. Default: 4m.",
    ),
    kubeletHealthCheck: field(duration, "Wait for the kubelet to be healthy. Default: 4m."),
    kubernetesAPICall: field(duration, "Wait for one request to the API server. Default: 1m."),
    etcdAPICall: field(duration, "Wait for one request to etcd. Default: 2m."),
    tlsBootstrap: field(duration, "Wait for a joining kubelet to get its certificate. Default: 5m."),
    discovery: field(duration, "Wait of a joining node for the cluster's identity. Default: 5m."),
    upgradeManifests: field(duration, "Wait for upgraded static pods. Default: 5m."),
  }),
  "How long kubeadm waits.",
  { since: 31 },
);

export const initConfiguration: Fields = {
  bootstrapTokens: field(
    listOf(
      fieldsOf({
        token: field(text, "The token, such as abcdef.0123456789abcdef.", { isRequired: true }),
        description: field(text, "Why the token is there, for people."),
        ttl: field(duration, "How long it is valid. Default: 24h. Not together with expires."),
        expires: field(text, "When it ends to be valid. Not together with ttl."),
        usages: field(listOf(oneOfTexts("signing", "authentication")), "What it may be used for."),
        groups: field(listOf(text), "Groups that whoever uses it belongs to."),
      }),
    ),
    "Tokens that nodes may join with.",
  ),
  dryRun,
  nodeRegistration,
  localAPIEndpoint: localApiEndpoint,
  certificateKey: certificateKey("that uploaded certificates are encrypted with"),
  skipPhases: skipPhases("kubeadm init"),
  patches,
  timeouts,
};

export const joinConfiguration: Fields = {
  dryRun,
  nodeRegistration,
  caCertPath: field(
    textLike("certificate-path"),
    "The cluster's certificate authority. Default: /etc/kubernetes/pki/ca.crt.",
  ),
  discovery: field(
    fieldsOf({
      bootstrapToken: field(
        fieldsOf({
          token: field(text, "Token that the cluster knows.", { isRequired: true }),
          apiServerEndpoint: field(text, "Address and port of an API server."),
          caCertHashes: field(listOf(text), "Hashes of the cluster's certificate authority: sha256:HEX."),
          unsafeSkipCAVerification: field(flag, "Trusts any certificate authority. Default: false."),
        }),
        "Finds the cluster by a token. Not together with file.",
      ),
      file: field(
        fieldsOf({
          kubeConfigPath: field(text, "Path or https URL of a kubeconfig.", { isRequired: true }),
        }),
        "Finds the cluster by a kubeconfig. Not together with bootstrapToken.",
      ),
      tlsBootstrapToken: field(text, "Token for the kubelet's certificate. Default: bootstrapToken.token."),
      timeout: field(duration, "Wait for the cluster's identity. Default: 5m0s.", { until: 30 }),
    }),
    "How a joining node finds the cluster.",
  ),
  controlPlane: field(
    fieldsOf({
      localAPIEndpoint: localApiEndpoint,
      certificateKey: certificateKey("that uploaded certificates are decrypted with"),
    }),
    "What makes the joining host a control plane.",
  ),
  skipPhases: skipPhases("kubeadm join"),
  patches,
  timeouts,
};
