import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Lab } from "../lab/startLab.ts";
import { labSpecText, type LabSpecOptions } from "../support/labCluster.ts";
import { Workbench } from "../vscode/workbench.ts";

/** A whole bootstrap takes about a minute on an idle machine; this is for a busy one. */
const BOOTSTRAP_MS = 600_000;
const CONTEXT = "demo";

export interface ScenarioOptions {
  readonly lab: Lab;
  readonly vsix: string;
  readonly spec: Omit<LabSpecOptions, "name">;
  /** Told what has just been seen to work, in the order of the person's steps. */
  readonly onStep?: (what: string) => void;
}

/**
 * What a person does from an empty folder to a cluster, in a real VS Code, by keyboard and mouse. Each method is
 * one step: it does it, and asserts what the person would look for. They must be called in this order.
 */
export class BootstrapScenario {
  readonly workbench: Workbench;
  readonly #options: ScenarioOptions;
  readonly #folder: string;

  private constructor(workbench: Workbench, options: ScenarioOptions, folder: string) {
    this.workbench = workbench;
    this.#options = options;
    this.#folder = folder;
  }

  /** Installs the extension into a fresh VS Code with a home of its own, and opens an empty folder. */
  static async open(options: ScenarioOptions): Promise<BootstrapScenario> {
    const folder = await mkdtemp(path.join(tmpdir(), "kubeadm-scenario-"));
    const home = path.join(folder, "home");
    const workspace = path.join(folder, "demo");
    await mkdir(path.join(home, ".ssh"), { recursive: true, mode: 0o700 });
    await mkdir(workspace);
    const workbench = await Workbench.open({
      vsix: options.vsix,
      folder: workspace,
      home,
      environment: { KUBECONFIG: "", SSH_AUTH_SOCK: "" },
    });
    return new BootstrapScenario(workbench, options, folder);
  }

  /** The folder that is open in VS Code. */
  get workspace(): string {
    return path.join(this.#folder, "demo");
  }

  get kubeconfig(): string {
    return path.join(this.#folder, "home/.kube/config");
  }

  /** Step 1 and 2: an empty view invites to make a spec; the spec appears, is filled in, and the tree shows it. */
  async makeSpec(): Promise<void> {
    const { workbench } = this;
    await workbench.showViewContainer("Kubeadm");
    await workbench.page.locator(".welcome-view-content", { hasText: "New Cluster Spec" }).waitFor({ timeout: 30_000 });
    await workbench.screenshot("1-welcome");
    await workbench.runCommand("Kubeadm: New Cluster Spec");
    await workbench.editors.waitForActive("cluster.yaml", 30_000);
    await workbench.tree("Inventory").waitForRow("worker-2", "unknown");
    await workbench.screenshot("2-new-spec");
    await this.#replaceText(labSpecText(this.#options.lab, { ...this.#options.spec, name: CONTEXT }));
    for (const { name, address } of this.#options.lab.hosts) {
      await workbench.tree("Inventory").waitForRow(name, address);
    }
    this.#tell("a spec for the lab's hosts is written; the inventory shows them");
  }

  /** Step 3: each unknown host key is confirmed once, then the plan is there, and nothing was changed. */
  async plan(): Promise<void> {
    const { workbench } = this;
    await workbench.tree("Inventory").chooseFromContextMenu(CONTEXT, "Plan");
    await this.#trustHosts();
    const plan = await workbench.webview("Preview Plan for demo.md", 60_000);
    await plan.getByRole("heading", { name: "Plan for cluster demo" }).waitFor();
    await plan.getByText("kubeadm init --config").first().waitFor();
    await workbench.screenshot("3-plan");
    await workbench.notifications.press("The plan for demo is open", "Show File Changes");
    await workbench.editors.waitForActive("Files of the plan for demo", 20_000);
    await workbench.screenshot("4-plan-files");
    for (const { name } of this.#options.lab.hosts) {
      const { status } = await this.#options.lab.exec(name, ["test", "-e", "/etc/modules-load.d/k8s.conf"]);
      assert.notEqual(status, 0, `planning changed ${name}`);
      await workbench.tree("Inventory").waitForRow(name, "reachable");
    }
    this.#tell("the plan is shown, and no host was changed");
  }

  /** Step 4: the bootstrap runs after a question that says what it will do, until all nodes are Ready. */
  async bootstrap(): Promise<void> {
    const { workbench } = this;
    await this.#startBootstrap();
    await workbench.tree("Inventory").waitForRow("cp-1", "running", 60_000);
    await workbench.screenshot("6-running");
    await this.#awaitDone("Bootstrap cluster demo: done", BOOTSTRAP_MS);
    for (const { name } of this.#options.lab.hosts) {
      await workbench.tree("Inventory").waitForRow(name, "Ready", 60_000);
    }
    await workbench.screenshot("7-ready");
    this.#tell("the cluster is bootstrapped and every node is Ready");
  }

  /** Cancelling from the notification stops at once; what was done stays, and the next run goes on from there. */
  async cancelRun(): Promise<void> {
    const { workbench } = this;
    await this.#startBootstrap();
    await workbench.notifications.press("Bootstrap cluster demo: Container runtime", "Cancel");
    await workbench.notifications.read("Bootstrap cluster demo: cancelled", 30_000);
    await workbench.notifications.dismiss("Bootstrap cluster demo: cancelled");
    for (const { name } of this.#options.lab.hosts) {
      await this.#assertNoProcess(name, "apt-get");
    }
    this.#tell("a run was cancelled, and nothing of it goes on on the hosts");
  }

  /** Ctrl+C in a host's terminal ends that host's part; the others finish the phase, and no further one starts. */
  async interruptHost(host: string): Promise<void> {
    const { workbench } = this;
    await this.#startBootstrap();
    await workbench.tree("Inventory").waitForRow(host, "running Container runtime", 60_000);
    await workbench.terminals.show(host);
    await workbench.terminals.press("Control+C");
    await workbench.notifications.read("Bootstrap cluster demo: cancelled", 120_000);
    await workbench.notifications.dismiss("Bootstrap cluster demo: cancelled");
    await workbench.terminals.waitForText("Container runtime: cancelled");
    await this.#assertNoProcess(host, "apt-get");
    this.#tell(`Ctrl+C in the terminal of ${host} ended its part`);
  }

  /** Every command is in the host's terminal with its decoration. */
  async readTerminals(): Promise<void> {
    const { terminals } = this.workbench;
    await terminals.show("cp-1");
    await terminals.waitForText("Smoke test");
    await terminals.waitForDecorations("success", 1);
    assert.ok(!(await terminals.decorations()).includes("error"));
    await this.workbench.screenshot("8-terminal");
    this.#tell("each command has its success in the host's terminal");
  }

  /** Step 6: the kubeconfig has the cluster, its current context changes only on request. */
  async useKubeconfig(): Promise<void> {
    const text = await readFile(this.kubeconfig, "utf8");
    assert.match(text, new RegExp(`name: ${CONTEXT}\\b`));
    await this.workbench.tree("Inventory").chooseFromContextMenu(CONTEXT, "Reveal Kubeconfig");
    await this.workbench.editors.waitForActive("config", 20_000);
    this.#tell("admin.conf is merged into the kubeconfig as context demo");
  }

  /** Step 5: a worker is reset after its name was typed, and joined again from its context menu. */
  async resetAndJoin(host: string): Promise<void> {
    const { workbench } = this;
    const tree = workbench.tree("Inventory");
    await tree.chooseFromContextMenu(host, "Reset Node...");
    await workbench.quickInput.answer("This destroys", host);
    await this.#awaitDone(`Reset ${host}: done`, 180_000);
    await tree.waitForRow(host, "prepared", 60_000);
    await tree.chooseFromContextMenu(host, "Join Node");
    await workbench.dialog.press("Join");
    await this.#awaitDone(`Join ${host} to demo: done`, 240_000);
    await tree.waitForRow(host, "Ready", 120_000);
    this.#tell(`${host} was reset and joined again`);
  }

  /** An interactive shell on a host. */
  async openShell(host: string): Promise<void> {
    const { workbench } = this;
    await workbench.tree("Inventory").chooseFromContextMenu(host, "Open SSH Terminal");
    await workbench.terminals.show(`ssh ${host}`);
    await workbench.terminals.waitForText(`@${host}`, 20_000);
    await workbench.terminals.type("echo $((40+2))-answers\n");
    await workbench.terminals.waitForText("42-answers");
    this.#tell(`a shell on ${host} answers`);
  }

  /** Step 7: once more there is nothing to do. */
  async bootstrapAgain(): Promise<void> {
    await this.workbench.runCommand("Kubeadm: Bootstrap Cluster");
    await this.workbench.notifications.read("nothing to do", 60_000);
    this.#tell("bootstrapping again has nothing to do");
  }

  /** A new window knows the cluster from the kubeconfig, and follows its nodes without asking any host. */
  async reload(): Promise<void> {
    const { workbench } = this;
    await workbench.reload();
    await workbench.showViewContainer("Kubeadm");
    for (const { name } of this.#options.lab.hosts) {
      await workbench.tree("Inventory").waitForRow(name, "Ready", 60_000);
    }
    this.#tell("a reloaded window shows the nodes as Ready");
  }

  async dispose(): Promise<void> {
    await this.workbench.dispose();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One dialog a host, each with the fingerprint that the lab knows to be the host's. */
  async #trustHosts(): Promise<void> {
    const known = new Set(this.#options.lab.hosts.flatMap(({ hostKeys }) => hostKeys.map(({ fingerprint }) => fingerprint)));
    for (let asked = 0; asked < this.#options.lab.hosts.length; asked++) {
      const { message, detail } = await this.workbench.dialog.read();
      assert.match(message, /Is this really/);
      const fingerprint = /SHA256:[\w+/]+/.exec(detail)?.[0] ?? "none";
      assert.ok(known.has(fingerprint), `the dialog shows ${fingerprint}, which is no host's`);
      await this.workbench.dialog.press("Trust and Remember");
    }
  }

  /** Runs one phase from the palette; on a cluster that is as it should be, it has nothing to do. */
  async runPhase(title: string): Promise<void> {
    await this.workbench.runCommand("Kubeadm: Run Phase...");
    await this.workbench.quickInput.pick(title);
    await this.workbench.notifications.read(`${title} on demo: nothing to do`, 60_000);
    this.#tell(`the phase ${title} alone has nothing to do`);
  }

  async #startBootstrap(): Promise<void> {
    const { workbench } = this;
    await workbench.tree("Inventory").chooseFromContextMenu(CONTEXT, "Bootstrap Cluster");
    const { message, detail } = await workbench.dialog.read();
    assert.match(message, /Bootstrap cluster demo/);
    assert.match(detail, /Control plane: cp-1/);
    await workbench.screenshot("5-question");
    await workbench.dialog.press("Bootstrap");
  }

  async #assertNoProcess(host: string, name: string): Promise<void> {
    const { stdout } = await this.#options.lab.exec(host, ["sh", "-c", "cat /proc/[0-9]*/comm"]);
    assert.ok(!stdout.split("\n").includes(name), `${name} still runs on ${host}`);
  }

  /** Waits for the notification of success; one of an error ends the waiting with its text. */
  async #awaitDone(text: string, timeoutMs: number): Promise<void> {
    const { page, notifications } = this.workbench;
    const error = page.locator(".notifications-toasts .notification-list-item:has(.codicon-error)").first();
    const failed = error.waitFor({ timeout: timeoutMs }).then(async () => {
      throw new Error(`instead of "${text}": ${await error.innerText()}`);
    });
    await Promise.race([notifications.read(text, timeoutMs), failed]);
    failed.catch(() => "it was awaited in vain, as it should be");
  }

  async #replaceText(text: string): Promise<void> {
    const { page } = this.workbench;
    await page.locator(".editor-instance .monaco-editor .view-line").first().click();
    await page.keyboard.press("Control+A");
    // Pasted, as typing would be indented by the editor.
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press("Control+V");
    await page.keyboard.press("Control+S");
    await page.locator(".tab.active:not(.dirty)").waitFor();
  }

  #tell(what: string): void {
    this.#options.onStep?.(what);
  }
}
