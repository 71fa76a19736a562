import { parseArgs } from "node:util";

/** A parsed command line of the lab. */
export type LabCommand =
  | { readonly kind: "help" }
  | {
      readonly kind: "up";
      readonly controlPlanes: number;
      readonly workers: number;
      readonly packages: string | null | undefined;
    }
  | { readonly kind: "down" | "unblock" | "build" }
  | { readonly kind: "status"; readonly json: boolean }
  | { readonly kind: "ssh"; readonly host: string; readonly user: string; readonly argv: readonly string[] }
  | { readonly kind: "exec"; readonly host: string; readonly argv: readonly string[] }
  | { readonly kind: "snapshot" | "restore"; readonly label: string }
  | { readonly kind: "block"; readonly sites: readonly string[] }
  | { readonly kind: "reset"; readonly host: string | undefined }
  | { readonly kind: "selfcheck"; readonly network: string; readonly keep: boolean };

export const usage = `usage: npm run lab -- COMMAND [--name LAB]

  up [--control-planes 1] [--workers 2] [--packages DIR | --no-packages]
                      start hub and hosts; makes what is not in the cache
  down                remove the lab, whole or broken
  status [--json]     hosts, addresses, keys; --json prints the inventory
  ssh HOST [CMD…]     log in by SSH, --user root unless told (or kube, pwuser)
  exec HOST CMD…      run a command as root past SSH
  snapshot [LABEL]    keep all hosts' disks, as after a power cut
  restore [LABEL]     put them back
  reset [HOST]        cut the power and boot
  block SITE…         make sites unreachable, such as registry.k8s.io
  unblock             make all reachable again
  build               make the cache's parts and start nothing
  selfcheck [CNI]     a whole cluster by plain ssh and kubeadm; flannel unless told;
                      --keep leaves the lab running
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Parses the arguments behind `lab.ts`. Throws UsageError. */
export function parseLabCommand(args: readonly string[]): {
  readonly name: string;
  readonly command: LabCommand;
} {
  const [kind = "help", ...rest] = args;
  // What follows a host belongs to the command that runs there, options and all.
  const takesCommand = kind === "ssh" || kind === "exec";
  const end = takesCommand ? ownArguments(rest) : rest.length;
  const { values, positionals } = parse(rest.slice(0, end));
  const [first] = positionals;
  const host = (): string => {
    if (first === undefined) throw new UsageError(`${kind}: which host?`);
    return first;
  };
  const count = (option: "control-planes" | "workers"): number => {
    const value = Number(values[option]);
    if (!Number.isInteger(value) || value < 0 || value > 50)
      throw new UsageError(`--${option}: a number from 0 to 50`);
    return value;
  };
  const argv = rest.slice(end);
  const command = (): LabCommand => {
    switch (kind) {
      case "help":
      case "--help":
        return { kind: "help" };
      case "up":
        return {
          kind,
          controlPlanes: count("control-planes"),
          workers: count("workers"),
          packages: values["no-packages"] ? null : values.packages,
        };
      case "down":
      case "unblock":
      case "build":
        return { kind };
      case "status":
        return { kind, json: values.json };
      case "ssh":
        return { kind, host: host(), user: values.user, argv };
      case "exec":
        if (argv.length === 0) throw new UsageError("exec: which command?");
        return { kind, host: host(), argv };
      case "snapshot":
      case "restore":
        return { kind, label: first ?? "default" };
      case "reset":
        return { kind, host: first };
      case "block":
        if (positionals.length === 0) throw new UsageError("block: which sites?");
        return { kind, sites: positionals };
      case "selfcheck":
        return { kind, network: first ?? "flannel", keep: values.keep };
      default:
        throw new UsageError(`${kind}: no such command`);
    }
  };
  return { name: values.name, command: command() };
}

/** How many of `args` stand before the remote command: options with their values, and the host. */
function ownArguments(args: readonly string[]): number {
  let index = 0;
  while (index < args.length) {
    const argument = args[index] ?? "";
    if (argument === "--name" || argument === "--user") index += 2;
    else if (argument.startsWith("--")) index += 1;
    else return index + 1;
  }
  return index;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string", default: "lab" },
        "control-planes": { type: "string", default: "1" },
        workers: { type: "string", default: "2" },
        packages: { type: "string" },
        "no-packages": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
        user: { type: "string", default: "root" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
