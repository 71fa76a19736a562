/**
 * From nothing to a cluster, in a real VS Code, on hosts of the lab: installs what is missing, drives the
 * extension as a person would, prints what it sees, and leaves screenshots in out/screenshots.
 *
 *     npm run demo [-- --keep] [-- --packages DIR]
 *
 * --keep leaves the lab and VS Code running and prints where, until Ctrl+C.
 */
import { parseArgs } from "node:util";
import { startLab } from "../lab/startLab.ts";
import { labVersion } from "../support/labVersion.ts";
import { BootstrapScenario } from "./bootstrapScenario.ts";
import { packageExtension } from "./packageExtension.ts";

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false }, packages: { type: "string" } } });

if (process.platform !== "linux" || process.getuid?.() !== 0) {
  console.error(
    "The demo starts Debian hosts on this machine, which needs Linux and root.\n" +
      "Run it as root on Debian or Ubuntu: sudo env PATH=\"$PATH\" npm run demo",
  );
  process.exit(1);
}

const start = Date.now();
const say = (text: string): void => {
  console.log(`${((Date.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

await using cleanup = new AsyncDisposableStack();
say("starting three hosts (the first time, this builds Kubernetes from Debian's source package)");
const lab = await startLab({
  name: "demo",
  ...(values.packages !== undefined && { packages: values.packages }),
  progress: {
    say,
    step: async (what, work) => {
      say(what);
      return work();
    },
  },
});
cleanup.defer(() => lab.stop());
const kubernetesVersion = await labVersion(lab);
say(`hosts ${lab.hosts.map(({ name, address }) => `${name} (${address})`).join(", ")}; Kubernetes ${kubernetesVersion}`);

const vsix = packageExtension();
say("the extension is packed; opening VS Code");
const scenario = await BootstrapScenario.open({ lab, vsix, spec: { kubernetesVersion }, onStep: say });
cleanup.defer(() => scenario.dispose());
const { page } = scenario.workbench;
const watchPhases = setInterval(() => {
  void page
    .locator(".notifications-toasts .notification-list-item-message", { hasText: /^Bootstrap cluster demo: / })
    .first()
    .innerText({ timeout: 200 })
    .then(sayOnce, () => undefined);
}, 500);
cleanup.defer(() => {
  clearInterval(watchPhases);
});

let last = "";
function sayOnce(text: string): void {
  if (text !== last) {
    last = text;
    say(`  ${text}`);
  }
}

await scenario.makeSpec();
await scenario.plan();
await scenario.bootstrap();
clearInterval(watchPhases);
await scenario.readTerminals();
await scenario.useKubeconfig();
await scenario.bootstrapAgain();
const nodes = await lab.exec("cp-1", ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes", "-o", "wide"]);
console.log(`\n${nodes.stdout}`);
say("screenshots are in out/screenshots");

if (values.keep) {
  say(`open ${scenario.workbench.server.origin}/?folder=${scenario.workspace} in a browser; Ctrl+C ends it all`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
