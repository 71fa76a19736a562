import type { SshTarget } from "../../../src/ssh/target.ts";
import { linkedSessions, type LinkedSessions } from "./linkedSessions.ts";
import { startPrivateSshd, whyNoSshd, type PrivateSshd, type ThrowAwayUser } from "./privateSshd.ts";
import { testTarget } from "./testTarget.ts";

const outer: ThrowAwayUser = { name: "kubeadm-t-outer", password: "outer", sudo: "no" };
const middle: ThrowAwayUser = { name: "kubeadm-t-middle", password: "middle", sudo: "no" };
const forwardsNothing: ThrowAwayUser = { name: "kubeadm-t-nofwd", password: "nofwd", sudo: "no" };
const forwardsElsewhere: ThrowAwayUser = { name: "kubeadm-t-else", password: "else", sudo: "no" };

/** Users of the outer server that it lets forward nothing, or to nowhere that matters. */
export const restrictedUsers = [forwardsNothing.name, forwardsElsewhere.name] as const;

/** Servers in the order in which they are passed; each has keys of its own, the first two users of their own. */
export interface Chain {
  readonly outer: PrivateSshd;
  readonly middle: PrivateSshd;
  readonly inner: PrivateSshd;
  /** Lets one log in at a time, and drops who else comes. */
  readonly last: PrivateSshd;
}

/** What the tests behind jump hosts share. */
export interface OnChain {
  readonly chain: () => Chain;
  /** Sessions of the test, ended after it. */
  readonly linked: () => LinkedSessions;
  readonly targetOf: (sshd: PrivateSshd, changes?: Partial<SshTarget>) => SshTarget;
  /** The outer server as a jump host. */
  readonly outerJump: (changes?: Partial<SshTarget>) => SshTarget;
  /** The middle server as a jump host behind the outer one. */
  readonly middleJump: () => SshTarget;
  /** The inner server as a jump host behind both. */
  readonly innerJump: () => SshTarget;
}

export function through(jump: SshTarget): Partial<SshTarget> {
  return { route: { kind: "jump", through: jump } };
}

/** A suite on four OpenSSH servers; skipped, with the reason, where none can run. */
export function describeOnChain(title: string, body: (suite: OnChain) => void): void {
  const whySkipped = whyNoSshd();
  describe(`${title}${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
    this.timeout(30_000);
    let chain: Chain;
    let linked: LinkedSessions;

    before(async function () {
      if (whySkipped !== undefined) {
        this.skip();
      }
      const restrictions = [
        `Match User ${forwardsNothing.name}`,
        "  AllowTcpForwarding no",
        `Match User ${forwardsElsewhere.name}`,
        "  PermitOpen 127.0.0.1:1",
      ];
      const [first, second, third, fourth] = await Promise.all([
        startPrivateSshd([outer, forwardsNothing, forwardsElsewhere], restrictions),
        startPrivateSshd([middle]),
        startPrivateSshd([]),
        startPrivateSshd([], ["MaxStartups 1:100:2"]),
      ]);
      chain = { outer: first, middle: second, inner: third, last: fourth };
    });
    after(async () => {
      await Promise.all(Object.values(chain ?? {}).map((sshd: PrivateSshd) => sshd.stop()));
    });
    beforeEach(() => {
      linked = linkedSessions();
    });
    afterEach(() => linked?.dispose());

    const targetOf = (sshd: PrivateSshd, changes: Partial<SshTarget> = {}): SshTarget =>
      testTarget({ port: sshd.port, identityFile: sshd.keyFile, ...changes });
    const outerJump = (changes: Partial<SshTarget> = {}): SshTarget =>
      targetOf(chain.outer, { host: "outer", user: outer.name, ...changes });
    const middleJump = (): SshTarget =>
      targetOf(chain.middle, { host: "middle", user: middle.name, ...through(outerJump()) });
    const innerJump = (): SshTarget => targetOf(chain.inner, { host: "inner", ...through(middleJump()) });

    body({ chain: () => chain, linked: () => linked, targetOf, outerJump, middleJump, innerJump });
  });
}
