import { firstElevation, nextApproach, type Approach, type Elevation } from "./elevation.ts";
import { launchError } from "./launchError.ts";
import type { NotLaunched } from "./runningScript.ts";
import type { SshTarget } from "./target.ts";

/** How scripts become root on a host, found out by the first one and used by all that follow. */
export interface RootAccess {
  /** What a script of the login `user` tries first. */
  first(user: string): Approach;
  /** A script became root in this way. */
  worked(approach: Approach): void;
  /** What to try after `end`. Throws KubeadmError sudo-refused, sudo-password or session-protocol when nothing is left. */
  next(target: SshTarget, approach: Approach, end: NotLaunched): Approach;
}

export function createRootAccess(): RootAccess {
  let known: Elevation | undefined;

  function first(user: string): Approach {
    const elevation = firstElevation(user);
    return { elevation: elevation === "none" ? elevation : (known ?? elevation), refusedPasswords: 0 };
  }

  function next(target: SshTarget, approach: Approach, { failure, refusedPasswords }: NotLaunched): Approach {
    const { elevation } = approach;
    const following = nextApproach(approach, failure.kind, refusedPasswords);
    if (following !== undefined) {
      return following;
    }
    if (elevation === known && failure.kind !== "wrong-password") {
      // The host may have been changed since: find out anew.
      known = undefined;
      const afresh = first(target.user);
      if (afresh.elevation !== elevation) {
        return afresh;
      }
    }
    throw launchError(target, elevation, failure);
  }

  return {
    first,
    worked: ({ elevation }) => {
      if (elevation !== "none") {
        known = elevation;
      }
    },
    next,
  };
}
