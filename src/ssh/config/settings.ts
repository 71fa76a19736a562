import type { Directive } from "./directives.ts";

/** A directive that applies, and where it stands. */
export interface Setting {
  readonly directive: Directive;
  readonly words: readonly string[];
  /** undefined: said by the request. */
  readonly place: { readonly file: string; readonly line: number } | undefined;
  /** From the user's files, not the system's. */
  readonly isUsers: boolean;
}

/** Most files of keys that a destination may have. */
export const mostIdentityFiles = 100;

/** The settings that apply to a destination: of each directive the first, of those that add up all. */
export class Settings {
  readonly #byName = new Map<string, readonly Setting[]>();

  /** Adds a setting unless an earlier one counts. */
  add(setting: Setting): void {
    const { name, adds, rival } = setting.directive;
    const earlier = this.all(name);
    const isRepeated = earlier.some(
      ({ isUsers, words }) => isUsers === setting.isUsers && words.join("\0") === setting.words.join("\0"),
    );
    const counts = adds ? !isRepeated : earlier.length === 0 && (!rival || this.all(rival).length === 0);
    if (counts) {
      this.#byName.set(name.toLowerCase(), [...earlier, setting]);
    }
  }

  /** Puts a setting in the place of an earlier one. */
  replace(setting: Setting): void {
    this.#byName.set(setting.directive.name.toLowerCase(), [setting]);
  }

  /** Those of a directive, in their order. */
  all(name: string): readonly Setting[] {
    return this.#byName.get(name.toLowerCase()) ?? [];
  }

  /** The words of the one that counts. */
  words(name: string): readonly string[] | undefined {
    return this.all(name)[0]?.words;
  }

  /** The first word of the one that counts. */
  word(name: string): string | undefined {
    return this.words(name)?.[0];
  }

  /** All, in the order in which their directives were first met. */
  every(): readonly Setting[] {
    return [...this.#byName.values()].flat();
  }
}
