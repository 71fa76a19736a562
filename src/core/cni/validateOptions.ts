import { KubeadmError } from "../errors.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import type { OptionDefinition, OptionDefinitions, PodNetwork } from "./podNetwork.ts";

/** What is wrong with one option of the spec. */
export interface OptionProblem {
  readonly option: string;
  /** As a sentence without the option's name: "must be one of vxlan, host-gw, wireguard". */
  readonly message: string;
}

/** Options as a spec holds them. */
export type OptionValues = ClusterSpec["podNetwork"]["options"];

type ValueOf<D extends OptionDefinition> = D["type"] extends "boolean"
  ? boolean
  : D["type"] extends "integer"
    ? number
    : string;

/** Values of options by name; one without a default may be undefined. */
export type OptionsOf<D extends OptionDefinitions> = {
  readonly [K in keyof D]: D[K] extends { readonly default: string | number | boolean }
    ? ValueOf<D[K]>
    : ValueOf<D[K]> | undefined;
};

/** Every option that the plugin does not know or whose value it cannot take, in the spec's order. */
export function optionProblems(
  network: Pick<PodNetwork, "title" | "options">,
  options: OptionValues,
): readonly OptionProblem[] {
  return Object.entries(options).flatMap(([option, value]) => {
    const definition = Object.hasOwn(network.options, option) ? network.options[option] : undefined;
    const message = definition === undefined ? unknownOption(network) : valueProblem(definition, value);
    return message === undefined ? [] : [{ option, message }];
  });
}

/** The options of a spec with their defaults. Throws KubeadmError "spec-invalid" for the first bad one. */
export function readOptions<const D extends OptionDefinitions>(
  title: string,
  definitions: D,
  spec: Pick<ClusterSpec, "podNetwork">,
): OptionsOf<D> {
  const { options } = spec.podNetwork;
  const problem = optionProblems({ title, options: definitions }, options)[0];
  if (problem !== undefined) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: `spec.podNetwork.options.${problem.option} ${problem.message}.`,
      next: "docs/pod-networks.md lists the options.",
    });
  }
  const values = Object.entries(definitions).map(([name, definition]) => [
    name,
    Object.hasOwn(options, name) ? options[name] : definition.default,
  ]);
  return Object.fromEntries(values) as OptionsOf<D>;
}

function unknownOption(network: Pick<PodNetwork, "title" | "options">): string {
  const names = Object.keys(network.options).join(", ");
  return `is not an option of ${network.title}; its options are ${names}`;
}

function valueProblem(definition: OptionDefinition, value: string | number | boolean): string | undefined {
  switch (definition.type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer":
      return integerProblem(definition, value);
    case "string":
      return stringProblem(definition, value);
  }
}

function integerProblem({ range }: OptionDefinition, value: unknown): string | undefined {
  if (!Number.isSafeInteger(value)) {
    return "must be a whole number";
  }
  const isInRange = range === undefined || (Number(value) >= range[0] && Number(value) <= range[1]);
  return isInRange ? undefined : `must be between ${range[0]} and ${range[1]}`;
}

function stringProblem({ values, pattern, expected }: OptionDefinition, value: unknown): string | undefined {
  if (values !== undefined) {
    return values.some((allowed) => allowed === value) ? undefined : `must be one of ${values.join(", ")}`;
  }
  const isRight = typeof value === "string" && (pattern === undefined || pattern.test(value));
  return isRight ? undefined : `must be ${expected ?? "a text in quotes"}`;
}
