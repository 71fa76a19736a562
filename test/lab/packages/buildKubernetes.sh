#!/bin/bash
# buildKubernetes.sh: builds VERSION's programs from Debian's source package. Runs in the root with compilers,
# with the environment VERSION (such as 1.20.2), OUT (folder for programs) and CRICTL (our stand-in's source).
set -e
work=/build
mkdir -p "$work" "$OUT"
cd "$work"
started=$SECONDS
report() { echo "  $((SECONDS - started))s  $1"; }

# The archive's version reads 1.20.5+really1.20.2: the newest one that bookworm has.
apt-get() { command apt-get -qq -o APT::Sandbox::User=root "$@"; }
apt-get update
apt-get source --download-only kubernetes
dpkg-source --no-check -x kubernetes_*.dsc source >/dev/null
grep -q "really$VERSION-" <<<"$(ls kubernetes_*.dsc)" || { echo "bookworm's source is not $VERSION: $(ls kubernetes_*.dsc)"; exit 1; }
report "source unpacked"

# This Kubernetes is older than Go modules' present rules: GOPATH mode, with its own vendor folder.
export GOPATH=$work/gopath GOCACHE=$work/gocache GO111MODULE=off CGO_ENABLED=0 GOFLAGS=
export GOGC=400 # memory for time: 150 s instead of 185 s
mkdir -p "$GOPATH/src/k8s.io"
mv source "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"

# The vendored reflect2 1.0.1 corrupts memory with Go 1.18 and later; Debian's 1.0.2 takes its place.
# https://github.com/modern-go/reflect2/pull/21
reflect2=vendor/github.com/modern-go/reflect2
rm -rf "$reflect2"
mkdir -p "$reflect2"
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$reflect2/"
rm -f "$reflect2"/*_test.go

cp -r "$CRICTL" cmd/crictl-standin

# The API server's OpenAPI definitions are generated, not in the source.
go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(grep -rl --include='*.go' -e '+k8s:openapi-gen=' staging/src/k8s.io pkg cmd plugin |
  grep -v -e '^staging/src/k8s.io/code-generator/' -e '^staging/src/k8s.io/sample-' -e _test.go |
  xargs -n1 dirname | sort -u |
  sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e '/^k8s.io/!s#^#k8s.io/kubernetes/#' | paste -sd,)
"$work/openapi-gen" -h /dev/null -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi \
  -O zz_generated.openapi -o "$GOPATH/src" -r "$work/violations.txt"
report "OpenAPI definitions generated"

flags="-s -w"
for package in component-base/version client-go/pkg/version; do
  path=k8s.io/kubernetes/vendor/k8s.io/$package # in GOPATH mode the plain path is silently ignored
  flags="$flags -X $path.gitVersion=v$VERSION -X $path.gitTreeState=clean"
  flags="$flags -X $path.gitMajor=$(cut -d. -f1 <<<"$VERSION") -X $path.gitMinor=$(cut -d. -f2 <<<"$VERSION")"
done
# One go build for all: they share most of what is compiled.
go build -tags providerless,dockerless -ldflags "$flags" -o "$OUT/" \
  ./cmd/kubeadm ./cmd/kubelet ./cmd/kubectl ./cmd/kube-apiserver ./cmd/kube-controller-manager \
  ./cmd/kube-scheduler ./cmd/kube-proxy ./cmd/crictl-standin
report "programs built"
