// Command line of the lab: npm run lab -- up, see cli.ts.
import { spawn } from "node:child_process";
import { parseLabCommand, usage, UsageError } from "./cli.ts";
import type { LabCommand } from "./cli.ts";
import { NoSuchLab } from "./labState.ts";
import { baseRoot } from "./hosts/baseRoot.ts";
import { labKeys } from "./machine/keys.ts";
import { lineProgress } from "./machine/progress.ts";
import { LabUnavailable, requireMachine } from "./machine/requirements.ts";
import { servedTrees } from "./packages/servedTrees.ts";
import { openLab, startLab, stopLab } from "./startLab.ts";
import type { Lab } from "./startLab.ts";

const progress = lineProgress((line) => console.error(line));

/** The exit status. */
async function perform(name: string, command: LabCommand): Promise<number> {
  switch (command.kind) {
    case "help":
      process.stdout.write(usage);
      return 0;
    case "up":
      describe(await startLab({ ...command, name, progress }));
      return 0;
    case "down":
      await progress.step(`Lab ${name} removed`, () => stopLab(name));
      return 0;
    case "status": {
      const lab = await openLab(name);
      if (command.json)
        console.log(JSON.stringify(lab, undefined, 2)); // functions have no JSON form
      else describe(lab);
      return 0;
    }
    case "ssh":
      return ssh(await openLab(name), command);
    case "exec": {
      const result = await (await openLab(name)).exec(command.host, command.argv, { show: true });
      return result.status ?? 1;
    }
    case "snapshot":
      await progress.step(`Snapshot ${command.label}`, async () =>
        (await openLab(name)).snapshot(command.label),
      );
      return 0;
    case "restore":
      await progress.step(`Restored ${command.label}`, async () =>
        (await openLab(name)).restore(command.label),
      );
      return 0;
    case "reset":
      await progress.step("Booted", async () => (await openLab(name)).reset(command.host));
      return 0;
    case "block":
      await (await openLab(name)).block(command.sites);
      return 0;
    case "unblock":
      await (await openLab(name)).block([]);
      return 0;
    case "build": {
      await requireMachine(progress);
      const keys = await labKeys();
      await servedTrees({ packages: undefined, baseRoot: await baseRoot(keys, progress), keys, progress });
      return 0;
    }
    case "selfcheck": {
      const { selfcheck } = await import("./selfcheck.ts");
      await selfcheck({ ...command, name, progress });
      return 0;
    }
  }
}

function describe(lab: Lab): void {
  for (const host of lab.hosts)
    console.log(`${host.name.padEnd(12)} ${host.address.padEnd(14)} ${host.role}`);
  console.log(`hub          ${lab.hubAddress}`);
  console.log(
    `\nssh -i ${lab.sshKey} -o UserKnownHostsFile=${lab.knownHosts} kube@${lab.hosts[0]?.address ?? "HOST"}`,
  );
}

/** OpenSSH with the lab's key and host keys, on this terminal. */
function ssh(lab: Lab, command: Extract<LabCommand, { kind: "ssh" }>): Promise<number> {
  const host = lab.hosts.find((candidate) => candidate.name === command.host);
  if (host === undefined) throw new UsageError(`lab ${lab.name} has no host ${command.host}`);
  const options = [
    "-i",
    lab.sshKey,
    "-o",
    `UserKnownHostsFile=${lab.knownHosts}`,
    "-o",
    "IdentitiesOnly=yes",
  ];
  const child = spawn("ssh", [...options, `${command.user}@${host.address}`, ...command.argv], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
}

try {
  const { name, command } = parseLabCommand(process.argv.slice(2));
  process.exitCode = await perform(name, command);
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else if (error instanceof LabUnavailable || error instanceof NoSuchLab) console.error(error.message);
  else console.error(error);
  process.exitCode = 1;
}
