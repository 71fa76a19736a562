import { Cancelled } from "../../../src/core/errors.ts";
import type { RunEvent } from "../../../src/core/run/events.ts";
import type { Action, KubeconfigFacts, Phase } from "../../../src/core/run/phase.ts";
import type { RunRequest } from "../../../src/core/run/runner.ts";
import type { HostSession } from "../../../src/core/run/session.ts";
import { MARK } from "../../../src/core/shell/script.ts";
import { reveal } from "../../../src/core/shell/secret.ts";
import { run } from "../../../src/core/shell/step.ts";
import { specOf, specText } from "../spec/specText.ts";

export const nonce = "testnonce0123456789";

/** What a host does for one command. */
export interface Answer {
  readonly output?: string;
  readonly exitCode?: number;
  /** Standard output of a command that teaches the run something. */
  readonly learned?: string;
  /** It does not do what it was told to, although it exits with 0. */
  readonly isUseless?: boolean;
  /** The command does not end before this. */
  readonly until?: Promise<unknown>;
  /** The session breaks down with this. */
  readonly error?: Error;
}

export interface FakeHost {
  readonly name: string;
  /** Names of the things that were done on it: `do NAME` does one. They are its facts. */
  readonly done: Set<string>;
  /** Command lines in order, as rendered, with their input. */
  readonly commands: string[];
  /** Lines that its facts script prints besides. */
  readonly facts: string[];
  execs: number;
}

export interface FakeWorld {
  readonly hosts: Readonly<Record<string, FakeHost>>;
  readonly openSession: RunRequest["openSession"];
  /** "host: command" of all hosts in the order in which they were started. */
  readonly log: readonly string[];
}

/** Hosts that take a rendered script apart by its marks and answer as a shell would, without one. */
export function fakeHosts(
  names: readonly string[],
  answer: (host: FakeHost, command: string) => Answer | undefined = () => undefined,
): FakeWorld {
  const log: string[] = [];
  const hosts = Object.fromEntries(
    names.map((name): [string, FakeHost] => [
      name,
      { name, done: new Set(), commands: [], facts: [`system.hostname=${name}`], execs: 0 },
    ]),
  );

  async function runScript(host: FakeHost, script: string, say: (text: string) => void): Promise<number> {
    const mark = (line: string): void => say(`${MARK}${nonce} ${line}\n`);
    let rc = 0;
    for (const [, index = "", call = ""] of script.matchAll(/^mark begin (\d+)\n([^]*?)\nrc=\$\?$/gm)) {
      if (rc !== 0) {
        continue;
      }
      const learns = call.startsWith("value=$(");
      const command = call.replace(/^value=\$\(/, "").replace(/ < \/dev\/null\n\)$| < \/dev\/null$/, "");
      host.commands.push(command);
      log.push(`${host.name}: ${command}`);
      mark(`begin ${index}`);
      const { output = "", exitCode = 0, learned, isUseless, until, error } = answer(host, command) ?? {};
      await until;
      say(output);
      if (error !== undefined) {
        throw error;
      }
      rc = exitCode;
      const [, thing] = /^do (\S+)$/.exec(command) ?? [];
      if (thing !== undefined && rc === 0 && isUseless !== true) {
        host.done.add(thing);
      }
      if (learns && rc === 0) {
        mark(`learned ${index} ${base64(learned ?? "")}`);
      }
      mark(`end ${index} ${rc}`);
    }
    if (script.includes("\nmark facts ")) {
      mark("clock 1000");
      const done = [...host.done].map((name) => `kubernetes.state.${name}:${base64("done\n")}`);
      mark(`facts ${base64([...host.facts, ...done].join("\n"))}`);
    }
    mark(`done ${rc}`);
    return rc;
  }

  const session = (host: FakeHost): HostSession => ({
    host: host.name,
    async run(script, { onOutput, signal } = {}) {
      host.execs++;
      const cancelled = new Promise<never>((_, reject) => {
        signal?.addEventListener("abort", () => reject(new Cancelled()));
      });
      cancelled.catch(() => undefined);
      const say = (text: string): void => {
        if (signal?.aborted !== true) {
          onOutput?.(text);
        }
      };
      // Asynchronous even when nothing is waited for, as a network is.
      await Promise.race([cancelled, Promise.resolve()]);
      return { exitCode: await Promise.race([cancelled, runScript(host, reveal(script), say)]) };
    },
  });

  return {
    hosts,
    log,
    async openSession(name, signal) {
      const host = hosts[name];
      if (host === undefined) {
        throw new Error(`the test has no host ${name}`);
      }
      if (signal?.aborted === true) {
        throw new Cancelled();
      }
      return Promise.resolve(session(host));
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export const spec = specOf(
  specText({
    hosts:
      "[{name: cp-1, role: control-plane}, {name: cp-2, role: control-plane}, {name: w-1, role: worker}, {name: w-2, role: worker}]",
  }),
);
export const hostNames = spec.hosts.map(({ name }) => name);

/** A phase whose things are missing until `do THING` was run: one action a thing, THING being its id. */
export function phaseOfThings(
  id: Phase["id"],
  things: readonly string[] = [id],
  more: Partial<Phase> = {},
): Phase {
  return {
    id,
    title: `Title of ${id}`,
    explains: "",
    sections: ["kubernetes"],
    order: "parallel",
    hosts: ({ hosts }) => hosts,
    actions: (_host, { kubernetes }) => things.filter((thing) => !(thing in kubernetes.state)).map(actionFor),
    ...more,
  };
}

export function actionFor(thing: string): Action {
  return { id: thing, summary: `Do ${thing}`, steps: [run("do", thing)] };
}

export interface Recorded {
  readonly events: RunEvent[];
  /** Lines such as "host-finished w-1 swap failed". */
  readonly lines: () => readonly string[];
}

/** A request for all hosts and these phases; `recorded` gets what it emits. */
export function requestFor(
  world: FakeWorld,
  phases: readonly Phase[],
  more: Partial<RunRequest> = {},
): { readonly request: RunRequest; readonly recorded: Recorded } {
  const events: RunEvent[] = [];
  let now = 1_000_000;
  let kubeconfig: KubeconfigFacts = { path: "/home/me/.kube/config" };
  const request: RunRequest = {
    id: "run-1",
    spec,
    specPath: "cluster.yaml",
    scope: { phases },
    localFiles: {},
    openSession: world.openSession,
    kubeconfig: {
      facts: () => Promise.resolve(kubeconfig),
      merge: (effect) => {
        kubeconfig = { ...kubeconfig, entry: { adminConfDigest: effect.adminConfDigest } };
        return Promise.resolve({ path: kubeconfig.path, context: effect.name });
      },
    },
    surroundings: { now: () => now++, nonce: () => nonce },
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    ...more,
  };
  const lines = (): readonly string[] => events.map(describe).filter((line) => line !== "");
  return { request, recorded: { events, lines } };
}

function describe(event: RunEvent): string {
  switch (event.kind) {
    case "phase-started":
      return `${event.phase} started on ${event.hosts.join(" ")}`;
    case "phase-finished":
      return `${event.phase} ${event.outcome}`;
    case "host-finished":
      return `${event.phase} ${event.outcome} on ${event.host}`;
    case "host-lost":
      return `lost ${event.host}: ${event.failure.code}`;
    case "run-finished":
      return `run ${event.outcome}`;
    default:
      return "";
  }
}

/** A promise and what settles it. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
