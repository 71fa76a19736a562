/** What went wrong and what to do about it, for a person. */
export interface Explanation {
  /** One sentence without a full stop, to stand behind "failed: ". */
  readonly message: string;
  /** The next step, as a sentence. */
  readonly next: string;
}

/** How one failure looks in the output, and what it means. `message` and `next` get the pattern's groups. */
export interface FailureRule {
  readonly pattern: RegExp;
  readonly message: (...groups: string[]) => string;
  readonly next: string | ((...groups: string[]) => string);
}

const seeKubelet = "See journalctl -u kubelet on the host, and crictl ps -a for containers that ended.";
const freshCredentials = "Run the join again: it makes fresh credentials.";
const runtimePhase = "Run the phase for the container runtime.";
const repository =
  "Run the phase that installs the Kubernetes packages: it replaces the repository and its key.";
const reachEndpoint =
  "Check that the API server runs on the control plane, and that a firewall lets this host reach its port.";

/** The first that matches explains the failure, so causes stand before their consequences. */
export const failureRules: readonly FailureRule[] = [
  // The host itself.
  {
    pattern: /no space left on device|enough free space in/i,
    message: () => "the host's disk is full",
    next: "Free some space (df -h shows where), and run the phase again.",
  },
  {
    pattern: /modprobe: FATAL: Module (\S+) not found/,
    message: (module) => `the kernel has no module ${module}`,
    next: "Install the kernel's extra modules for the running kernel, or boot the distribution's own kernel.",
  },

  // Packages.
  {
    pattern: /Could not get lock (\S+?)\.? It is held by process (\d+)(?: \(([^)]*)\))?/,
    message: (lock, pid, name) => `apt is locked (${lock}) by ${name === "" ? "process" : name} ${pid}`,
    next: "It is probably an automatic update: wait until it has ended, and run the phase again.",
  },
  {
    pattern: /Could not get lock (\S+)/,
    message: (lock) => `apt is locked (${lock})`,
    next: "Another apt runs, probably an automatic update: wait until it has ended, and run the phase again.",
  },
  {
    pattern: /dpkg was interrupted/,
    message: () => "an earlier package installation was interrupted",
    next: "Run dpkg --configure -a on the host, and the phase again.",
  },
  {
    pattern: /EXPKEYSIG/,
    message: () => "the key of a package repository has expired",
    next: repository,
  },
  {
    pattern: /NO_PUBKEY|public key is not available/,
    message: () => "the key of a package repository is missing",
    next: repository,
  },
  {
    pattern: /The repository '([^']+)' (?:does not have|no longer has) a Release file/,
    message: (address) => `the package repository ${address} does not exist any more`,
    next: repository,
  },
  {
    pattern: /Unable to locate package (\S+)|Package '?([^'\s]+)'? has no installation candidate/,
    message: (one, other) => `no package repository of the host has ${one || other}`,
    next: repository,
  },
  {
    pattern: /Version '([^']+)' for '([^']+)' was not found/,
    message: (version, name) => `no package repository of the host has ${name} ${version}`,
    next: "Choose another spec.kubernetesVersion: apt-cache madison kubeadm lists what there is.",
  },
  {
    pattern: /Temporary failure resolving '([^']+)'|Could not resolve host(?:name)?: (\S+)/,
    message: (one, other) => `the host cannot resolve ${one || other}`,
    next: "Check the host's DNS servers (/etc/resolv.conf) and its way to the internet, or use a mirror.",
  },
  {
    pattern: /curl: \((?:7|28)\) (.+)/,
    message: (reason) => `a download failed: ${reason}`,
    next: "Check the host's way to the internet and its proxy settings, or use a mirror.",
  },
  {
    pattern: /curl: \(22\) The requested URL returned error: (\d+)/,
    message: (status) => `a download was answered with HTTP status ${status}`,
    next: "Check spec.kubernetesVersion and the addresses in spec.packageSource.",
  },

  // The container runtime.
  {
    pattern: /unknown service runtime\.v1(?:alpha2)?\.\w+/,
    message: () => "containerd runs without its CRI plugin",
    next: "Run the phase for the container runtime: it enables the plugin.",
  },
  {
    pattern: /expected cgroupsPath to be of format|cgroup driver.+is different from/,
    message: () => "the kubelet and containerd use different cgroup drivers",
    next: `${runtimePhase} It sets SystemdCgroup; then reset the host and initialise it again.`,
  },
  {
    pattern: /dial unix \S*containerd\.sock: connect: (?:no such file or directory|connection refused)/,
    message: () => "containerd is not running",
    next: `${runtimePhase} If containerd does not start, see journalctl -u containerd.`,
  },
  {
    pattern: /failed to find plugin "([^"]+)" in path \[([^\]]+)\]/,
    message: (plugin, path) => `the CNI plugin ${plugin} is not in ${path}`,
    next: runtimePhase,
  },
  {
    pattern: /failed to pull (?:and unpack )?image "([^"]+)"/,
    message: (image) => `the image ${image} cannot be pulled`,
    next: "Check that the host reaches the image registry, or write spec.packageSource.imageRepository.",
  },

  // Joining.
  {
    pattern: /the bootstrap token is invalid/,
    message: () => "the join token is not of the form abcdef.0123456789abcdef",
    next: freshCredentials,
  },
  {
    pattern:
      /could not find a JWS signature in the cluster-info ConfigMap|token id "[^"]*" is invalid for this cluster/i,
    message: () => "the cluster does not know the join token, or it has expired",
    next: freshCredentials,
  },
  {
    pattern: /none of the public keys "[^"]*" are pinned/,
    message: () =>
      "another cluster's API server answers at the endpoint: its CA certificate is not this cluster's",
    next: "Check that spec.controlPlaneEndpoint leads to this cluster's control planes only. Never take over the hash from the output: it is what cannot be trusted.",
  },
  {
    pattern: /x509: certificate has expired or is not yet valid/,
    message: () => "a certificate is not valid at the host's time",
    next: "Compare the hosts' clocks and turn on time synchronisation; if they agree, see kubeadm certs check-expiration.",
  },
  {
    pattern: /x509: certificate is valid for (.+?), not (\S+?)[\s.;]*$/m,
    message: (names, wanted) => `the API server's certificate does not hold ${wanted}, only ${names}`,
    next: "Use one of those addresses, or add this one to apiServer.certSANs and make the certificate anew.",
  },
  {
    pattern:
      /couldn't validate the identity of the API Server: .*?dial tcp (?:lookup )?(\S+?)(?: on \S+)?: (?:connect: )?(.+)/,
    message: (address, reason) => `the API server at ${address} cannot be reached: ${reason}`,
    next: reachEndpoint,
  },
  {
    pattern: /the API server at (\S+) cannot be reached from (\S+)/,
    message: (address, host) => `the API server at ${address} cannot be reached from ${host}`,
    next: reachEndpoint,
  },
  {
    pattern: /couldn't validate the identity of the API Server: (.+)/,
    message: (reason) => `the API server could not prove its identity: ${reason}`,
    next: reachEndpoint,
  },
  {
    pattern: /Secret "kubeadm-certs" was not found/,
    message: () => "the uploaded certificates are gone: they are kept for 2 hours",
    next: freshCredentials,
  },
  {
    pattern: /error decoding secret data with provided key|cipher: message authentication failed/,
    message: () => "the certificate key does not fit the uploaded certificates",
    next: freshCredentials,
  },
  {
    pattern: /a Node with name "([^"]+)" and status "[^"]*" already exists/,
    message: (name) => `the cluster has a node ${name} already`,
    next: (name) => `Give the host another name, or remove the old node: kubectl delete node ${name}.`,
  },
  {
    pattern: /stable controlPlaneEndpoint address/,
    message: () =>
      "the cluster was initialised without a control-plane endpoint, so no control plane can join",
    next: "Reset the first control plane and initialise it again; the endpoint is then set.",
  },
  {
    pattern: /can only promote a learner member which is in sync with leader/,
    message: () => "the new etcd member did not catch up in time",
    next: "Run the join again; only one control plane may join at a time.",
  },

  // kubeadm's configuration.
  {
    pattern: /^([\w.[\]]+): Invalid value: (.+)$/m,
    message: (field, reason) => `kubeadm refuses ${field}: ${reason}`,
    next: "Correct it in the spec file.",
  },
  {
    pattern: /unknown field "([^"]+)"/,
    message: (field) => `kubeadm does not know the field ${field}`,
    next: "Correct or remove it in the spec's kubeadm documents.",
  },
  {
    pattern: /json: cannot unmarshal (\w+) into Go struct field \w+?\.(\S+) of type (\S+)/,
    message: (found, field, type) => `kubeadm expects ${type} in ${field}, and found ${found}`,
    next: "Correct it in the spec's kubeadm documents.",
  },
  {
    pattern: /(?:old|experimental) API spec: "([^"]+)"|no kind "\w+" is registered for version "([^"]+)"/,
    message: (one, other) => `the kubeadm on the host does not read ${one || other}`,
    next: "Its version is not spec.kubernetesVersion: run the phase that installs the Kubernetes packages.",
  },

  // Waiting for the control plane.
  {
    pattern: /running with swap on is not supported/,
    message: () => "the kubelet refuses to run while swap is on",
    next: "Run the phase that turns swap off.",
  },
  {
    pattern: /localhost:10248\/healthz'? failed|the kubelet is not healthy/i,
    message: () => "the kubelet does not come up",
    next: seeKubelet,
  },
  {
    pattern: /couldn't initialize a Kubernetes cluster|error execution phase wait-control-plane/,
    message: () => "the control plane did not come up in time",
    next: seeKubelet,
  },
  {
    pattern: /error execution phase kubelet-start: .*timed out waiting/,
    message: () => "the kubelet did not get its certificate in time",
    next: seeKubelet,
  },
  {
    pattern: /The connection to the server (\S+) was refused/,
    message: (address) => `the API server at ${address} does not answer`,
    next: reachEndpoint,
  },
  {
    pattern: /Job for (\S+?)(?:\.service)? failed/,
    message: (service) => `the service ${service} did not start`,
    next: (service) => `See journalctl -u ${service} on the host.`,
  },
];
