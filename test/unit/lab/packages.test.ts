import assert from "node:assert/strict";
import fc from "fast-check";
import { renderPackages, renderRelease } from "../../lab/packages/aptRepository.ts";
import {
  kubernetesMinor,
  parseControl,
  renderControl,
  upstreamVersion,
} from "../../lab/packages/debControl.ts";
import { parseImageName } from "../../lab/packages/imageArchive.ts";
import { groupByMinor } from "../../lab/packages/packagesTree.ts";

describe("lab: a .deb's control fields", () => {
  it("are read with folded lines kept", () => {
    const fields = parseControl(
      "Package: kubelet\nDescription: node agent\n more text\n .\n end\nVersion: 1.20.2-1.1\n",
    );
    assert.deepEqual(
      [...fields],
      [
        ["Package", "kubelet"],
        ["Description", "node agent\n more text\n .\n end"],
        ["Version", "1.20.2-1.1"],
      ],
    );
  });

  it("survive rendering and reading", () => {
    const name = fc.stringMatching(/^[A-Z][A-Za-z-]{0,10}$/);
    const value = fc.stringMatching(/^[a-z0-9][a-z0-9:. ]{0,20}[a-z0-9]$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { minLength: 1, selector: ([key]) => key }),
        (pairs) => {
          assert.deepEqual([...parseControl(renderControl(new Map(pairs)))], pairs);
        },
      ),
    );
  });

  it("refuse a line that is no field", () => {
    assert.throws(() => parseControl("Package: a\nnonsense\n"), SyntaxError);
  });

  it("give the minor version that names the repository", () => {
    assert.equal(kubernetesMinor("1.28.15-1.1"), "v1.28");
    assert.equal(kubernetesMinor("1:1.28.15-1.1"), "v1.28");
    assert.equal(kubernetesMinor("12"), undefined);
    assert.equal(upstreamVersion("1:1.28.15-1.1"), "1.28.15");
  });
});

describe("lab: an apt repository", () => {
  it("lists each package with its file, size and sum", () => {
    const kubectl = {
      control: parseControl("Package: kubectl\nVersion: 1"),
      file: "amd64/kubectl.deb",
      size: 7,
      sha256: "ab",
    };
    const cni = {
      control: parseControl("Package: cni\nVersion: 2"),
      file: "amd64/cni.deb",
      size: 8,
      sha256: "cd",
    };
    assert.equal(
      renderPackages([kubectl, cni]),
      "Package: kubectl\nVersion: 1\nFilename: amd64/kubectl.deb\nSize: 7\nSHA256: ab\n" +
        "\nPackage: cni\nVersion: 2\nFilename: amd64/cni.deb\nSize: 8\nSHA256: cd\n",
    );
  });

  it("names its indexes with size and SHA-256 in Release", () => {
    const release = renderRelease({ Codename: "bookworm" }, new Map([["main/Packages", Buffer.from("abc")]]));
    const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // of "abc", FIPS 180-2
    assert.equal(release, `Codename: bookworm\nSHA256:\n ${sum} 3 main/Packages\n`);
  });

  it("is made for each minor, with packages of other versions in all of them", () => {
    const deb = (name: string, version: string) => ({ name, version, file: `${name}_${version}.deb` });
    const repositories = groupByMinor([
      deb("kubeadm", "1.28.15-1.1"),
      deb("kubeadm", "1.28.9-1.1"),
      deb("kubeadm", "1.9.11-1.1"),
      deb("cri-tools", "1.26.0-1.1"),
    ]);
    assert.deepEqual(
      repositories.map(({ minor, newest, debs }) => [minor, newest, debs.length]),
      [
        ["v1.9", "1.9.11", 2],
        ["v1.28", "1.28.15", 3],
      ],
    );
  });
});

describe("lab: an image's name", () => {
  const cases: readonly [string, string, string, string][] = [
    ["nginx", "docker.io", "library/nginx", "latest"],
    ["weaveworks/weave-kube:2.8.1", "docker.io", "weaveworks/weave-kube", "2.8.1"],
    ["registry.k8s.io/coredns/coredns:v1.11.1", "registry.k8s.io", "coredns/coredns", "v1.11.1"],
    ["localhost:5000/a/b", "localhost:5000", "a/b", "latest"],
  ];
  for (const [name, registry, repository, tag] of cases) {
    it(`${name} means ${registry}/${repository}:${tag}`, () => {
      assert.deepEqual(parseImageName(name), { registry, repository, tag });
    });
  }
});
