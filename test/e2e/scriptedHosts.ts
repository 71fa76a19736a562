import type { AuthContext, ServerChannel } from "ssh2";
import { MARK } from "../../src/core/shell/script.ts";
import { startMemoryServer, type MemoryServer } from "../contract/support/memoryServer.ts";
import { printedFacts } from "../unit/facts/factsOf.ts";

/** A host that only pretends: it answers over real SSH, and runs nothing of what it is told to. */
export interface ScriptedHost {
  /** What it says about itself: the name of a file in test/fixtures/facts, or what its facts script prints. */
  readonly facts: string;
  /** Told of each script that it has answered. */
  readonly onAnswered?: () => void;
  /** The only thing that it lets in; without it, any key. */
  readonly password?: string;
  /** What it prints for a command line that contains `command`, and how that ends. All others succeed silently. */
  readonly answers?: readonly {
    readonly command: string;
    readonly output: string;
    readonly exitCode: number;
  }[];
}

/** Starts it on a loopback port. */
export async function startScriptedHost(host: ScriptedHost): Promise<MemoryServer> {
  return startMemoryServer({
    authenticate: (context) => {
      authenticate(context, host.password);
    },
    exec: (channel, command) => {
      const launchNonce = /printf "%s ready %s\\n" (\w+)/.exec(command)?.[1] ?? "";
      let script = "";
      channel.on("data", (chunk: Buffer) => (script += chunk.toString()));
      channel.on("end", () => {
        answer(channel, script, host);
      });
      channel.write(`${launchNonce} ready 4242\n`);
    },
  });
}

function authenticate(context: AuthContext, password: string | undefined): void {
  const isWelcome =
    password === undefined
      ? context.method === "publickey"
      : context.method === "password" && context.password === password;
  if (isWelcome) {
    context.accept();
  } else {
    context.reject([password === undefined ? "publickey" : "password"]);
  }
}

/** Takes the rendered script apart by its marks, as renderScript puts them. */
function answer(
  channel: ServerChannel,
  script: string,
  { facts, answers = [], onAnswered }: ScriptedHost,
): void {
  const nonce = /\\036(\w+) %s/.exec(script)?.[1] ?? "";
  const mark = (words: string): boolean => channel.write(`${MARK}${nonce} ${words}\n`);
  let exitCode = 0;
  for (const [, index = "", command = ""] of script.matchAll(/^mark begin (\d+)\n([^]*?)\nrc=\$\?$/gm)) {
    if (exitCode === 0) {
      const found = answers.find((candidate) => command.includes(candidate.command));
      exitCode = found?.exitCode ?? 0;
      mark(`begin ${index}`);
      channel.write(found?.output ?? "");
      mark(`end ${index} ${exitCode}`);
    }
  }
  if (script.includes("\nmark facts ")) {
    mark(`clock ${Date.now() / 1000}`);
    mark(`facts ${Buffer.from(facts.includes("=") ? facts : printedFacts(facts)).toString("base64")}`);
  }
  mark(`done ${exitCode}`);
  channel.exit(exitCode);
  channel.end();
  onAnswered?.();
}

/** A host as a spec has it. */
export interface SpecHost {
  readonly name: string;
  readonly role: "control-plane" | "worker";
  /** undefined: nothing answers at its address. */
  readonly scripted?: ScriptedHost;
}

/** A port on which nothing listens. */
const closedPort = 1;

/** Hosts that run, and the spec that names them. */
export interface ScriptedSpec {
  readonly text: string;
  readonly servers: readonly MemoryServer[];
  readonly stop: () => Promise<void>;
}

/** Starts the hosts. Those without a password are reached with the key. */
export async function startScriptedSpec(
  name: string,
  hosts: readonly SpecHost[],
  identityFile: string,
): Promise<ScriptedSpec> {
  const started = await Promise.all(
    hosts.map(async (host) => ({
      ...host,
      server: host.scripted && (await startScriptedHost(host.scripted)),
    })),
  );
  const servers = started.flatMap(({ server }) => server ?? []);
  const lines = started.map(
    ({ name: host, role, scripted, server }) => `    - name: ${host}
      role: ${role}
      ssh:
        address: 127.0.0.1
        port: ${server?.port ?? closedPort}
${scripted?.password === undefined ? `        identityFile: ${identityFile}\n` : ""}`,
  );
  return {
    text: `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: ${name}
spec:
  kubernetesVersion: "1.36"
  controlPlaneEndpoint: 10.0.0.11:6443
  hosts:
${lines.join("")}`,
    servers,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
