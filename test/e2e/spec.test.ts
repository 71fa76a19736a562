import assert from "node:assert/strict";
import { afterEach } from "mocha";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Workbench } from "../vscode/workbench.ts";
import { packageExtension } from "./packageExtension.ts";

const noSpec = "this workspace has no cluster spec. Make one with";

/** What a person sees before there is any host; it needs no lab. */
describe("A person who has no cluster yet", function () {
  this.timeout(120_000);
  this.bail(true);
  let folder: string;
  let workspace: string;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "kubeadm-spec-"));
    workspace = path.join(folder, "shop");
    await mkdir(workspace);
    workbench = await Workbench.open({ vsix: packageExtension(), folder: workspace });
    // Once its view is there, the palette knows the extension's commands.
    await workbench.showViewContainer("Kubeadm");
  });

  after(async () => {
    await workbench?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await workbench.screenshot("failed-spec");
    }
  });

  for (const title of [
    "Plan",
    "Bootstrap Cluster",
    "Refresh",
    "Run Phase...",
    "Join Node",
    "Copy Address",
    "Reveal Kubeconfig",
  ]) {
    it(`is told by "${title}" how to begin`, async () => {
      await workbench.runCommand(`Kubeadm: ${title}`);
      const { severity, buttons } = await workbench.notifications.read(noSpec, 30_000);
      assert.equal(severity, "error");
      assert.deepEqual(buttons, ["Show Log"]);
      await workbench.notifications.dismiss(noSpec);
    });
  }

  it("makes a spec, and sees its hosts", async () => {
    await workbench.runCommand("Kubeadm: New Cluster Spec");
    await workbench.editors.waitForActive("cluster.yaml");
    await workbench.tree("Inventory").waitForRow("worker-1", "unknown · 10.0.0.21");
    await workbench.tree("Inventory").waitForRow("shop", "Kubernetes");
  });

  it("copies a host's address", async () => {
    await workbench.tree("Inventory").chooseFromContextMenu("worker-1", "Copy Address");
    await workbench.statusBarItem("Copied 10.0.0.21").waitFor();
    assert.equal(await workbench.page.evaluate("navigator.clipboard.readText()"), "10.0.0.21");
  });

  it("sees what is wrong in the tree, with the hosts of the last sound spec below it", async () => {
    await workbench.editors.typeAtEnd("\nhosts: 3\n");
    const tree = workbench.tree("Inventory");
    await workbench.page.locator(".monaco-list-row .codicon-error").first().waitFor();
    const rows = await tree.rows();
    assert.ok(
      rows.some(({ label, level }) => level === 2 && /hosts/.test(label)),
      JSON.stringify(rows),
    );
    assert.ok(rows.some(({ label }) => label === "worker-1"));
  });

  it("is told where the spec is wrong, instead of anything being done", async () => {
    await workbench.runCommand("Kubeadm: Plan");
    const { text } = await workbench.notifications.read("cluster.yaml:");
    assert.match(
      text,
      /cluster\.yaml:\d+: .*\. Correct the spec; the Problems view lists everything that is wrong\./,
    );
    await workbench.notifications.dismiss("cluster.yaml:");
  });

  it("sees a file that was broken from the start by its name and number of problems", async () => {
    await writeFile(
      path.join(workspace, "bad.cluster.yaml"),
      "apiVersion: kubeadm-bootstrap/v1alpha1\nkind: Cluster\n",
    );
    await workbench.tree("Inventory").waitForRow("bad.cluster.yaml", "problem");
  });

  it("is invited again once the files are gone", async () => {
    await workbench.runCommand("File: Revert File");
    await workbench.runCommand("View: Close All Editors");
    await rm(path.join(workspace, "cluster.yaml"));
    await rm(path.join(workspace, "bad.cluster.yaml"));
    await workbench.page
      .locator(".welcome-view-content", { hasText: "New Cluster Spec" })
      .waitFor({ timeout: 30_000 });
  });
});
