import { afterEach } from "mocha";
import { startLab, type Lab } from "../lab/startLab.ts";
import { labVersion } from "../support/labVersion.ts";
import { BootstrapScenario } from "./bootstrapScenario.ts";
import { packageExtension } from "./packageExtension.ts";

/** One story in order; when a step fails, those after it could only fail too. */
describe("A person bootstraps a cluster in VS Code", function () {
  this.timeout(900_000);
  this.bail(true);
  let lab: Lab;
  let scenario: BootstrapScenario;

  before(async () => {
    const packages = process.env.KUBEADM_LAB_PACKAGES;
    lab = await startLab({ name: "e2e", ...(packages && { packages }) });
    const kubernetesVersion = await labVersion(lab);
    scenario = await BootstrapScenario.open({ lab, vsix: packageExtension(), spec: { kubernetesVersion } });
  });

  after(async () => {
    await scenario?.dispose();
    await lab?.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await scenario.workbench.screenshot("failed");
    }
  });

  it("makes a spec, and the inventory shows its hosts", () => scenario.makeSpec());
  it("shows a plan that changes nothing", () => scenario.plan());
  it("cancels a run, and nothing of it goes on on the hosts", () => scenario.cancelRun());
  it("ends one host's part by Ctrl+C in its terminal", () => scenario.interruptHost("worker-1"));
  it("bootstraps until every node is Ready", () => scenario.bootstrap());
  it("shows each command with its success in the host's terminal", () => scenario.readTerminals());
  it("merges the kubeconfig and reveals it", () => scenario.useKubeconfig());
  it("opens a shell on a host", () => scenario.openShell("worker-1"));
  it("has nothing to do the second time", () => scenario.bootstrapAgain());
  it("runs a single phase from the palette", () => scenario.runPhase("Verify"));
  it("shows the nodes' readiness after the window was reloaded", () => scenario.reload());
  it("resets a worker and joins it again", () => scenario.resetAndJoin("worker-2"));
});
