import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeFacts } from "../../../src/core/facts/hostFacts.ts";
import { watchNodes } from "../../../src/kube/nodeWatch.ts";
import { fakeApiServer, type ApiRequest, type FakeApiServer } from "./fakeApiServer.ts";

type Told = readonly NodeFacts[] | "connected" | `disconnected: ${string}`;

/** A node as the API server has it. */
function node(name: string, resourceVersion: string, ready: string, labels: object = {}): object {
  return {
    kind: "Node",
    apiVersion: "v1",
    metadata: { name, resourceVersion, labels },
    status: {
      conditions: [
        { type: "MemoryPressure", status: "False" },
        { type: "Ready", status: ready },
      ],
      nodeInfo: { kubeletVersion: "v1.28.2" },
      addresses: [
        { type: "Hostname", address: name },
        { type: "InternalIP", address: "10.0.0.10" },
      ],
    },
  };
}

function facts(name: string, isReady: boolean, isControlPlane = false): NodeFacts {
  return { name, isReady, isControlPlane, kubeletVersion: "v1.28.2", internalAddress: "10.0.0.10" };
}

const controlPlane = { "node-role.kubernetes.io/control-plane": "" };

/** What a watch told, in order, to be waited for. */
function listener(): {
  readonly tell: (told: Told) => void;
  readonly next: () => Promise<Told>;
  readonly unread: Told[];
} {
  const unread: Told[] = [];
  const asking: ((told: Told) => void)[] = [];
  return {
    unread,
    tell: (told) => {
      const first = asking.shift();
      if (first === undefined) {
        unread.push(told);
      } else {
        first(told);
      }
    },
    next: () =>
      new Promise((resolve) => {
        const first = unread.shift();
        if (first === undefined) {
          asking.push(resolve);
        } else {
          resolve(first);
        }
      }),
  };
}

describe("watching the nodes of a cluster", () => {
  let dir: string;
  let server: FakeApiServer;
  let told: ReturnType<typeof listener>;
  let backoffs: number[];
  let watch: { dispose(): void } | undefined;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "kubeadm-watch-"));
    server = await fakeApiServer();
    told = listener();
    backoffs = [];
    await writeFile(join(dir, "config"), server.kubeconfig);
  });

  afterEach(async () => {
    watch?.dispose();
    await server.close();
    await rm(dir, { recursive: true });
  });

  function start(context = "demo"): void {
    watch = watchNodes({
      kubeconfigPath: join(dir, "config"),
      context,
      onNodes: told.tell,
      onState: (state, cause) => told.tell(state === "connected" ? state : `disconnected: ${cause ?? ""}`),
      backoffMs: (failures) => {
        backoffs.push(failures);
        return 1;
      },
    });
  }

  async function disconnects(pattern: RegExp): Promise<void> {
    const state = await told.next();
    assert.ok(typeof state === "string");
    assert.match(state, pattern);
  }

  /** Answers the first list and watch, and reads what is told about it. */
  async function connect(...nodes: readonly object[]): Promise<ApiRequest> {
    start();
    (await server.next()).list("10", ...nodes);
    const request = await server.next();
    request.open();
    assert.equal(await told.next(), "connected");
    await told.next();
    return request;
  }

  it("tells all nodes by name once connected, then each change of readiness", async () => {
    start();
    const list = await server.next();
    assert.equal(list.isWatch, false);
    list.list("10", node("w-1", "8", "Unknown"), node("cp-1", "9", "True", controlPlane));
    const request = await server.next();
    assert.equal(request.isWatch, true);
    assert.equal(request.query.get("resourceVersion"), "10");
    assert.equal(request.query.get("allowWatchBookmarks"), "true");
    request.open();
    assert.equal(await told.next(), "connected");
    assert.deepEqual(await told.next(), [facts("cp-1", true, true), facts("w-1", false)]);
    request.send("MODIFIED", node("w-1", "11", "True"));
    assert.deepEqual(await told.next(), [facts("cp-1", true, true), facts("w-1", true)]);
    request.send("ADDED", node("w-2", "12", "False"));
    assert.deepEqual(await told.next(), [facts("cp-1", true, true), facts("w-1", true), facts("w-2", false)]);
    request.send("DELETED", node("w-1", "13", "True"));
    assert.deepEqual(await told.next(), [facts("cp-1", true, true), facts("w-2", false)]);
  });

  it("does not tell heartbeats, which change nothing that is shown", async () => {
    const request = await connect(node("w-1", "9", "True"));
    request.send("MODIFIED", node("w-1", "11", "True"));
    request.send("BOOKMARK", { kind: "Node", metadata: { resourceVersion: "12" } });
    request.send("MODIFIED", node("w-1", "13", "False"));
    assert.deepEqual(await told.next(), [facts("w-1", false)]);
    assert.deepEqual(told.unread, []);
  });

  it("continues where it was when the server ends the watch, without a word", async () => {
    const request = await connect(node("w-1", "9", "True"));
    request.send("BOOKMARK", { kind: "Node", metadata: { resourceVersion: "20" } });
    request.end();
    const again = await server.next();
    assert.equal(again.isWatch, true);
    assert.equal(again.query.get("resourceVersion"), "20");
    again.open();
    again.send("MODIFIED", node("w-1", "21", "False"));
    assert.deepEqual(await told.next(), [facts("w-1", false)]);
    assert.deepEqual(backoffs, []);
  });

  it("tells that it is disconnected and why, waits longer each time, and tells the nodes again", async () => {
    const request = await connect(node("w-1", "9", "True"));
    request.cut();
    await disconnects(/^disconnected: .+/);
    (await server.next()).cut();
    (await server.next()).refuse(503, "starting");
    (await server.next()).open();
    assert.equal(await told.next(), "connected");
    assert.deepEqual(await told.next(), [facts("w-1", true)]);
    assert.deepEqual(backoffs, [1, 2, 3]);
  });

  it("does not speak of a connection that broke after it had served, when the next one is there at once", async () => {
    const request = await connect(node("w-1", "9", "True"));
    request.send("MODIFIED", node("w-1", "11", "False"));
    assert.deepEqual(await told.next(), [facts("w-1", false)]);
    request.cut();
    const again = await server.next();
    assert.equal(again.query.get("resourceVersion"), "11");
    again.open();
    again.send("MODIFIED", node("w-1", "12", "True"));
    assert.deepEqual(await told.next(), [facts("w-1", true)]);
    assert.deepEqual(backoffs, []);
  });

  it("lists anew when the server no longer knows the place, whichever way it says so", async () => {
    const request = await connect(node("w-1", "9", "True"), node("gone", "9", "True"));
    request.send("ERROR", { kind: "Status", code: 410, message: "too old resource version" });
    await request.closed;
    const list = await server.next();
    assert.equal(list.isWatch, false);
    list.list("30", node("w-1", "29", "True"));
    const second = await server.next();
    assert.equal(second.query.get("resourceVersion"), "30");
    second.open();
    assert.deepEqual(await told.next(), [facts("w-1", true)]);
    second.send("MODIFIED", node("w-1", "31", "True"));
    second.end();
    (await server.next()).refuse(410, "Gone");
    const third = await server.next();
    assert.equal(third.isWatch, false);
    third.list("40", node("w-1", "39", "False"));
    (await server.next()).open();
    assert.deepEqual(await told.next(), [facts("w-1", false)]);
  });

  it("says what the API server answered when it refuses", async () => {
    start();
    (await server.next()).refuse(403, 'nodes is forbidden: User "x" cannot list');
    assert.equal(await told.next(), 'disconnected: HTTP 403: nodes is forbidden: User "x" cannot list');
    (await server.next()).list("1");
    (await server.next()).open();
    assert.equal(await told.next(), "connected");
    assert.deepEqual(await told.next(), []);
  });

  it("says that nobody listens, and finds the cluster where a changed kubeconfig says", async () => {
    await server.close();
    start();
    await disconnects(/^disconnected: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    server = await fakeApiServer();
    await writeFile(join(dir, "config"), server.kubeconfig);
    (await server.next()).list("1");
    (await server.next()).open();
    assert.equal(await told.next(), "connected");
  });

  it("says that the kubeconfig has no such context, and never quotes it", async () => {
    start("other");
    await disconnects(/config has no context other/);
    await writeFile(join(dir, "config"), "users: [SECRET\n");
    watch?.dispose();
    start();
    await disconnects(/config is no valid kubeconfig$/);
  });

  it("ends its connection when disposed, in whatever state, and tells nothing more", async () => {
    const open = await connect(node("w-1", "9", "True"));
    watch?.dispose();
    await open.closed;
    start();
    const listing = await server.next();
    watch?.dispose();
    await listing.closed;
    start();
    (await server.next()).list("1");
    const starting = await server.next();
    watch?.dispose();
    await starting.closed;
    assert.deepEqual(told.unread, []);
    assert.equal(server.waiting, 0);
  });

  it("trusts the certificate authority of the kubeconfig, and no other", async function () {
    const argv = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    const names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"];
    const [key, cert, other] = [join(dir, "key"), join(dir, "cert"), join(dir, "other")];
    try {
      execFileSync("openssl", [...argv, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
      execFileSync("openssl", [...argv, ...names, "-keyout", join(dir, "k"), "-out", other], {
        stdio: "ignore",
      });
    } catch {
      this.skip();
    }
    await server.close();
    const [keyText, certText, otherText] = await Promise.all(
      [key, cert, other].map((path) => readFile(path, "utf8")),
    );
    server = await fakeApiServer({ key: keyText ?? "", cert: certText ?? "" });
    const base64 = (pem = ""): string => Buffer.from(pem).toString("base64");
    await writeFile(join(dir, "config"), server.kubeconfig.replace(base64(certText), base64(otherText)));
    start();
    await disconnects(/^disconnected: .*self-signed certificate/);
    await writeFile(join(dir, "config"), server.kubeconfig);
    (await server.next()).list("1", node("w-1", "9", "True"));
    (await server.next()).open();
    assert.equal(await told.next(), "connected");
    assert.deepEqual(await told.next(), [facts("w-1", true)]);
  });
});
