import { isRecord } from "../spec/record.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A kubeadm document with the user's laid over it: the user's values win, maps are merged, certSANs and node
 * labels are joined, arguments written as a list (v1beta4) are merged by name, other lists are replaced.
 */
export function mergeDocument(generated: Fields, users: Fields): Record<string, unknown> {
  const merged = Object.entries(generated).map(([key, value]): [string, unknown] =>
    Object.hasOwn(users, key) ? [key, mergeValue(key, value, users[key])] : [key, value],
  );
  const added = Object.entries(users).filter(([key]) => !Object.hasOwn(generated, key));
  return Object.fromEntries([...merged, ...added]);
}

function mergeValue(key: string, generated: unknown, users: unknown): unknown {
  if (isRecord(generated) && isRecord(users)) {
    return mergeDocument(generated, users);
  }
  if (key === "certSANs" && Array.isArray(generated) && Array.isArray(users)) {
    return [...new Set([...(generated as readonly unknown[]), ...(users as readonly unknown[])])];
  }
  if (key === "node-labels") {
    return joinLabels(generated, users);
  }
  return isArgumentList(generated) && isArgumentList(users) ? mergeArguments(generated, users) : users;
}

interface Argument {
  readonly name: string;
  readonly value: unknown;
}

function isArgumentList(value: unknown): value is readonly Argument[] {
  return (
    Array.isArray(value) &&
    value.every((item) => isRecord(item) && typeof item.name === "string" && "value" in item)
  );
}

/** A name that the user gives, once or several times, replaces what was generated under it. */
function mergeArguments(generated: readonly Argument[], users: readonly Argument[]): readonly Argument[] {
  const given = new Set(users.map(({ name }) => name));
  const labels = generated.find(({ name }) => name === "node-labels");
  return [
    ...generated.filter(({ name }) => !given.has(name)),
    ...users.map((argument) =>
      argument.name === "node-labels" && labels !== undefined
        ? { ...argument, value: joinLabels(labels.value, argument.value) }
        : argument,
    ),
  ];
}

/** The kubelet takes the last of two values for one label, so the user's come last. */
function joinLabels(generated: unknown, users: unknown): unknown {
  return typeof generated === "string" && typeof users === "string" && users !== ""
    ? `${generated},${users}`
    : users;
}
