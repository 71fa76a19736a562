import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Workbench } from "../vscode/workbench.ts";
import { packageExtension } from "./packageExtension.ts";
import { startScriptedSpec, type ScriptedSpec } from "./scriptedHosts.ts";

const passwords = { "cp-1": "first password", "w-1": "second password" };

/** What a person is asked while connecting; the hosts only pretend, so it needs no lab. */
describe("A person whose hosts want passwords", function () {
  this.timeout(120_000);
  this.bail(true);
  let folder: string;
  let workbench: Workbench;
  let hosts: ScriptedSpec;
  let answered = 0;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "kubeadm-questions-"));
    const onAnswered = (): void => {
      answered++;
    };
    const home = path.join(folder, "home");
    const workspace = path.join(folder, "work");
    await mkdir(path.join(home, ".ssh"), { recursive: true, mode: 0o700 });
    await mkdir(workspace);
    hosts = await startScriptedSpec(
      "lab",
      [
        {
          name: "cp-1",
          role: "control-plane",
          scripted: { facts: "debian12", password: passwords["cp-1"], onAnswered },
        },
        {
          name: "w-1",
          role: "worker",
          scripted: { facts: "debian12", password: passwords["w-1"], onAnswered },
        },
      ],
      "~/.ssh/none",
    );
    await writeFile(path.join(workspace, "cluster.yaml"), hosts.text);
    workbench = await Workbench.open({
      vsix: packageExtension(),
      folder: workspace,
      home,
      environment: { KUBECONFIG: "", SSH_AUTH_SOCK: "" },
    });
    await workbench.showViewContainer("Kubeadm");
    await workbench.tree("Inventory").waitForRow("w-1", "unknown");
  });

  after(async () => {
    await workbench?.dispose();
    await hosts?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await workbench.screenshot("failed-questions");
    }
  });

  const refresh = (): Promise<void> => workbench.tree("Inventory").chooseFromContextMenu("lab", "Refresh");

  /** The host whose password is asked for now. */
  async function askedHost(): Promise<keyof typeof passwords> {
    const { message } = await workbench.quickInput.read("Password of root on");
    return message.includes("cp-1") ? "cp-1" : "w-1";
  }

  it("is shown each host key once, and no question is left over after a cancellation", async () => {
    await refresh();
    await workbench.dialog.press("Trust and Remember");
    await workbench.dialog.press("Trust and Remember");
    await askedHost();
    await workbench.notifications.press("Asking the hosts of lab", "Cancel");
    await workbench.page.locator(".quick-input-widget").first().waitFor({ state: "hidden" });
    assert.match(await readFile(path.join(folder, "home/.ssh/known_hosts"), "utf8"), /ssh-ed25519/);
  });

  it("is asked for one password after another, and again after a wrong one", async () => {
    await refresh();
    const first = await askedHost();
    await workbench.quickInput.type("wrong");
    await workbench.page.keyboard.press("Enter");
    const second = first === "cp-1" ? "w-1" : "cp-1";
    await workbench.quickInput.answer(`Password of root on ${second}`, passwords[second]);
    await workbench.quickInput.answer(
      `That was wrong, try again. Password of root on ${first}`,
      passwords[first],
    );
    await workbench.tree("Inventory").waitForRow("cp-1", "reachable");
    await workbench.tree("Inventory").waitForRow("w-1", "reachable");
  });

  /** Cuts the connections, and asks the hosts again over new ones. */
  async function reconnect(): Promise<void> {
    hosts.servers.forEach((server) => {
      server.dropConnections();
    });
    await refresh();
  }

  it("is not asked again once the passwords are kept", async () => {
    const before = answered;
    await workbench.notifications.toast("Asking the hosts of lab").waitFor({ state: "hidden" });
    await reconnect();
    while (answered < before + 2) {
      await workbench.page.evaluate("new Promise(requestAnimationFrame)");
    }
    await workbench.notifications.toast("Asking the hosts of lab").waitFor({ state: "hidden" });
    await workbench.tree("Inventory").waitForRow("cp-1", "reachable");
    await workbench.tree("Inventory").waitForRow("w-1", "reachable");
  });

  it("is asked again after the passwords were forgotten", async () => {
    await workbench.runCommand("Kubeadm: Forget Passwords and Passphrases");
    await workbench.notifications.read("are forgotten");
    await reconnect();
    await askedHost();
  });
});
