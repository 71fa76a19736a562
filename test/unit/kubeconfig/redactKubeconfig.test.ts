import assert from "node:assert/strict";
import { previewMerge, redactKubeconfig } from "../../../src/core/kubeconfig/redactKubeconfig.ts";
import { KubeadmError } from "../../../src/core/errors.ts";
import { adminConf, entries, hasKubectl, kubectl } from "./samples.ts";

describe("redacting a kubeconfig", () => {
  it("hides what kubectl hides, and leaves all else to the byte", () => {
    const text =
      adminConf() + "  # kept\n- name: t\n  user: { token: 'abc', password: \"pw\", username: me }\n";
    assert.equal(
      redactKubeconfig(text),
      text
        .replace(
          /(certificate-authority-data|client-certificate-data|client-key-data): .*/g,
          "$1: DATA+OMITTED",
        )
        .replace("'abc'", "REDACTED")
        .replace('"pw"', '"REDACTED"'),
    );
  });

  it("hides what plugins keep, block scalars, aliases and secrets in comments", () => {
    const text = `# client-key-data: SECRET1
x: &shared SECRET2
users:
- name: a
  user:
    token: |
      SECRET3
      SECRET4
    password: *shared
- name: b
  user:
    auth-provider: {name: oidc, config: {id-token: SECRET5, refresh-token: SECRET6, client-secret: SECRET7}}
- name: c
  user:
    exec:
      command: login # token: SECRET8
      env: [{name: KEY, value: SECRET9}]
`;
    const shown = redactKubeconfig(text);
    assert.doesNotMatch(shown, /SECRET/);
    assert.match(shown, /^# client-key-data: DATA\+OMITTED$/m);
    assert.match(shown, /^ {4}token: REDACTED\n {4}password: \*shared$/m);
    assert.match(shown, /command: login # token: REDACTED$/m);
    assert.match(shown, /name: KEY, value: REDACTED/);
  });

  it("shows nothing of a file that it cannot read", () => {
    assert.throws(
      () => redactKubeconfig("token: [SECRET\n"),
      (error) => error instanceof KubeadmError && !error.message.includes("SECRET"),
    );
  });

  it("previews a merge without secrets", () => {
    const options = { replace: false, makeCurrent: true };
    const preview = previewMerge("current-context: prod\n", entries("demo"), options);
    assert.equal(preview?.before, "current-context: prod\n");
    assert.match(preview?.after ?? "", /^current-context: demo$/m);
    assert.match(preview?.after ?? "", /client-key-data: DATA\+OMITTED/);
    const merged = previewMerge("", entries("demo"), options);
    assert.equal(merged?.before, "");
  });

  (hasKubectl ? it : it.skip)("hides the same as kubectl config view", () => {
    const text = adminConf() + "- name: t\n  user:\n    token: abc\n    password: pw\n    username: me\n";
    const shown = kubectl(text, "config", "view");
    const lines = (of: string): readonly string[] =>
      of
        .split("\n")
        .filter((line) => /OMITTED|REDACTED/.test(line))
        .toSorted();
    assert.deepEqual(lines(redactKubeconfig(text)), lines(shown));
  });
});
