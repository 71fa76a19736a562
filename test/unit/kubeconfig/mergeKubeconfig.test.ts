import assert from "node:assert/strict";
import { adminEntries, originOf } from "../../../src/core/kubeconfig/adminConf.ts";
import { parseKubeconfig } from "../../../src/core/kubeconfig/kubeconfig.ts";
import { mergeKubeconfig, type MergeOptions } from "../../../src/core/kubeconfig/mergeKubeconfig.ts";
import { KubeadmError } from "../../../src/core/errors.ts";
import { adminConf, entries, hasKubectl, kubectlView, pem } from "./samples.ts";
import type { AdminEntries } from "../../../src/core/kubeconfig/adminConf.ts";

const add: MergeOptions = { replace: false, makeCurrent: false };
const replace: MergeOptions = { replace: true, makeCurrent: false };

function merged(existing: string, incoming: AdminEntries, options = add): string {
  const result = mergeKubeconfig(existing, incoming, options);
  assert.equal(result.kind, "merged", JSON.stringify(result));
  return result.kind === "merged" ? result.text : "";
}

function conflictKinds(existing: string, incoming: AdminEntries): readonly string[] {
  const result = mergeKubeconfig(existing, incoming, add);
  return result.kind === "conflict" ? result.conflicts.map(({ kind }) => kind) : [];
}

function isInvalid(existing: string, pattern = /./): void {
  assert.throws(
    () => mergeKubeconfig(existing, entries("demo"), replace),
    (error) =>
      error instanceof KubeadmError && error.code === "kubeconfig-invalid" && pattern.test(error.message),
  );
}

const digest = entries("demo").adminConfDigest;

/** Our entries as they are added to a list in block style. */
const ours = {
  cluster: `- cluster:
    certificate-authority-data: ${pem("ca-1")}
    server: https://10.0.0.10:6443
    extensions:
    - extension:
        adminConfDigest: ${digest}
        server: https://10.0.0.10:6443
      name: kubeadm-bootstrap
  name: demo
`,
  context: `- context:
    cluster: demo
    user: demo-admin
  name: demo
`,
  user: `- user:
    client-certificate-data: ${pem("client key-1")}
    client-key-data: ${pem("key-1")}
  name: demo-admin
`,
};

describe("merging a cluster into a kubeconfig", () => {
  it("writes a new file in kubectl's order, which names no current context", () => {
    assert.equal(
      merged("", entries("demo")),
      `apiVersion: v1\nkind: Config\nclusters:\n${ours.cluster}contexts:\n${ours.context}` +
        `users:\n${ours.user}`,
    );
  });

  it("adds to lists at their end and leaves comments, order and unknown fields", () => {
    const before = {
      head: "# mine\napiVersion: v1\nkind: Config\nx-unknown: {a: 1} # keep\nusers: # people\n",
      users:
        "- name: me\n  user:\n    token: abc # secret\n    # rotate in May\n\n# contexts follow\ncontexts:\n",
      contexts: "  - {name: c, context: {cluster: k, user: me}}\ncurrent-context: c   # prod!\nclusters:\n",
      clusters: "-   name: k\n    cluster:\n        server: https://k:6443\n",
    };
    const { head, users, contexts, clusters } = before;
    const [user, rest] = users.split("\n\n");
    const [context, tail] = contexts.split("current-context");
    assert.equal(
      merged(head + users + contexts + clusters, entries("demo")),
      `${head}${user}\n${ours.user}\n${rest}${context}` +
        `${ours.context.replaceAll(/^/gm, "  ").trimEnd()}\ncurrent-context${tail}${clusters}${ours.cluster}`,
    );
  });

  it("fills lists that are empty or null and keeps their comments", () => {
    assert.equal(
      merged("clusters: null\nusers: []   # nobody yet\ncontexts:", entries("demo")),
      `clusters:\n${ours.cluster}users:   # nobody yet\n${ours.user}contexts:\n${ours.context}`,
    );
  });

  it("adds missing lists, also to a file without a last line break", () => {
    assert.equal(
      merged("kind: Config # x", entries("demo")),
      `kind: Config # x\nclusters:\n${ours.cluster}contexts:\n${ours.context}users:\n${ours.user}`,
    );
  });

  it("keeps CRLF line breaks and a byte order mark", () => {
    const existing =
      "\uFEFFkind: Config\r\nclusters:\r\n- name: a\r\n  cluster:\r\n    server: https://a\r\n";
    const text = merged(existing, entries("demo"));
    assert.ok(text.startsWith(existing));
    assert.doesNotMatch(text, /[^\r]\n/);
    assert.deepEqual([...parseKubeconfig(text).clusters.keys()], ["a", "demo"]);
  });

  it("adds to JSON in its own layout", () => {
    const compact =
      '{"kind":"Config","clusters":[{"name":"a","cluster":{"server":"https://a"}}],"users":[],"contexts":null}';
    assert.deepEqual(JSON.parse(merged(compact, entries("demo"))), {
      kind: "Config",
      clusters: [
        { name: "a", cluster: { server: "https://a" } },
        { cluster: entries("demo").cluster, name: "demo" },
      ],
      users: [{ user: entries("demo").credentials, name: "demo-admin" }],
      contexts: [{ context: { cluster: "demo", user: "demo-admin" }, name: "demo" }],
    });
    const pretty = JSON.stringify(JSON.parse(compact), undefined, 2);
    const text = merged(pretty, entries("demo"), { replace: false, makeCurrent: true });
    assert.equal(text, JSON.stringify(JSON.parse(text), undefined, 2));
    assert.ok(parseKubeconfig(merged("{}", entries("demo"))).users.has("demo-admin"));
  });

  it("says that nothing changes when it is all there", () => {
    const once = merged("", entries("demo"));
    assert.deepEqual(mergeKubeconfig(once, entries("demo"), add), { kind: "unchanged" });
    assert.deepEqual(mergeKubeconfig(once, entries("demo"), replace), { kind: "unchanged" });
  });

  it("changes the current context only when told, and keeps its comment", () => {
    const existing = "current-context: prod # careful\n";
    assert.match(merged(existing, entries("demo")), /^current-context: prod # careful$/m);
    const switched = merged(existing, entries("demo"), { replace: false, makeCurrent: true });
    assert.match(switched, /^current-context: demo # careful$/m);
    for (const none of [
      "current-context:\n",
      'current-context: ""\n',
      "kind: Config\n",
      "# only a comment\n",
    ]) {
      assert.equal(parseKubeconfig(merged(none, entries("demo"))).currentContext, "");
      const text = merged(none, entries("demo"), { replace: false, makeCurrent: true });
      assert.equal(parseKubeconfig(text).currentContext, "demo");
    }
  });

  it("quotes names that kubectl's YAML would take for something else", () => {
    for (const name of ["on", "yes", "null", "0123", "1e3", "0x1f", "n", "2026-11-23"]) {
      const text = merged("kind: Config\n", entries(name), { replace: false, makeCurrent: true });
      assert.match(text, new RegExp(`^current-context: "${name}"$`, "m"));
    }
  });

  it("refuses a cluster of the same name with another certificate authority, and replaces it when told", () => {
    const existing = `# top\n${merged("", entries("demo", "ca-old"))}# end\n`;
    assert.deepEqual(conflictKinds(existing, entries("demo")), ["other-ca"]);
    assert.equal(merged(existing, entries("demo"), replace), `# top\n${merged("", entries("demo"))}# end\n`);
  });

  it("refuses entries of the same name that are not ours and differ", () => {
    const foreign = merged("", entries("demo", "ca-1", "https://other:6443", "key-2")).replace(
      "kubeadm-bootstrap",
      "x",
    );
    assert.deepEqual(conflictKinds(foreign, entries("demo")), ["other-server", "other-credentials"]);
    const context = "contexts:\n- name: demo\n  context: {cluster: a, user: b}\n";
    assert.deepEqual(mergeKubeconfig(context, entries("demo"), add), {
      kind: "conflict",
      conflicts: [
        {
          kind: "other-context",
          entry: 'context "demo"',
          difference: 'it is for cluster "a" and user "b"',
        },
      ],
    });
    const file =
      "clusters:\n- name: demo\n  cluster: {server: https://10.0.0.10:6443, certificate-authority: ca.crt}\n";
    assert.deepEqual(conflictKinds(file, entries("demo")), ["other-ca"]);
  });

  it("takes an equal entry that someone merged by hand for ours", () => {
    const text = merged("", entries("demo"));
    const byHand = text.replace(/ {4}extensions:\n(.*\n){4}/, "");
    assert.equal(originOf(parseKubeconfig(byHand).clusters.get("demo")), undefined);
    assert.equal(merged(byHand, entries("demo")), text);
  });

  it("brings renewed credentials in and keeps what a person changed in our entries", () => {
    const existing = merged("", entries("demo"))
      .replace(
        "    server: https://10.0.0.10:6443\n    ext",
        "    server: https://tunnel:1\n    proxy-url: http://p\n    ext",
      )
      .replace("    user: demo-admin\n", "    user: demo-admin\n    namespace: web # mine\n");
    const text = merged(existing, entries("demo", "ca-1", "https://10.0.0.10:6443", "key-2"));
    const config = parseKubeconfig(text);
    assert.equal(config.clusters.get("demo")?.server, "https://tunnel:1");
    assert.equal(config.clusters.get("demo")?.["proxy-url"], "http://p");
    assert.equal(config.users.get("demo-admin")?.["client-key-data"], pem("key-2"));
    assert.match(text, /namespace: web # mine/);
    const moved = parseKubeconfig(merged(existing, entries("demo", "ca-1", "https://10.0.0.20:6443")));
    assert.equal(moved.clusters.get("demo")?.server, "https://10.0.0.20:6443");
  });

  it("does not overwrite other credentials that a person gave our user", () => {
    const withToken = merged("", entries("demo")).replace(/client-key-data: .*/, "token: mine");
    assert.deepEqual(conflictKinds(withToken, entries("demo")), ["other-credentials"]);
  });

  it("adds beside anchors and aliases, and refuses to change an entry that others refer to", () => {
    const shared = (name: string): string =>
      `clusters:\n- &base\n  name: ${name}\n  cluster: {server: https://a}\nx-copy: *base\n`;
    assert.ok(merged(shared("a"), entries("demo")).startsWith(shared("a").replace("x-copy: *base\n", "")));
    isInvalid(shared("demo"), /aliases/);
    isInvalid("x-list: &l []\nclusters: *l\n", /aliases/);
    isInvalid("x-list: &l [{name: a}]\nclusters: *l\n", /aliases/);
    isInvalid("a: &a [*a, *a]\nclusters: !!null ~\n---\n");
  });

  it("refuses what is no kubeconfig without quoting it", () => {
    isInvalid("clusters: [\n", /line 2, column 1/);
    isInvalid("just text", /no kubeconfig/);
    isInvalid("- a\n", /no kubeconfig/);
    isInvalid("kind: Config\n---\nkind: Config\n", /several YAML documents/);
    isInvalid("clusters: {a: 1}\n", /clusters should be a list/);
    isInvalid("users:\n- user: {}\n", /users: entry 1 has no name/);
    isInvalid("users:\n- name: a\n- name: a\n", /two entries/);
    assert.throws(
      () => mergeKubeconfig("token: s3cret: s3cret\n\tx", entries("demo"), add),
      (error) =>
        error instanceof KubeadmError && !JSON.stringify([error.message, error.stack]).includes("s3cret"),
    );
  });

  it("refuses an admin.conf without a usable context", () => {
    const broken = adminConf().replace(
      "current-context: kubernetes-admin@kubernetes",
      "current-context: gone",
    );
    assert.throws(
      () => adminEntries(broken, "demo"),
      (error) => error instanceof KubeadmError && error.code === "kubeconfig-invalid",
    );
  });

  (hasKubectl ? it : it.skip)("is read by kubectl as we mean it", () => {
    const view = kubectlView(merged("", entries("on")));
    assert.equal(view["current-context"], "", "only the person chooses the current context");
    assert.deepEqual(view.clusters, [
      {
        name: "on",
        cluster: {
          server: "https://10.0.0.10:6443",
          "certificate-authority-data": pem("ca-1"),
          extensions: [
            {
              name: "kubeadm-bootstrap",
              extension: { adminConfDigest: digest, server: "https://10.0.0.10:6443" },
            },
          ],
        },
      },
    ]);
  });
});
