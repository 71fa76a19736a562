import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { answerRequest } from "../../lab/hub/answer.ts";
import { dnsAnswer, parseDnsQuestion } from "../../lab/hub/dns.ts";
import { servedHosts } from "../../lab/hub/servedTree.ts";

/** A query as RFC 1035 lays it out. */
function query(name: string, type: number): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const header = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

describe("lab hub: DNS", () => {
  const packet = query("PKGS.k8s.io", 1);
  const question = parseDnsQuestion(packet);
  assert.ok(question);

  it("reads the name in lower case, and the type", () => {
    assert.deepEqual({ ...question }, { name: "pkgs.k8s.io", type: 1, end: packet.length });
  });

  it("answers a served name with the address, under the query's id", () => {
    const answer = dnsAnswer(packet, question, { exists: true, address: "10.89.1.1" });
    assert.equal(answer.readUInt16BE(0), 0x1234);
    assert.equal(answer.readUInt8(3) & 0x0f, 0);
    assert.deepEqual([...answer.subarray(-4)], [10, 89, 1, 1]);
  });

  it("answers an unknown name with NXDOMAIN", () => {
    const answer = dnsAnswer(packet, question, { exists: false, address: "10.89.1.1" });
    assert.equal(answer.readUInt8(3) & 0x0f, 3);
    assert.equal(answer.length, packet.length);
  });

  it("answers AAAA of a served name with nothing, not with NXDOMAIN", () => {
    const ipv6 = query("pkgs.k8s.io", 28);
    const asked = parseDnsQuestion(ipv6);
    assert.ok(asked);
    const answer = dnsAnswer(ipv6, asked, { exists: true, address: "10.89.1.1" });
    assert.deepEqual([answer.readUInt8(3) & 0x0f, answer.readUInt16BE(6)], [0, 0]);
  });

  it("ignores a packet that ends inside its question", () => {
    assert.equal(parseDnsQuestion(packet.subarray(0, 20)), undefined);
  });
});

describe("lab hub: HTTP", () => {
  const hex = "0".repeat(64);
  let first: string;
  let second: string;

  before(async () => {
    first = await mkdtemp(join(tmpdir(), "lab-hub-"));
    second = await mkdtemp(join(tmpdir(), "lab-hub-"));
    const write = async (file: string, text: string): Promise<void> => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    };
    await write(join(first, "files/dl.k8s.io/stable.txt"), "v1.20.2");
    await write(join(second, "files/dl.k8s.io/stable.txt"), "v0.0.0");
    await write(join(first, "registry/tags/registry.k8s.io/pause/3.2"), `sha256:${hex}\n`);
    await write(join(first, "registry/blobs", hex), JSON.stringify({ mediaType: "application/x-manifest" }));
  });

  after(async () => {
    for (const tree of [first, second]) await rm(tree, { recursive: true });
  });

  it("prefers the first tree that has a file", () => {
    const answer = answerRequest([first, second], "dl.k8s.io", "/stable.txt");
    assert.ok(answer.kind === "file" && answer.file.startsWith(first));
  });

  it("gives a manifest by tag, with its digest and type, under the registry's old name too", () => {
    const answer = answerRequest([first], "k8s.gcr.io", "/v2/pause/manifests/3.2");
    assert.ok(answer.kind === "file");
    assert.equal(answer.type, "application/x-manifest");
    assert.equal(answer.headers?.["Docker-Content-Digest"], `sha256:${hex}`);
  });

  it("says MANIFEST_UNKNOWN for a tag that nobody has", () => {
    const answer = answerRequest([first], "registry.k8s.io", "/v2/pause/manifests/9.9");
    assert.ok(answer.kind === "text" && answer.status === 404 && answer.text.includes("MANIFEST_UNKNOWN"));
  });

  it("does not leave its trees", () => {
    const answer = answerRequest([first], "dl.k8s.io", "/../../registry/blobs/" + hex);
    assert.ok(answer.kind === "text" && answer.status === 404);
  });

  it("stands in for the hosts that its trees have, under all their names", () => {
    assert.deepEqual([...servedHosts([first])].sort(), ["dl.k8s.io", "k8s.gcr.io", "registry.k8s.io"]);
  });
});
