import * as z from "zod";
import type { FieldPath } from "./diagnostic.ts";
import { clusterSchema, hostSchema } from "./schema.ts";

/** Where each field is, by its name: only names that one place has. */
type Homes = ReadonlyMap<string, FieldPath>;

const hostHomes = homesOf(hostSchema);
const clusterHomes = homesOf(clusterSchema);

/**
 * Where a field belongs that stands where there is none of its name: spec.networking.podSubnet for
 * spec.podSubnet. undefined when no place, or more than one, has such a field.
 */
export function homeOf(path: FieldPath, key: string): FieldPath | undefined {
  const [first, second, index] = path;
  const isInHost = first === "spec" && second === "hosts" && index !== undefined;
  const home = (isInHost ? hostHomes : clusterHomes).get(key);
  return home === undefined || !isInHost ? home : [first, second, index, ...home];
}

function homesOf(schema: z.core.$ZodType): Homes {
  const homes = new Map<string, FieldPath | undefined>();
  for (const path of pathsOf(schema, [])) {
    const name = String(path.at(-1));
    homes.set(name, homes.has(name) ? undefined : path);
  }
  return new Map([...homes].flatMap(([name, path]) => (path === undefined ? [] : [[name, path] as const])));
}

/** Of all fields, without those of lists' items and of maps with free keys. */
function pathsOf(schema: z.core.$ZodType, path: FieldPath): readonly FieldPath[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject
    ? Object.entries(inner.shape as Readonly<Record<string, z.core.$ZodType>>).flatMap(([key, field]) => [
        [...path, key],
        ...pathsOf(field, [...path, key]),
      ])
    : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrap(schema.unwrap())
    : schema;
}
