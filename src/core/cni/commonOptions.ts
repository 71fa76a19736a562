import type { OptionDefinition } from "./podNetwork.ts";

/** Registry, host and optional path, to pull a pod network's images from. */
export const imageRegistry = {
  type: "string",
  pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$/,
  expected: "a registry such as mirror.example.com/quay",
  description: "Registry to pull the images from, in place of the one in the manifest.",
} as const satisfies OptionDefinition;

/** Largest packet of pods, bytes. */
export const mtu = {
  type: "integer",
  range: [576, 65535],
  description: "Largest packet of pods in bytes. Default: found out by the plugin.",
} as const satisfies OptionDefinition;
