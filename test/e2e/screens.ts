/**
 * Makes pictures of the extension's screens in every kind of theme, for looking at: out/screenshots/screen-*.png.
 * It needs no lab: the hosts only pretend.
 *
 *     node test/e2e/screens.ts [--vsix FILE]
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import ssh2 from "ssh2";
import { Workbench, type ThemeName } from "../vscode/workbench.ts";
import { printedFacts } from "../unit/facts/factsOf.ts";
import { packageExtension } from "./packageExtension.ts";
import { startScriptedSpec, type SpecHost } from "./scriptedHosts.ts";

const themes: readonly ThemeName[] = [
  "dark modern",
  "light modern",
  "high contrast dark",
  "high contrast light",
];

/** Whatever the theme is, a spec that is wrong in two ways. */
const brokenSpec = `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: staging
spec:
  kubernetesVersion: 1.36
  hosts:
    - name: cp-1
      role: master
`;

/** One cluster whose hosts are in different states. */
const production: readonly SpecHost[] = [
  { name: "cp-1", role: "control-plane", scripted: { facts: "controlPlane" } },
  { name: "worker-1", role: "worker", scripted: { facts: "joinedWorker" } },
  { name: "worker-2", role: "worker", scripted: { facts: "debian12" } },
  { name: "worker-3", role: "worker" },
];

/** One on which a bootstrap begins well and fails. */
const fresh: readonly SpecHost[] = [
  {
    name: "lab-1",
    role: "control-plane",
    scripted: {
      facts: printedFacts("debian12").replace(/^swap\..*\n/gm, ""),
      password: "open sesame",
      answers: [
        {
          command: "modprobe",
          // Without an end of line, as some programs stop.
          output:
            "\u001b[33mWarning:\u001b[0m old modules\nmodprobe: FATAL: Module br_netfilter not found in directory /lib/modules/6.1",
          exitCode: 1,
        },
      ],
    },
  },
];

const { values } = parseArgs({ options: { vsix: { type: "string" } } });
await using cleanup = new AsyncDisposableStack();
const folder = await mkdtemp(path.join(tmpdir(), "kubeadm-screens-"));
cleanup.defer(() => rm(folder, { recursive: true, force: true }));
const home = path.join(folder, "home");
const empty = path.join(folder, "empty");
const work = path.join(folder, "work");
await mkdir(path.join(home, ".ssh"), { recursive: true, mode: 0o700 });
await Promise.all([mkdir(empty), mkdir(work)]);
const identityFile = path.join(home, ".ssh/id_ed25519");
await writeFile(identityFile, ssh2.utils.generateKeyPairSync("ed25519").private, { mode: 0o600 });
await writeFile(path.join(work, "production.cluster.yaml"), await specText("production", production));
await writeFile(path.join(work, "lab.cluster.yaml"), await specText("lab", fresh));
await writeFile(path.join(work, "staging.cluster.yaml"), brokenSpec);

const workbench = await Workbench.open({
  vsix: values.vsix ?? packageExtension(),
  folder: empty,
  home,
  environment: { KUBECONFIG: "", SSH_AUTH_SOCK: "" },
});
cleanup.defer(() => workbench.dispose());
const tree = workbench.tree("Inventory");
try {
  await welcome();
  await workbench.openFolder(work);
  await workbench.showViewContainer("Kubeadm");
  await tree.waitForRow("worker-3", "unknown");
  await shoot("unknown");
  await lookAtHosts();
  await failAtRun();
  for (const theme of themes) {
    await workbench.setTheme(theme);
    await statesIn(theme);
  }
} catch (error) {
  await workbench.screenshot("screen-failed");
  throw error;
}

async function welcome(): Promise<void> {
  await workbench.showViewContainer("Kubeadm");
  await workbench.page
    .locator(".welcome-view-content", { hasText: "New Cluster Spec" })
    .waitFor({ timeout: 30_000 });
  for (const theme of themes) {
    await workbench.setTheme(theme);
    await shoot(`welcome ${theme}`);
  }
}

/** Host keys, the failure of a host that does not answer, a password that is wrong at first. */
async function lookAtHosts(): Promise<void> {
  await tree.chooseFromContextMenu("production", "Refresh");
  const answering = production.filter(({ scripted }) => scripted !== undefined);
  for (const { name } of answering) {
    await workbench.dialog.read();
    await shoot(`host key of ${name}`);
    await workbench.dialog.press("Trust and Remember");
  }
  await tree.waitForRow("worker-1", "NotReady");
  await workbench.notifications.read("worker-3");
  await shoot("unreachable");

  await tree.chooseFromContextMenu("lab", "Refresh");
  await workbench.dialog.press("Trust and Remember");
  await workbench.quickInput.read("Password of root on lab-1");
  await workbench.quickInput.type("wrong");
  await workbench.page.keyboard.press("Enter");
  await workbench.quickInput.read("That was wrong");
  await shoot("password again");
  await workbench.quickInput.answer("That was wrong", "open sesame");
  await tree.waitForRow("lab-1", "reachable");
}

async function failAtRun(): Promise<void> {
  await tree.chooseFromContextMenu("lab", "Plan");
  await workbench.webview("Preview Plan for lab.md", 60_000);
  await tree.chooseFromContextMenu("lab", "Bootstrap Cluster");
  await workbench.dialog.read();
  await shoot("question");
  await workbench.dialog.press("Show Plan");
  await workbench.notifications.read("The plan for lab is open");
  await shoot("plan and bootstrap");
  await workbench.notifications.press("The plan for lab is open", "Bootstrap");
  await tree.waitForRow("lab-1", "failed");
  await workbench.notifications.read("lab-1");
}

async function statesIn(theme: ThemeName): Promise<void> {
  const plan = await workbench.webview("Preview Plan for lab.md");
  await plan.getByRole("heading", { name: "Plan for cluster lab" }).waitFor();
  for (const name of ["cp-1", "worker-3", "lab-1"]) {
    await tree.row(name).hover();
    const tooltip = workbench.page.locator(".workbench-hover:visible, .monaco-hover:visible");
    await tooltip
      .filter({ hasText: `${name} —` })
      .first()
      .waitFor();
    await shoot(`${name} ${theme}`);
    await workbench.page.mouse.move(700, 5);
  }
}

async function shoot(name: string): Promise<void> {
  console.log(await workbench.screenshot(`screen-${name.replaceAll(" ", "-")}`));
}

/** Starts the hosts; they end with everything else. */
async function specText(name: string, hosts: readonly SpecHost[]): Promise<string> {
  const { text, stop } = await startScriptedSpec(name, hosts, identityFile);
  cleanup.defer(stop);
  return text;
}
