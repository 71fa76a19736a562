// The stand-ins use Go's standard library alone. crictl/ is not of this module: it is compiled inside
// Kubernetes' source tree.
module kubeadm-lab/standins

go 1.19
