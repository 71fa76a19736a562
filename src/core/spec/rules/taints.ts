import { minorOf } from "../clusterSpec.ts";
import type { FieldPath } from "../diagnostic.ts";
import { isRecord } from "../record.ts";
import type { Finding, Rule } from "./rule.ts";

/** kubeadm and its addons know its successor alone since this minor. Source: KEP-2067 */
const firstMinorWithoutMaster = 25;

const master = "node-role.kubernetes.io/master";
const controlPlane = "node-role.kubernetes.io/control-plane";

export const reservedTaint: Rule = {
  severity: "warning",
  title: "Taints are ones that no controller takes away or ignores",
  check: (context) => {
    const minor = minorOf(context.spec.kubernetesVersion);
    return context.hosts.flatMap(({ host, path }) => {
      const taints = host.taints === undefined ? [] : writtenTaints(context.written, path);
      return taints.flatMap((taint, index) => findingFor(taint, [...path, "taints", index], taints, minor));
    });
  },
};

/** As they are in the file: a wrong one is left out of the spec, and those behind it have other places there. */
function writtenTaints(written: unknown, host: FieldPath): readonly unknown[] {
  const taints = [...host, "taints"].reduce<unknown>(
    (value, part) =>
      Array.isArray(value) ? (value[Number(part)] as unknown) : isRecord(value) ? value[part] : undefined,
    written,
  );
  return Array.isArray(taints) ? taints : [];
}

function findingFor(
  taint: unknown,
  path: FieldPath,
  all: readonly unknown[],
  minor: number,
): readonly Finding[] {
  if (!isRecord(taint) || typeof taint.key !== "string") {
    return [];
  }
  const { key, effect } = taint;
  const remove = { title: "Remove the taint", edits: [{ kind: "remove" as const, path }] };
  const keyPath = [...path, "key"];
  if (key.startsWith("node.kubernetes.io/")) {
    return [
      {
        path: keyPath,
        message: `expected a taint of your own, got ${key}; Kubernetes sets and removes the taints of node.kubernetes.io as the node's state asks for it`,
        fixes: [remove],
      },
    ];
  }
  if (key !== master || minor < firstMinorWithoutMaster) {
    return [];
  }
  const hasSuccessor = all.some(
    (other) => isRecord(other) && other.key === controlPlane && other.effect === effect,
  );
  return [
    {
      path: keyPath,
      message: `expected ${controlPlane}, got ${key}, which since 1.${firstMinorWithoutMaster} nothing of Kubernetes knows: its own pods do not tolerate it`,
      fixes: hasSuccessor
        ? [remove]
        : [
            {
              title: `Change it to ${controlPlane}`,
              isPreferred: true,
              edits: [{ kind: "set", path: keyPath, value: controlPlane }],
            },
          ],
    },
  ];
}
