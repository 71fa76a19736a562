import assert from "node:assert/strict";
import { KubeadmError } from "../../../src/core/errors.ts";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { apt } from "../../../src/core/packages/apt.ts";
import { dnf } from "../../../src/core/packages/dnf.ts";
import { osFamily, packageManagerOf } from "../../../src/core/packages/packageManager.ts";
import { repositoryOf } from "../../../src/core/packages/repository.ts";
import { describeStep, type Step } from "../../../src/core/shell/step.ts";
import { factsOf } from "../facts/factsOf.ts";
import { specOf, specText } from "../spec/specText.ts";

const debian = factsOf("debian12");
const ubuntu = factsOf("ubuntu2404");
const rocky = factsOf("rocky9");
const spec = (version: string, more?: string) =>
  specOf(specText({ version: `"${version}"`, ...(more && { spec: more }) }));
const lines = (steps: readonly Step[]): string => steps.map(describeStep).join("\n");

describe("the repository of a Kubernetes minor", () => {
  it("is pkgs.k8s.io's", () => {
    assert.deepEqual(repositoryOf(spec("1.36.2"), "apt"), {
      url: "https://pkgs.k8s.io/core:/stable:/v1.36/deb/",
      key: "https://pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key",
    });
    assert.deepEqual(repositoryOf(spec("1.28"), "rpm"), {
      url: "https://pkgs.k8s.io/core:/stable:/v1.28/rpm/",
      key: "https://pkgs.k8s.io/core:/stable:/v1.28/rpm/repodata/repomd.xml.key",
    });
  });

  it("is the mirror's that the spec names, with its own place for the minor", () => {
    const mirrored = spec(
      "1.20.2",
      'packageSource: {apt: {url: "https://m.example/{minor}/{minor}/", key: "https://m.example/{minor}.key"}}',
    );
    assert.deepEqual(repositoryOf(mirrored, "apt"), {
      url: "https://m.example/v1.20/v1.20/",
      key: "https://m.example/v1.20.key",
    });
    assert.match(repositoryOf(mirrored, "rpm").url, /^https:\/\/pkgs\.k8s\.io\//);
  });
});

describe("the package manager of a host", () => {
  const os = (id: string, ...idLike: readonly string[]) =>
    osFamily({ ...debian.system, os: { ...debian.system.os, id, idLike } })?.name;

  it("goes by os-release, relatives included", () => {
    assert.equal(os("debian"), "apt");
    assert.equal(os("ubuntu", "debian"), "apt");
    assert.equal(os("linuxmint", "ubuntu", "debian"), "apt");
    assert.equal(os("rhel", "fedora"), "dnf");
    assert.equal(os("rocky", "rhel", "centos", "fedora"), "dnf");
    assert.equal(os("almalinux", "rhel", "centos", "fedora"), "dnf");
    assert.equal(os("centos"), "dnf");
    assert.equal(os("fedora"), "dnf");
    assert.equal(os("alpine"), undefined);
    assert.equal(os("arch"), undefined);
    assert.equal(os("opensuse-leap", "suse", "opensuse"), undefined);
    assert.equal(os(""), undefined);
  });

  it("is refused by name for a system that is not supported", () => {
    const alpine: HostFacts = {
      ...debian,
      system: {
        ...debian.system,
        os: { ...debian.system.os, id: "alpine", prettyName: "Alpine Linux v3.20" },
      },
    };
    assert.throws(
      () => packageManagerOf("w-1", alpine),
      (error) =>
        error instanceof KubeadmError &&
        error.code === "preflight" &&
        /^w-1: .*Alpine Linux v3\.20/.test(error.message),
    );
  });
});

describe("apt", () => {
  it("pins the exact version, or the newest patch of a minor, and takes the hold off before", () => {
    const held = { ...debian, packages: { ...debian.packages, held: ["kubelet"] } };
    assert.match(
      lines(apt.installKubernetes("1.36.2", debian)),
      /install -y --allow-downgrades 'kubeadm=1\.36\.2-\*' 'kubelet=1\.36\.2-\*' 'kubectl=1\.36\.2-\*'$/,
    );
    assert.match(
      lines(apt.installKubernetes("1.36", debian)),
      / 'kubeadm=1\.36\.\*' 'kubelet=1\.36\.\*' 'kubectl=1\.36\.\*'$/,
    );
    assert.doesNotMatch(lines(apt.installKubernetes("1.36", debian)), /unhold/);
    assert.match(lines(apt.installKubernetes("1.36", held)), /apt-mark unhold kubelet\n.*update\n.*install/);
  });

  it("holds all three packages, and knows when they are", () => {
    assert.equal(lines(apt.hold()), "apt-mark hold kubeadm kubelet kubectl");
    const held = (...names: readonly string[]) =>
      apt.isHeld({ ...debian, packages: { ...debian.packages, held: names } });
    assert.equal(held("kubeadm", "kubelet", "kubectl", "curl"), true);
    assert.equal(held("kubeadm", "kubelet"), false);
  });

  it("waits for the lock before it touches anything", () => {
    for (const steps of [
      apt.installRuntime(spec("1.36"), debian.system),
      apt.addRepository(spec("1.36"), debian),
      apt.installKubernetes("1.36", debian),
    ]) {
      assert.match(lines(steps).split("\n")[0] ?? "", /wait for apt's lock/);
    }
  });

  it("never leaves half a key where apt looks for one", () => {
    const steps = lines(apt.addRepository(spec("1.36"), debian));
    const [, target = ""] = /curl .*-o (\S+)/.exec(steps) ?? [];
    assert.match(target, /\.kubeadm-new$/);
    assert.ok(steps.includes(`mv -f ${target} ${target.replace(".kubeadm-new", "")}`));
  });

  it("installs curl only where it is missing", () => {
    assert.match(
      lines(apt.addRepository(spec("1.36"), debian)),
      /install -y --no-install-recommends ca-certificates curl/,
    );
    assert.doesNotMatch(lines(apt.addRepository(spec("1.36"), ubuntu)), /ca-certificates/);
  });

  it("takes containerd from Docker where the spec says so, for Ubuntu and Debian each", () => {
    const docker = spec("1.36", "containerRuntime: {package: containerd.io}");
    const content = (facts: HostFacts): unknown =>
      apt
        .installRuntime(docker, facts.system)
        .flatMap((step) => (step.kind === "write" ? [step.content] : []))[0];
    assert.equal(
      content(ubuntu),
      "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/ubuntu noble stable\n",
    );
    assert.equal(
      content(debian),
      "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian bookworm stable\n",
    );
  });

  describe("replaces legacy repositories", () => {
    const fix = (content: string, path = "/etc/apt/sources.list.d/x.list"): string | undefined =>
      apt.withoutLegacyRepositories({ [path]: content })[path];
    const sources = "/etc/apt/sources.list.d/x.sources";

    it("in files of lines, and leaves every other line", () => {
      const before = [
        "# a comment about apt.kubernetes.io",
        "deb http://archive.example.org/debian bookworm main",
        "deb https://apt.kubernetes.io/ kubernetes-xenial main",
        "  deb-src [arch=amd64] http://packages.cloud.google.com/apt kubernetes-xenial main",
        "deb https://packages.cloud.google.com/apt cloud-sdk main",
        "",
      ];
      const after = fix(before.join("\n"))?.split("\n") ?? [];
      assert.deepEqual(
        [0, 1, 4, 5].map((index) => after[index]),
        [0, 1, 4, 5].map((index) => before[index]),
      );
      assert.match(after[2] ?? "", /^# .*deb https:\/\/apt\.kubernetes\.io\/ kubernetes-xenial main$/);
      assert.match(after[3] ?? "", /^# .*deb-src/);
      assert.equal(fix(after.join("\n")), undefined, "once is enough");
    });

    it("in deb822 files, by stanza", () => {
      const legacy =
        "Types: deb\nURIs: https://apt.kubernetes.io/\nSuites: kubernetes-xenial\nComponents: main";
      const good =
        "# once apt.kubernetes.io\nTypes: deb\nURIs: https://pkgs.k8s.io/core:/stable:/v1.36/deb/\nSuites: /";
      const after = fix(`${good}\n\n${legacy}\n\n${good}\n`, sources) ?? "";
      assert.equal(after.replaceAll(/\n{2,}/g, "\n\n"), `${good}\n\n${legacy}\nEnabled: no\n\n${good}\n`);
      assert.equal(fix(after, sources), undefined);
      assert.match(fix(`${legacy}\nEnabled: yes\n`, sources) ?? "", /^(?!.*Enabled: yes).*Enabled: no\n$/s);
      assert.equal(fix(`${good}\n`, sources), undefined);
    });

    it("and leaves alone the file that it writes itself, and those without any", () => {
      assert.deepEqual(
        apt.withoutLegacyRepositories({
          "/etc/apt/sources.list.d/kubernetes.list": "deb https://apt.kubernetes.io/ x main",
        }),
        {},
      );
      assert.equal(fix("deb https://pkgs.k8s.io/core:/stable:/v1.36/deb/ /\n"), undefined);
    });

    it("before it adds the new one, with what was there for the plan's diff", () => {
      const writes = apt.addRepository(spec("1.36"), ubuntu).filter((step) => step.kind === "write");
      assert.deepEqual(
        writes.map(({ path }) => path),
        ["/etc/apt/sources.list.d/kubernetes-legacy.list", "/etc/apt/sources.list.d/kubernetes.list"],
      );
      assert.equal(writes[0]?.before, "deb https://apt.kubernetes.io/ kubernetes-xenial main\n");
    });
  });
});

describe("dnf", () => {
  it("pins the exact version, or the newest patch of a minor", () => {
    assert.match(
      lines(dnf.installKubernetes("1.36.2", rocky)),
      /install --disableexcludes=kubernetes .* kubeadm-1\.36\.2 kubelet-1\.36\.2 kubectl-1\.36\.2$/,
    );
    assert.match(lines(dnf.installKubernetes("1.36", rocky)), / 'kubeadm-1\.36\.\*' /);
  });

  it("holds the packages by its repository file", () => {
    const { path, content } = dnf.repositoryFile(spec("1.36"));
    const holds = (repositories: Readonly<Record<string, string>>) =>
      dnf.isHeld({ ...rocky, packages: { ...rocky.packages, repositories } });
    assert.match(content, /^exclude=kubeadm kubelet kubectl cri-tools kubernetes-cni$/m);
    assert.equal(holds({ [path]: content }), true);
    assert.equal(holds({}), false);
    assert.deepEqual(dnf.hold(), []);
  });

  it("takes containerd.io where the distribution has no containerd, with a key that is checked", () => {
    const steps = dnf.installRuntime(spec("1.36"), rocky.system);
    const written = steps.flatMap((step) => (step.kind === "write" ? [String(step.content)] : []))[0] ?? "";
    assert.match(lines(steps), /install containerd\.io$/);
    assert.match(
      written,
      /baseurl=https:\/\/download\.docker\.com\/linux\/centos\/\$releasever\/\$basearch\/stable\n.*gpgcheck=1\ngpgkey=https/s,
    );
    const fedora = { ...rocky.system, os: { ...rocky.system.os, id: "fedora" } };
    assert.match(lines(dnf.installRuntime(spec("1.36"), fedora)), /^dnf .* install containerd$/);
  });

  it("disables legacy repositories, and no other of the same host", () => {
    const path = "/etc/yum.repos.d/x.repo";
    const legacy =
      "[kubernetes]\nname=Kubernetes\nbaseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64\nenabled=1\n";
    const sdk =
      "[google-cloud-cli]\nbaseurl=https://packages.cloud.google.com/yum/repos/cloud-sdk-el9-x86_64\nenabled=1\n";
    const after = dnf.withoutLegacyRepositories({ [path]: `${sdk}${legacy}` })[path] ?? "";
    assert.ok(after.startsWith(sdk));
    assert.match(after, /\[kubernetes\][^[]*enabled=0\n/);
    assert.doesNotMatch(after.slice(sdk.length), /enabled=1/);
    assert.deepEqual(dnf.withoutLegacyRepositories({ [path]: after }), {});
    assert.deepEqual(dnf.withoutLegacyRepositories({ [path]: sdk }), {});
  });
});
