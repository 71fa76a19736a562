import { BlockList, isIP } from "node:net";
import { matchesHostList, matchesList } from "./patterns.ts";
import { SshConfigError } from "./sshConfigError.ts";

/** What the criteria of a Match line are about, as far as the files have been read. */
export interface MatchSubject {
  /** HostName as it is known by now, or the destination. */
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  readonly tag: string;
  /** Files are read for the second time. */
  readonly isFinal: boolean;
  readonly sessionType: string;
  readonly localAddresses: readonly string[];
  /** The command of an `exec` with its tokens expanded. Throws SshConfigError. */
  readonly expand: (command: string) => string;
  /** Asked only while the criteria before have held. */
  readonly run: (command: string) => Promise<boolean>;
}

export interface MatchVerdict {
  readonly isMatch: boolean;
  /** The line has the criterion `final`: the files are to be read a second time. */
  readonly wantsFinalPass: boolean;
}

/** What `Match version` is compared with: the OpenSSH whose reading of ssh_config is followed here. */
export const followedRelease = "OpenSSH_10.5p1";

interface Criterion {
  readonly attribute: string;
  readonly isNegated: boolean;
  /** undefined: it takes none. */
  readonly argument: string | undefined;
}

/**
 * Whether the criteria behind a Match hold. Throws SshConfigError for what is no criterion.
 * Source: ssh_config(5) and match_cfg_line in readconf.c of OpenSSH.
 */
export async function judgeMatch(words: readonly string[], subject: MatchSubject): Promise<MatchVerdict> {
  const criteria = parseCriteria(words);
  let isMatch = true;
  for (const criterion of criteria) {
    const holds = await judge(criterion, subject, isMatch);
    isMatch &&= holds !== criterion.isNegated;
  }
  const wantsFinalPass = criteria.some(({ attribute, isNegated }) => attribute === "final" && !isNegated);
  return { isMatch, wantsFinalPass };
}

const withoutArgument = ["all", "canonical", "final"];
const withArgument = [
  ...[
    "host",
    "originalhost",
    "user",
    "localuser",
    "localnetwork",
    "version",
    "tagged",
    "command",
    "sessiontype",
  ],
  "exec",
];

function parseCriteria(words: readonly string[]): readonly Criterion[] {
  const criteria: Criterion[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const isNegated = word.startsWith("!");
    const [name, joined] = splitAtEquals(isNegated ? word.slice(1) : word);
    const attribute = name.toLowerCase();
    if (withoutArgument.includes(attribute) && joined === undefined) {
      criteria.push({ attribute, isNegated, argument: undefined });
      if (attribute === "all" && (criteria.length > 2 || left.length > 0)) {
        throw new SshConfigError('"all" stands beside other criteria');
      }
    } else if (withArgument.includes(attribute)) {
      criteria.push({ attribute, isNegated, argument: argumentOf(attribute, joined, left) });
    } else {
      throw new SshConfigError(`"${word}" is no criterion of Match`);
    }
  }
  if (criteria.length === 0) {
    throw new SshConfigError("Match has no criterion");
  }
  return criteria;
}

function splitAtEquals(word: string): readonly [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** Takes an argument from the words behind it. Before OpenSSH 9.9 blanks could stand around the "=". */
function argumentOf(attribute: string, joined: string | undefined, left: string[]): string {
  const mayBeEmpty = attribute === "tagged" || attribute === "command";
  const next = joined ?? left.shift();
  const hasEquals = joined === undefined && next?.startsWith("=") === true;
  const first = hasEquals ? next.slice(1) : next;
  const isBehindEquals = first === "" && !mayBeEmpty && (hasEquals || joined !== undefined);
  const argument = isBehindEquals ? left.shift() : first;
  if (argument === undefined || argument.startsWith("#") || (argument === "" && !mayBeEmpty)) {
    throw new SshConfigError(`the criterion "${attribute}" has no argument`);
  }
  return argument;
}

async function judge(criterion: Criterion, subject: MatchSubject, isMatch: boolean): Promise<boolean> {
  const argument = criterion.argument ?? "";
  switch (criterion.attribute) {
    case "all":
      return true;
    case "canonical":
    case "final":
      return subject.isFinal;
    case "host":
      return matchesHostList(subject.host, argument);
    case "originalhost":
      return matchesHostList(subject.originalHost, argument);
    case "user":
      return matchesList(subject.user, argument);
    case "localuser":
      return matchesList(subject.localUser, argument);
    case "localnetwork":
      return isInNetworks(subject.localAddresses, argument);
    case "version":
      return matchesList(followedRelease, argument);
    case "tagged":
      return subject.tag === "" ? argument === "" : matchesList(subject.tag, argument);
    case "command":
      // As of `ssh DESTINATION` without a command behind it.
      return argument === "";
    case "sessiontype":
      return matchesList(subject.sessionType, argument);
    default: {
      const command = subject.expand(argument);
      return isMatch && (await subject.run(command));
    }
  }
}

/** Throws SshConfigError for what is no list of ADDRESS/LENGTH. */
function isInNetworks(addresses: readonly string[], list: string): boolean {
  const networks = new BlockList();
  for (const entry of list.split(",")) {
    const [address = "", length] = entry.split("/");
    const family = isIP(address);
    const bits = family === 4 ? 32 : 128;
    const prefix = length === undefined ? bits : /^\d+$/.test(length) ? Number(length) : NaN;
    if (family === 0 || !(prefix <= bits) || entry.split("/").length > 2) {
      throw new SshConfigError(`"${entry}" is no network of the form ADDRESS/LENGTH`);
    }
    networks.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
  }
  return addresses.some((address) => networks.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"));
}
