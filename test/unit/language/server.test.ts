import assert from "node:assert/strict";
import { DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver";
import { knowledgeNotification } from "../../../src/protocol/language.ts";
import { specText } from "../spec/specText.ts";
import { briefly, startClient, startOfTest, type TestClient, uri } from "./languageClient.ts";

const sound = specText({});
const day = 24 * 60 * 60 * 1000;

describe("the language server", () => {
  let client: TestClient;

  afterEach(() => {
    client.dispose();
  });

  it("publishes what is wrong with a spec when it is opened, with code, severity, place and version", async () => {
    client = await startClient();
    await client.open(sound.replace("role: control-plane", "role: control-plan"));
    const { version, diagnostics } = await client.settle();
    assert.equal(version, 1);
    const [problem] = diagnostics;
    assert.deepEqual(problem, {
      range: { start: { line: 6, character: 29 }, end: { line: 6, character: 41 } },
      severity: DiagnosticSeverity.Error,
      code: "invalid-value",
      source: "kubeadm",
      message:
        'spec.hosts[0].role: expected "control-plane" or "worker", got "control-plan"; did you mean "control-plane"?',
    });
  });

  it("follows changes, and publishes each newest text once", async () => {
    client = await startClient();
    await client.open(sound);
    const at = sound.indexOf("control-plane");
    for (const letter of "xyz") {
      await client.edit(at, at, letter);
    }
    const { version, diagnostics } = await client.settle();
    assert.equal(version, 4);
    assert.deepEqual(briefly(diagnostics), ["6:29 invalid-value"]);
    assert.deepEqual(
      client.published.map((params) => params.version),
      [4],
    );
    await client.edit(at, at + 3, "");
    assert.deepEqual((await client.settle()).diagnostics, []);
  });

  it("takes back what it said of a document that is closed", async () => {
    client = await startClient();
    await client.open("kind: Cluster\n");
    assert.equal((await client.settle()).diagnostics.length, 1);
    await client.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
    assert.deepEqual(await client.settle(), { uri, diagnostics: [] });
  });

  it("says it by the severities that the person chose, from the start and when they change", async () => {
    client = await startClient({ settings: { severities: { "unknown-field": "hint" } } });
    await client.open(specText({ spec: "more: 1" }));
    assert.deepEqual(
      (await client.settle()).diagnostics.map(({ severity }) => severity),
      [DiagnosticSeverity.Hint],
    );
    await client.connection.sendNotification("workspace/didChangeConfiguration", {
      settings: { severities: { "unknown-field": "off", "missing-field": "very bad" } },
    });
    assert.deepEqual((await client.settle()).diagnostics, []);
    await client.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
    assert.deepEqual(
      (await client.settle()).diagnostics.map(({ severity }) => severity),
      [DiagnosticSeverity.Error],
    );
  });

  it("says on the day when a version's support has ended that it has", async () => {
    client = await startClient();
    await client.open(specText({ version: '"1.35"' }));
    assert.deepEqual((await client.settle()).diagnostics, []);
    client.clock.pass(Date.parse("2027-02-28T23:59:00Z") - startOfTest);
    assert.deepEqual((await client.settle()).diagnostics, []);
    client.clock.pass(day);
    const { version, diagnostics } = await client.settle();
    assert.equal(version, 1);
    assert.deepEqual(briefly(diagnostics), ["5:21 version-unsupported"]);
    assert.deepEqual(diagnostics[0]?.tags, [DiagnosticTag.Deprecated]);
  });

  it("looks for the private keys that a spec names, and sees when one comes", async () => {
    const looked: string[] = [];
    let isThere = false;
    client = await startClient({
      files: {
        identityFile: (path) => {
          looked.push(path);
          return isThere ? { kind: "file", isPrivate: true } : { kind: "missing" };
        },
      },
    });
    const host = (name: string, role: string, file: string): string =>
      `{name: ${name}, role: ${role}, ssh: {identityFile: ${file}}}`;
    await client.open(
      specText({
        hosts: `[${host("a", "control-plane", "~/.ssh/id")}, ${host("b", "worker", "keys/id")}, ${host("c", "worker", "/id")}]`,
      }),
    );
    const { diagnostics } = await client.settle();
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["identity-file", "identity-file", "identity-file"],
    );
    assert.deepEqual([...new Set(looked)], ["/home/ada/.ssh/id", "/home/ada/keys/id", "/id"]);
    isThere = true;
    client.clock.pass(60_000);
    assert.deepEqual((await client.settle()).diagnostics, []);
  });

  it("survives messages that make no sense", async () => {
    client = await startClient();
    for (const params of [null, 1, {}, { uri }, { uri, hosts: [], states: {} }]) {
      await client.connection.sendNotification(knowledgeNotification, params);
    }
    await client.open(sound);
    assert.deepEqual((await client.settle()).diagnostics, []);
    assert.deepEqual(client.log, []);
  });
});
