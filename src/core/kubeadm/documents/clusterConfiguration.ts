import {
  anything,
  duration,
  extraArgs,
  field,
  type Fields,
  fieldsOf,
  flag,
  listOf,
  mapOf,
  oneOfTexts,
  text,
  textLike,
} from "./fieldType.ts";

// Sources: kubernetes/kubernetes, cmd/kubeadm/app/apis/kubeadm/v1beta{2,3,4}/types.go, apis/bootstraptoken/v1/types.go
// and, for what has to be there and look how, apis/kubeadm/validation/validation.go. What is `since` 22 came with
// v1beta3, `since` 31 with v1beta4; `until` 30 is gone in v1beta4.

const imageFields: Fields = {
  imageRepository: field(text, "Registry to pull the image from. Default: the cluster's imageRepository."),
  imageTag: field(text, "Tag of the image; kubeadm then leaves it alone when it upgrades."),
};

const extraEnvs = field(
  listOf(
    fieldsOf({
      name: field(text, "Name of the variable.", { isRequired: true }),
      value: field(text, "Value of the variable."),
      valueFrom: field(anything, "Where the value comes from, as in a pod."),
    }),
  ),
  "Environment variables of the component.",
  { since: 31 },
);

const extraVolumes = field(
  listOf(
    fieldsOf({
      name: field(text, "Name of the volume in the pod.", { isRequired: true }),
      hostPath: field(text, "Path on the host.", { isRequired: true }),
      mountPath: field(text, "Path inside the pod.", { isRequired: true }),
      readOnly: field(flag, "Whether the pod may only read it. Default: false."),
      pathType: field(
        oneOfTexts(
          "",
          "DirectoryOrCreate",
          "Directory",
          "FileOrCreate",
          "File",
          "Socket",
          "CharDevice",
          "BlockDevice",
        ),
        "What has to be at hostPath. Default: anything.",
      ),
    }),
  ),
  "Paths of the host that are mounted into the component's pod.",
);

const componentFields = (component: string): Fields => ({
  extraArgs: extraArgs(component),
  extraVolumes,
  extraEnvs,
});

export const clusterConfiguration: Fields = {
  etcd: field(
    fieldsOf({
      local: field(
        fieldsOf({
          ...imageFields,
          dataDir: field(textLike("absolute-path"), "Folder of etcd's data. Default: /var/lib/etcd."),
          extraArgs: extraArgs("etcd"),
          extraEnvs,
          serverCertSANs: field(
            listOf(textLike("name-or-address")),
            "More names and addresses in etcd's server certificate.",
          ),
          peerCertSANs: field(
            listOf(textLike("name-or-address")),
            "More names and addresses in etcd's peer certificate.",
          ),
        }),
        "The etcd that kubeadm runs on the control planes. Not together with external.",
      ),
      external: field(
        fieldsOf({
          endpoints: field(listOf(textLike("url")), "URLs of etcd's members.", { isRequired: true }),
          httpEndpoints: field(
            listOf(textLike("url")),
            "URLs for /metrics and /health. Default: endpoints.",
            {
              since: 35,
            },
          ),
          caFile: field(textLike("absolute-path"), "Certificate authority of the etcd servers."),
          certFile: field(textLike("absolute-path"), "Client certificate for etcd."),
          keyFile: field(textLike("absolute-path"), "Key of the client certificate."),
        }),
        "An etcd that runs elsewhere. Not together with local.",
      ),
    }),
    "Where the cluster's state is kept.",
  ),
  networking: field(
    fieldsOf({
      serviceSubnet: field(text, "Subnet of services. Default: 10.96.0.0/12."),
      podSubnet: field(text, "Subnet of pods."),
      dnsDomain: field(text, "DNS domain of services. Default: cluster.local."),
    }),
    "Subnets and DNS domain of the cluster.",
  ),
  kubernetesVersion: field(text, "Version of the control plane."),
  controlPlaneEndpoint: field(text, "Address and port under which all API servers are reached."),
  apiServer: field(
    fieldsOf({
      ...componentFields("kube-apiserver"),
      certSANs: field(
        listOf(textLike("name-or-address")),
        "More names and addresses in the API server's certificate.",
      ),
      timeoutForControlPlane: field(duration, "Wait for the API server to appear. Default: 4m0s.", {
        until: 30,
      }),
    }),
    "Settings of kube-apiserver.",
  ),
  controllerManager: field(
    fieldsOf(componentFields("kube-controller-manager")),
    "Settings of kube-controller-manager.",
  ),
  scheduler: field(fieldsOf(componentFields("kube-scheduler")), "Settings of kube-scheduler."),
  dns: field(
    fieldsOf({
      ...imageFields,
      type: field(oneOfTexts("CoreDNS", { value: "kube-dns", until: 20 }), "The DNS add-on.", { until: 21 }),
      disabled: field(flag, "Leaves CoreDNS out. Default: false.", { since: 31 }),
    }),
    "The cluster's DNS add-on.",
  ),
  proxy: field(
    fieldsOf({ disabled: field(flag, "Leaves kube-proxy out. Default: false.") }),
    "The kube-proxy add-on.",
    { since: 31 },
  ),
  certificatesDir: field(
    textLike("absolute-path"),
    "Folder of the cluster's certificates. Default: /etc/kubernetes/pki.",
  ),
  imageRepository: field(text, "Registry to pull images from. Default: registry.k8s.io."),
  useHyperKubeImage: field(flag, "One image for all components.", { until: 21 }),
  featureGates: field(mapOf(flag), "Features of kubeadm itself, by name."),
  clusterName: field(text, "Name of the cluster in kubeconfig files. Default: kubernetes."),
  encryptionAlgorithm: field(
    oneOfTexts(
      "RSA-2048",
      "RSA-3072",
      "RSA-4096",
      "ECDSA-P256",
      { value: "ECDSA-P384", since: 34 },
      { value: "ML-DSA-44", since: 38 },
      { value: "ML-DSA-65", since: 38 },
      { value: "ML-DSA-87", since: 38 },
    ),
    "Kind of the keys that kubeadm makes. Default: RSA-2048.",
    { since: 31 },
  ),
  certificateValidityPeriod: field(duration, "How long certificates are valid. Default: 8760h, a year.", {
    since: 31,
  }),
  caCertificateValidityPeriod: field(
    duration,
    "How long certificate authorities are valid. Default: 87600h, ten years.",
    { since: 31 },
  ),
};
