import assert from "node:assert/strict";
import { isPlaceholder, isSecretName, secretIn } from "../../../../src/core/spec/rules/secretPatterns.ts";
import { parseSpec } from "../../../../src/core/spec/parseSpec.ts";
import { createSpecAnalyzer } from "../../../../src/core/spec/analyzeSpec.ts";
import { specText } from "../specText.ts";
import { assertRepairs, findings, messages } from "./ruleTest.ts";

const host = (fields: string): string => specText({ hosts: `[{name: a, role: control-plane, ${fields}}]` });
const kubelet = (fields: string): string =>
  specText({ documents: `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${fields}` });
const kubeadm = (kind: string, fields: string): string =>
  specText({ documents: `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ${kind}\n${fields}` });

const token = "ab3def.0123456789abcdef";
const hex = "0123456789abcdef".repeat(4);
const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.${"s".repeat(20)}`;

describe("secret-in-spec", () => {
  it("says so, and repeats nothing of it", () => {
    const text = host("ssh: {password: open-sesame}");
    assert.deepEqual(messages("secret-in-spec", text), [
      "error spec.hosts[0].ssh.password: remove it: a password does not belong in a spec file, which is shared and kept; change it where it is valid, as it has been seen",
    ]);
    assertRepairs("secret-in-spec", text, "Remove a password");
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ["a field that the spec does not have", host("sudo_password: 12345"), "Remove a password"],
    [
      "a private key in place of its file",
      host(
        'ssh: {identityFile: "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1r\\n-----END OPENSSH PRIVATE KEY-----"}',
      ),
      "Remove a private key",
    ],
    ["a PKCS #8 key", kubelet('x: "-----BEGIN PRIVATE KEY-----\\nMIIE"'), "Remove a private key"],
    ["a bootstrap token", kubelet(`x: ${token}`), "Remove a bootstrap token"],
    ["a token in a list", kubelet(`x: [a, ${token}]`), "Remove a bootstrap token"],
    [
      "a token in a command",
      kubelet(`x: kubeadm join --token ${token} 10.0.0.1:6443`),
      "Remove a bootstrap token",
    ],
    [
      "a certificate key in a command",
      kubelet(`x: join --certificate-key ${hex}`),
      "Remove a certificate key",
    ],
    [
      "a certificate key",
      kubeadm("ClusterConfiguration", `certificateKey: ${hex}`),
      "Remove a certificate key",
    ],
    ["a JSON web token", kubelet(`x: ${jwt}`), "Remove a token"],
    ["an access token", kubelet(`x: ghp_${"a".repeat(36)}`), "Remove an access token"],
    [
      "a variable of the environment",
      kubeadm("ClusterConfiguration", "apiServer: {extraEnvs: [{name: VAULT_TOKEN, value: abc}]}"),
      "Remove a token",
    ],
    [
      "a password in a proxy's URL",
      kubeadm(
        "ClusterConfiguration",
        'apiServer: {extraEnvs: [{name: HTTP_PROXY, value: "http://me:sesame@proxy:3128"}]}',
      ),
      "Remove the password in a URL",
    ],
  ];
  for (const [what, text, title] of wrong) {
    it(`finds ${what}`, () => {
      assertRepairs("secret-in-spec", text, title);
    });
  }

  it("takes a password out of a URL, and leaves the URL", () => {
    const text = specText({
      spec: 'packageSource: {apt: {url: "https://me:sesame@m.example.com/{minor}", key: "https://m.example.com/key"}}',
    });
    const repaired = assertRepairs("secret-in-spec", text, "Remove the password in a URL");
    assert.equal(
      parseSpec(repaired, "cluster.yaml").spec?.packageSource.apt?.url,
      "https://m.example.com/{minor}",
    );
  });

  it("says nothing again of what owned-field says", () => {
    for (const text of [
      kubeadm("InitConfiguration", `certificateKey: ${hex}\nbootstrapTokens: [{token: ${token}}]`),
      kubeadm("JoinConfiguration", `discovery: {bootstrapToken: {token: ${token}}}`),
      kubeadm("JoinConfiguration", `controlPlane: {certificateKey: ${hex}}`),
    ]) {
      assert.deepEqual(messages("secret-in-spec", text), []);
      assert.ok(findings("owned-field", text).length > 0, text);
    }
  });

  const right: readonly (readonly [string, string])[] = [
    ["names of files", kubelet("tlsPrivateKeyFile: /etc/key.pem\ntokenFile: /x\npassword-file: /y")],
    ["switches", kubelet("authentication: {webhook: {enabled: true}}\ntoken: true")],
    ["an empty one", kubelet('password: ""')],
    [
      "places for one",
      kubelet('password: ${PASSWORD}\ntoken: "<token>"\nsecret: "{{ secret }}"\npasswd: "***"'),
    ],
    [
      "URLs with a user alone, or a port",
      kubelet('a: "https://me@m.example.com"\nb: "http://m.example.com:80/a@b"'),
    ],
    ["a place for a password in a URL", kubelet('a: "https://me:${PASSWORD}@m.example.com"')],
    ["hashes of certificates", kubelet(`caCertHash: sha256:${hex}\nx: ${hex}`)],
    [
      "certificates and public keys",
      kubelet('a: "-----BEGIN CERTIFICATE-----"\nb: "-----BEGIN PUBLIC KEY-----"'),
    ],
    ["addresses that are like tokens", host("ssh: {address: worker.examplecompany12}")],
    ["names of a domain that are like tokens", kubelet("clusterDomain: worker.examplecompanies")],
    ["labels", host("labels: {token: a, secret: b}")],
    ["lifetimes", kubelet("tokenTTL: 24h\nrotateCertificates: true")],
    [
      "an argument that names a file",
      kubeadm("ClusterConfiguration", "apiServer: {extraArgs: [{name: token-auth-file, value: /etc/t}]}"),
    ],
    ["a path that holds one's form", host("ssh: {identityFile: ~/.ssh/id_ed25519}")],
  ];
  for (const [what, text] of right) {
    it(`leaves alone ${what}`, () => {
      assert.deepEqual(messages("secret-in-spec", text), []);
    });
  }

  it("finds the same whether it knew the file before or not", () => {
    const analyze = createSpecAnalyzer();
    const spec = (password: string): string => `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: demo
spec:
  kubernetesVersion: "1.36"
  hosts:
    - name: a
      role: control-plane
    - name: b
      role: worker
      ssh:
        ${password}
`;
    for (const line of ["password: a", "user: a", "password: b", "password: ''", "password: b"]) {
      const fresh = createSpecAnalyzer()(spec(line), "cluster.yaml").diagnostics;
      assert.deepEqual(analyze(spec(line), "cluster.yaml").diagnostics, fresh);
      assert.equal(
        fresh.filter(({ code }) => code === "secret-in-spec").length,
        line.endsWith("'") || line.startsWith("u") ? 0 : 1,
      );
    }
  });
});

describe("what is known for a secret", () => {
  it("is told by names that mean one, however they are written", () => {
    for (const name of [
      "password",
      "PASSWORD",
      "sudo-password",
      "apiKey",
      "client_secret",
      "DB_PASSWORD",
      "privateKey",
    ]) {
      assert.equal(isSecretName(name), true, name);
    }
    for (const name of [
      "passwordFile",
      "tokenTTL",
      "secretRef",
      "tokens",
      "secretName",
      "key",
      "pass",
      "keyFile",
    ]) {
      assert.equal(isSecretName(name), false, name);
    }
  });

  it("is no place for one that is put in later", () => {
    for (const text of ["", " ", "$TOKEN", "${TOKEN}", "<your token>", "{{ token }}", "****", "changeme"]) {
      assert.equal(isPlaceholder(text), true, text);
    }
    assert.equal(isPlaceholder("pa$$word"), false);
  });

  it("is found in little time in a long text", () => {
    const started = performance.now();
    for (const piece of ["-----BEGIN ", "-----BEGIN A ", "--token ", "a", "-", "eyJ.", "{"]) {
      secretIn(piece.repeat(100_000));
      isPlaceholder(piece.repeat(100_000));
    }
    assert.ok(performance.now() - started < 2000);
  });
});
