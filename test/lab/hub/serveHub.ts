// Entry point of the hub's process, run inside the lab's switch namespace: DNS, HTTP and HTTPS on the lab's
// first address, answering the addresses that a real installation uses.
import { appendFileSync, createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { labSubnet } from "../hosts/subnet.ts";
import { readLabState } from "../labState.ts";
import { labPaths } from "../machine/paths.ts";
import { answerRequest } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { serveDns } from "./dns.ts";
import { servedHosts } from "./servedTree.ts";

const labName = process.argv[2];
if (labName === undefined) throw new TypeError("serveHub.ts LAB");
const paths = labPaths(labName);
const lab = await readLabState(paths);
const address = labSubnet(lab.subnetNumber).hub;
const hosts = servedHosts(lab.servedTrees);

/** Names that tests made unreachable; read anew each time, so that `block` needs no restart. */
function blockedHosts(): Set<string> {
  try {
    return new Set(readFileSync(paths.blocked, "utf8").split("\n"));
  } catch {
    return new Set(); // no such file: nothing is blocked
  }
}

function log(entry: Readonly<Record<string, string | number | undefined>>): void {
  appendFileSync(paths.requestLog, JSON.stringify({ time: new Date().toISOString(), ...entry }) + "\n");
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  const path = decodeURIComponent((request.url ?? "/").replace(/[?#].*$/, ""));
  const answer: Answer = blockedHosts().has(host)
    ? { kind: "text", status: 503, text: "blocked by this lab\n" }
    : answerRequest(lab.servedTrees, host, path);
  const withBody = request.method !== "HEAD";
  if (answer.kind === "text") {
    response.writeHead(answer.status, {
      "Content-Type": answer.type ?? "text/plain",
      "Content-Length": Buffer.byteLength(answer.text),
    });
    response.end(withBody ? answer.text : undefined);
  } else {
    await sendFile(request, response, answer, withBody);
  }
  log({
    client: request.socket.remoteAddress,
    host,
    method: request.method,
    path,
    status: response.statusCode,
  });
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Extract<Answer, { kind: "file" }>,
  withBody: boolean,
): Promise<void> {
  const { size, mtime } = statSync(answer.file);
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const start = range === null ? 0 : Number(range[1]); // apt and containerd resume so
  if (start >= size && size > 0) {
    response.writeHead(416, { "Content-Range": `bytes */${size}`, "Content-Length": 0 }).end();
    return;
  }
  response.writeHead(start === 0 ? 200 : 206, {
    "Content-Type": answer.type,
    "Content-Length": size - start,
    "Last-Modified": mtime.toUTCString(),
    "Accept-Ranges": "bytes",
    ...(start === 0 ? {} : { "Content-Range": `bytes ${start}-${size - 1}/${size}` }),
    ...answer.headers,
  });
  if (withBody) await pipeline(createReadStream(answer.file, { start }), response);
  else response.end();
}

function listener(request: IncomingMessage, response: ServerResponse): void {
  handle(request, response).catch((error: unknown) => {
    console.error(request.url, error); // a client that went away, or a bug of ours: hub.log shows it
    response.destroy();
  });
}

const isServed = (name: string): boolean => {
  const served = hosts.has(name) && !blockedHosts().has(name);
  log({ host: name, method: "DNS", status: served ? 0 : 3 });
  return served;
};
const certificate = {
  cert: readFileSync(join(paths.root, "server.crt")),
  key: readFileSync(join(paths.root, "server.key")),
};
await serveDns(address, isServed);
createServer(listener).listen(80, address);
createTlsServer(certificate, listener).listen(443, address);
console.log(`hub of ${lab.name} at ${address} serves ${[...hosts].sort().join(" ")}`);
