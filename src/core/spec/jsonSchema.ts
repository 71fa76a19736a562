import * as z from "zod";
import { passThroughKinds } from "./clusterSpec.ts";
import { clusterSchema } from "./schema.ts";

/**
 * The JSON Schema of a spec file's documents (draft 7, which editors know best), made from the schema that
 * parseSpec checks with. An editor checks each document of a file against all of it, so kubeadm's own documents
 * are told apart by their kind.
 */
export function specJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...cluster } = z.toJSONSchema(clusterSchema, { io: "input", target: "draft-7" });
  return {
    $schema,
    title: "Kubeadm cluster spec",
    description:
      "A Kubernetes cluster to build with kubeadm over SSH, then kubeadm documents to pass through.",
    type: "object",
    if: { properties: { kind: { enum: [...passThroughKinds] } }, required: ["kind"] },
    then: { $ref: "#/definitions/passThrough" },
    else: { $ref: "#/definitions/cluster" },
    definitions: {
      cluster: { title: "Cluster", ...cluster },
      passThrough: {
        title: "Pass-through document",
        description: "A document of kubeadm, the kubelet or kube-proxy, merged into what is generated.",
        type: "object",
        properties: {
          apiVersion: {
            type: "string",
            pattern: "^(kubeadm|kubelet\\.config|kubeproxy\\.config)\\.k8s\\.io/",
          },
          kind: { type: "string", enum: [...passThroughKinds] },
        },
        required: ["apiVersion", "kind"],
      },
    },
  };
}
