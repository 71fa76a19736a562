import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPrivateSshd, whyNoSshd, type PrivateSshd } from "../contract/support/privateSshd.ts";
import { Workbench } from "../vscode/workbench.ts";
import { packageExtension } from "./packageExtension.ts";

const whySkipped = whyNoSshd();

/** The spec says nothing but a name; the rest is in the person's ssh_config, a jump host and a Match exec included. */
describe(`A person whose hosts are in ssh_config${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
  this.timeout(120_000);
  this.bail(true);
  let folder: string;
  let workbench: Workbench;
  let bastion: PrivateSshd;
  let host: PrivateSshd;
  let knownHosts: string;

  before(async function () {
    if (whySkipped !== undefined) {
      this.skip();
    }
    folder = await mkdtemp(path.join(tmpdir(), "kubeadm-ssh-"));
    const home = path.join(folder, "home");
    const workspace = path.join(folder, "work");
    const ssh = path.join(home, ".ssh");
    knownHosts = path.join(ssh, "known_hosts");
    await mkdir(ssh, { recursive: true, mode: 0o700 });
    await mkdir(workspace);
    [bastion, host] = await Promise.all([startPrivateSshd([]), startPrivateSshd([])]);
    await writeFile(path.join(ssh, "config"), sshConfig(home));
    await writeFile(path.join(workspace, "cluster.yaml"), spec);
    workbench = await Workbench.open({
      vsix: packageExtension(),
      folder: workspace,
      home,
      environment: { KUBECONFIG: "", SSH_AUTH_SOCK: "" },
    });
    await workbench.showViewContainer("Kubeadm");
    await workbench.tree("Inventory").waitForRow("cp-1", "unknown");
  });

  after(async () => {
    await workbench?.dispose();
    await bastion?.stop();
    await host?.stop();
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await workbench.screenshot("failed-ssh");
    }
  });

  function sshConfig(home: string): string {
    return `
Host bastion
  HostName 127.0.0.1
  Port ${bastion.port}
  IdentityFile ${bastion.encryptedKeyFile}
Match originalhost cp-1 exec "test -d ${home}"
  ProxyJump bastion
Host cp-1
  HostName 127.0.0.1
  Port ${host.port}
  IdentityFile ${host.keyFile}
Host *
  User root
  HashKnownHosts no
`;
  }

  const spec = `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: demo
spec:
  kubernetesVersion: "1.37"
  hosts:
    - name: cp-1
      role: control-plane
`;

  const openTerminal = (): Promise<void> =>
    workbench.tree("Inventory").chooseFromContextMenu("cp-1", "Open SSH Terminal");

  it("is asked before a command of it is run", async () => {
    await openTerminal();
    const { message, detail } = await workbench.dialog.read();
    assert.match(message, /ssh_config runs a command/);
    assert.match(detail, /test -d /);
    await workbench.screenshot("ssh-match-exec");
    await workbench.dialog.press("Run");
  });

  it("is shown the key of the jump host first, then is asked for its key's passphrase", async () => {
    const { message, detail } = await workbench.dialog.read();
    assert.match(message, new RegExp(`bastion \\(127\\.0\\.0\\.1:${bastion.port}\\)`));
    assert.match(detail, /ssh-ed25519 key.*SHA256:/s);
    await workbench.screenshot("ssh-host-key");
    await workbench.dialog.press("Trust and Remember");
    await workbench.quickInput.read(`Passphrase of ${bastion.encryptedKeyFile}`);
    await workbench.screenshot("ssh-passphrase");
    await workbench.quickInput.answer(`Passphrase of ${bastion.encryptedKeyFile}`, bastion.passphrase);
  });

  it("is shown the key of the host behind it, and both are remembered", async () => {
    const { message } = await workbench.dialog.read();
    assert.match(message, new RegExp(`cp-1 \\(127\\.0\\.0\\.1:${host.port}\\)`));
    await workbench.dialog.press("Trust and Remember");
    await workbench.terminals.show("ssh cp-1");
    await workbench.terminals.waitForText("#", 20_000);
    const lines = (await readFile(knownHosts, "utf8")).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      [`[127.0.0.1]:${bastion.port}`, `[127.0.0.1]:${host.port}`],
    );
  });

  it("has a real terminal there: its size, colours and Ctrl+C", async () => {
    const { terminals, page } = workbench;
    await terminals.type("tty | cut -c1-8; echo cols=$(tput cols)=\n");
    await terminals.waitForText("/dev/pts");
    const columns = async (): Promise<number> => {
      const all = [...(await terminals.text()).matchAll(/^cols=(\d+)=/gm)];
      return Number(all.at(-1)?.[1] ?? 0);
    };
    await terminals.waitForText("cols=");
    const before = await columns();
    assert.ok(before > 20, String(before));
    const size = page.viewportSize() ?? { width: 1280, height: 800 };
    await page.setViewportSize({ width: size.width - 200, height: size.height });
    await terminals.type("clear; sleep 1000\n");
    await terminals.press("Control+C");
    await terminals.type("echo ended-$? && echo cols=$(tput cols)=\n");
    await terminals.waitForText("ended-130");
    assert.ok((await columns()) < before, `${await columns()} of ${before}`);
    await page.setViewportSize(size);
    await terminals.type("clear; printf '\\033[32mgr%s\\033[0m\\n' een\n");
    await terminals.waitForText("green");
  });

  it("sees the exit code of the shell", async () => {
    await workbench.terminals.type("exit 7\n");
    const { severity } = await workbench.notifications.read("exit code: 7");
    assert.equal(severity, "error");
    await workbench.notifications.dismiss("exit code: 7");
  });

  it("is asked nothing again, and no second connection is made", async () => {
    const before = (await bastion.connections()).length;
    await openTerminal();
    await workbench.terminals.show("ssh cp-1");
    await workbench.terminals.waitForText("#", 20_000);
    assert.equal((await bastion.connections()).length, before);
    await workbench.terminals.type("exit\n");
  });

  it("is stopped when the host's key has changed, and led to the line that says so", async () => {
    const lines = (await readFile(knownHosts, "utf8")).trim().split("\n");
    const stranger = bastion.hostKeys["ssh-ed25519"] ?? "";
    await writeFile(knownHosts, `${lines[0] ?? ""}\n[127.0.0.1]:${host.port} ${stranger}\n`);
    await workbench.reload();
    await workbench.showViewContainer("Kubeadm");
    await workbench.tree("Inventory").chooseFromContextMenu("demo", "Refresh");
    await workbench.dialog.press("Run");
    await workbench.quickInput.answer(`Passphrase of ${bastion.encryptedKeyFile}`, bastion.passphrase);
    const { text, severity, buttons } = await workbench.notifications.read("key has changed", 20_000);
    assert.equal(severity, "error");
    assert.match(text, /SHA256:.*known_hosts:2.*SHA256:/s);
    assert.ok(buttons.includes("Open Line"), buttons.join(", "));
    await workbench.screenshot("ssh-changed-key");
    await workbench.notifications.press("key has changed", "Open Line");
    await workbench.editors.waitForActive("known_hosts");
  });
});
