// Keeps this folder out of the module above; the build copies main.go into Kubernetes' source tree.
module kubeadm-lab/crictl

go 1.19
