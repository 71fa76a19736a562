import { unsupportedDirectives } from "./unsupportedDirectives.ts";
import { agentSocket } from "./checkedValues.ts";
import { jumps } from "./jump.ts";
import {
  algorithms,
  anything,
  command,
  number,
  oneOf,
  oneWord,
  portOf,
  time,
  words,
  yesOrNo,
  type ReadValue,
} from "./values.ts";

/** A directive of ssh_config(5), and what becomes of it here. */
export interface Directive {
  /** As ssh_config(5) spells it. */
  readonly name: string;
  /** Other names that OpenSSH takes for it. */
  readonly aliases?: readonly string[];
  readonly read: ReadValue;
  /**
   * supported: does what it does in ssh. harmless: has no effect here, and nothing is missed. ignored: has no effect
   * here, which is said in the log when it applies.
   */
  readonly support: "supported" | "harmless" | "ignored";
  /** supported: what of it is special here, or "". Otherwise why it has no effect, and what is done instead. */
  readonly note: string;
  /** Values of an ignored directive that ask for nothing, in lower case. */
  readonly idle?: readonly string[];
  /** Each one counts, not only the first. */
  readonly adds?: true;
  /** Of this and that directive the first one counts. */
  readonly rival?: string;
  /** Only the ssh of these platforms knows it. */
  readonly platforms?: readonly NodeJS.Platform[];
}

function supported(name: string, read: ReadValue, note = "", more: Partial<Directive> = {}): Directive {
  return { name, read, support: "supported", note, ...more };
}

const listNote = "names that this client does not know are passed over";

const supportedDirectives: readonly Directive[] = [
  supported("AddressFamily", oneOf("any", "inet", "inet6")),
  supported("BindAddress", oneWord()),
  supported("Ciphers", algorithms, listNote),
  supported("ConnectTimeout", time, "0 and none are the setting kubeadm.ssh.connectTimeoutSeconds"),
  supported("GlobalKnownHostsFile", words(32)),
  supported("HashKnownHosts", yesOrNo()),
  supported("Host", anything),
  supported("HostKeyAlgorithms", algorithms, listNote),
  supported("HostKeyAlias", oneWord()),
  supported("Hostname", oneWord()),
  supported("IdentitiesOnly", yesOrNo()),
  supported("IdentityAgent", agentSocket),
  supported(
    "IdentityFile",
    oneWord(),
    "a relative path is one of the home folder; ssh takes it as one of the folder in which it is started",
    { adds: true, aliases: ["IdentityFile2"] },
  ),
  supported("IgnoreUnknown", oneWord()),
  supported("Include", anything),
  supported("KbdInteractiveAuthentication", yesOrNo(), "", {
    aliases: ["ChallengeResponseAuthentication", "SkeyAuthentication", "TISAuthentication"],
  }),
  supported("KexAlgorithms", algorithms, listNote),
  supported("MACs", algorithms, listNote),
  supported("Match", anything, "canonical and final as when CanonicalizeHostname is no"),
  supported("NumberOfPasswordPrompts", number),
  supported("PasswordAuthentication", yesOrNo()),
  supported(
    "Port",
    oneWord((word) => String(portOf(word))),
  ),
  supported("PreferredAuthentications", oneWord(), "gssapi-with-mic and hostbased are passed over"),
  supported("ProxyCommand", command, "", { rival: "proxyjump" }),
  supported("ProxyJump", jumps, "without an ssh of its own", { rival: "proxycommand" }),
  supported(
    "PubkeyAuthentication",
    yesOrNo("unbound", "host-bound"),
    "unbound and host-bound are read as yes",
    {
      aliases: ["DSAAuthentication"],
    },
  ),
  supported("RefuseConnection", oneWord()),
  supported("ServerAliveCountMax", number),
  supported("ServerAliveInterval", time, "0 and none are 15 seconds: a run must notice a dead link", {
    aliases: ["ProtocolKeepAlives", "SetupTimeOut"],
  }),
  supported(
    "StrictHostKeyChecking",
    oneOf("yes", "true", "no", "false", "ask", "off", "accept-new"),
    "no and off are read as ask: no key is accepted unseen",
  ),
  supported("Tag", oneWord(), "for Match tagged"),
  supported("User", oneWord()),
  supported("UserKnownHostsFile", words(32)),
];

/** Every directive of ssh_config(5), by name. Source: OpenSSH 10.5, and the additions of Debian, Red Hat and Apple. */
export const directives: readonly Directive[] = [...supportedDirectives, ...unsupportedDirectives].sort(
  (a, b) => a.name.localeCompare(b.name, "en"),
);

const byKeyword = new Map(
  directives.flatMap((directive) =>
    [directive.name, ...(directive.aliases ?? [])].map((name) => [name.toLowerCase(), directive] as const),
  ),
);

/** The directive of a keyword in lower case, under any of its names; undefined when ssh would not know it. */
export function directiveOf(keyword: string, platform: NodeJS.Platform): Directive | undefined {
  const directive = byKeyword.get(keyword);
  return directive?.platforms && !directive.platforms.includes(platform) ? undefined : directive;
}
