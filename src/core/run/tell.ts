import type { Emit, RunEvent } from "./events.ts";
import type { Surroundings } from "./runScript.ts";

/** An event without its time. */
export type EventBody = RunEvent extends infer E ? (E extends unknown ? Omit<E, "at"> : never) : never;

/** Emits an event of now. */
export function tell(
  { emit, surroundings }: { readonly emit: Emit; readonly surroundings: Surroundings },
  event: EventBody,
): void {
  emit({ at: surroundings.now(), ...event });
}
