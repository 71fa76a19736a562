import assert from "node:assert/strict";
import { contains, parseAddress, parseSubnet } from "../../../src/core/network/cidr.ts";
import type { LabRun } from "../../support/labCluster.ts";
import type { ClusterLab } from "./clusterLab.ts";

/** Asserts that every pod with a network of its own, and each that the smoke test of `ended` asked, is in `subnet`. */
export async function assertPodsInside(clusterLab: ClusterLab, ended: LabRun, subnet: string): Promise<void> {
  const range = parseSubnet(subnet);
  assert.ok(range !== undefined);
  const asked = smokeTestAddresses(ended);
  const running = await podAddresses(clusterLab);
  assert.ok(asked.length > 0, "the smoke test asked nobody");
  assert.ok(running.length > 0, "no pod has a network of its own");
  for (const text of [...asked, ...running]) {
    const address = parseAddress(text);
    assert.ok(address !== undefined && contains(range, address), `a pod has ${text}, not one of ${subnet}`);
  }
}

function smokeTestAddresses({ events }: LabRun): readonly string[] {
  return events.flatMap((event) => {
    const list =
      event.kind === "step-started" ? /^curl http:\/\/\{(.*)\}\/$/.exec(event.step)?.[1] : undefined;
    return list?.split(",") ?? [];
  });
}

async function podAddresses(clusterLab: ClusterLab): Promise<readonly string[]> {
  const listed = await clusterLab.shell(
    "cp-1",
    `kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A -o \\
      'jsonpath={range .items[*]}{.spec.hostNetwork} {.status.podIP}{"\\n"}{end}'`,
  );
  return listed
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([hostNetwork, address]) => (hostNetwork === "true" || address === undefined ? [] : [address]));
}
