/**
 * Runs VS Code's server and outlives whoever started it just long enough to clean up. The caller spawns this file
 * as the leader of a process group and holds the other end of its standard input; when that end closes, because the
 * caller is done or was killed outright, the whole group ends and the data directory goes.
 *
 *     node serverGuard.ts <data directory to remove> <node> <server-main.js> [arguments]
 */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";

const [dataDirectory, node, ...serverArguments] = process.argv.slice(2);
if (dataDirectory === undefined || node === undefined) throw new Error("serverGuard.ts needs its arguments.");

const gracePeriodMs = 2000;
const server = spawn(node, serverArguments, { stdio: ["ignore", "inherit", "inherit"] });

const signalGroup = (signal: NodeJS.Signals): void => {
  process.kill(-process.pid, signal);
};

const cleanUp = async (): Promise<void> => {
  await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  signalGroup("SIGKILL"); // takes what ignored SIGTERM, and this process itself
};

process.on("SIGTERM", () => undefined); // the group's signal reaches this process too, and must not end it
process.on("SIGINT", () => undefined); // Ctrl+C is the caller's to handle
server.on("exit", () => void cleanUp());
server.on("error", () => void cleanUp());
process.stdin.resume().on("close", () => {
  signalGroup("SIGTERM");
  setTimeout(() => void cleanUp(), gracePeriodMs);
});
