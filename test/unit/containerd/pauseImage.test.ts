import assert from "node:assert/strict";
import { pauseImage, pauseImageFrom } from "../../../src/core/containerd/pauseImage.ts";

describe("the pause image", () => {
  it("is the one that kubeadm of each minor names", () => {
    const images = [
      "1.20.2",
      "1.21.14",
      "1.24.0",
      "1.25.0",
      "1.28.15",
      "1.31",
      "1.34.1",
      "1.35",
      "1.36.2",
      "1.37",
    ];
    assert.deepEqual(
      images.map((version) => pauseImage(version)),
      [
        "k8s.gcr.io/pause:3.2",
        "k8s.gcr.io/pause:3.4.1",
        "k8s.gcr.io/pause:3.7",
        "registry.k8s.io/pause:3.8",
        "registry.k8s.io/pause:3.9",
        "registry.k8s.io/pause:3.10",
        "registry.k8s.io/pause:3.10.1",
        "registry.k8s.io/pause:3.10.1",
        "registry.k8s.io/pause:3.10.2",
        "registry.k8s.io/pause:3.10.2",
      ],
    );
  });

  it("follows kubeadm's change of registry in patches of old minors", () => {
    assert.equal(pauseImage("1.23.14"), "k8s.gcr.io/pause:3.6");
    assert.equal(pauseImage("1.23.15"), "registry.k8s.io/pause:3.6");
    assert.equal(pauseImage("v1.23"), "registry.k8s.io/pause:3.6");
    assert.equal(pauseImage("1.21"), "k8s.gcr.io/pause:3.4.1");
  });

  it("takes the newest that it knows for a minor that it does not", () => {
    assert.equal(pauseImage("1.40.0"), "registry.k8s.io/pause:3.10.2");
  });

  it("comes from the spec's image repository when there is one", () => {
    assert.equal(pauseImage("1.28", "mirror.example.com/k8s"), "mirror.example.com/k8s/pause:3.9");
  });

  it("is read from what kubeadm lists", () => {
    const list =
      "W1122 version.go:104] falling back\nregistry.k8s.io/kube-proxy:v1.28.2\nregistry.k8s.io/pause:3.9\n";
    assert.equal(pauseImageFrom(list), "registry.k8s.io/pause:3.9");
    assert.equal(
      pauseImageFrom("mirror.example.com:5000/k8s/pause:3.10\r\n"),
      "mirror.example.com:5000/k8s/pause:3.10",
    );
    assert.equal(pauseImageFrom("registry.k8s.io/etcd:3.5.9-0\n"), undefined);
  });
});
