import {
  agentKeyLife,
  channelTimeouts,
  domains,
  environment,
  escapeCharacter,
  forwardedAgent,
  keystrokeTiming,
  logFacility,
  logLevel,
  mask,
  permittedNames,
  permittedTargets,
  persistence,
  rekeyLimit,
  serviceClass,
  tunnelDevice,
} from "./checkedValues.ts";
import type { Directive } from "./directives.ts";
import { forward } from "./forwardValue.ts";
import { algorithms, anything, command, number, oneOf, oneWord, time, words, yesOrNo } from "./values.ts";
import type { ReadValue } from "./values.ts";

function harmless(name: string, read: ReadValue, note: string, more: Partial<Directive> = {}): Directive {
  return { name, read, support: "harmless", note, ...more };
}

function ignored(name: string, read: ReadValue, note: string, more: Partial<Directive> = {}): Directive {
  return { name, read, support: "ignored", note, ...more };
}

const no = { idle: ["no"] };
const none = { idle: ["none"] };

const noForwards = "ports are forwarded by ssh in a terminal, not by the connections of the extension";
const ownLink = "the extension keeps one connection to each host by itself";
const noTerminal = "scripts run without a terminal, and shells get one";
const ownLog = "the extension's log has a level of its own";
const noCertificates =
  "certificates are taken from the agent, and from FILE-cert.pub beside an IdentityFile FILE";
const noHostCertificates =
  "certificates of hosts are not supported, so the authorities' algorithms do not matter";
const noKerberos = "Kerberos is not supported; the other ways to log in are tried";
const noHostBased = "host-based authentication is not supported; the other ways to log in are tried";
const noCanonical = "names are left to this machine's resolver; give the full name in HostName";
const noHardware = "hardware keys are used through the SSH agent alone";
const obsolete = "obsolete: OpenSSH ignores it, too";

/** Those that have no effect here. */
export const unsupportedDirectives: readonly Directive[] = [
  harmless("AddKeysToAgent", agentKeyLife, "keys are not added to the agent; a passphrase is asked for once"),
  ignored("BatchMode", yesOrNo(), "the extension asks for what it needs; cancel the question to give up", no),
  ignored("BindInterface", oneWord(), "only an address can be bound; use BindAddress"),
  ignored("CanonicalDomains", domains, noCanonical, none),
  harmless("CanonicalizeFallbackLocal", yesOrNo(), noCanonical),
  ignored("CanonicalizeHostname", yesOrNo("always"), noCanonical, no),
  harmless("CanonicalizeMaxDots", number, noCanonical),
  harmless("CanonicalizePermittedCNAMEs", permittedNames, noCanonical),
  harmless("CASignatureAlgorithms", algorithms, noHostCertificates),
  ignored("CertificateFile", oneWord(), noCertificates, { ...none, adds: true }),
  harmless("ChannelTimeout", channelTimeouts, "the extension ends its scripts and shells by itself"),
  harmless("CheckHostIP", yesOrNo(), "host keys are looked up by name, which is ssh's default since 8.5"),
  harmless("ClearAllForwardings", yesOrNo(), noForwards),
  harmless(
    "Compression",
    oneOf("yes", "no"),
    "it changes the speed only; scripts and their output are small",
  ),
  ignored(
    "ConnectionAttempts",
    number,
    "a handshake that a busy server drops is tried again up to four times, and nothing else is",
    { idle: ["1"] },
  ),
  harmless("ControlMaster", oneOf("yes", "true", "no", "false", "auto", "ask", "autoask"), ownLink),
  harmless("ControlPath", oneWord(), ownLink),
  harmless("ControlPersist", persistence, ownLink),
  harmless("DynamicForward", forward("dynamic"), noForwards),
  harmless("EnableEscapeCommandline", yesOrNo(), noTerminal),
  harmless("EnableSSHKeysign", yesOrNo(), noHostBased),
  harmless("EscapeChar", escapeCharacter, noTerminal),
  harmless("ExitOnForwardFailure", yesOrNo(), noForwards),
  harmless(
    "FingerprintHash",
    oneOf("md5", "sha1", "sha256", "sha384", "sha512"),
    "fingerprints are shown as SHA256",
  ),
  harmless("ForkAfterAuthentication", yesOrNo(), noTerminal),
  ignored("ForwardAgent", forwardedAgent, "the agent is not lent to cluster hosts", no),
  harmless("ForwardX11", yesOrNo(), "no graphical program is run"),
  harmless("ForwardX11Timeout", time, "no graphical program is run"),
  harmless("ForwardX11Trusted", yesOrNo(), "no graphical program is run"),
  harmless("GatewayPorts", yesOrNo(), noForwards),
  ignored("GSSAPIAuthentication", yesOrNo(), noKerberos, no),
  harmless("GSSAPIClientIdentity", oneWord(), noKerberos),
  harmless("GSSAPIDelegateCredentials", yesOrNo(), noKerberos),
  harmless("GSSAPIKexAlgorithms", oneWord(), noKerberos),
  harmless("GSSAPIKeyExchange", yesOrNo(), noKerberos),
  harmless("GSSAPIRenewalForcesRekey", yesOrNo(), noKerberos),
  harmless("GSSAPIServerIdentity", oneWord(), noKerberos),
  harmless("GSSAPITrustDNS", yesOrNo(), noKerberos),
  harmless("HostbasedAcceptedAlgorithms", algorithms, noHostBased, { aliases: ["HostbasedKeyTypes"] }),
  ignored("HostbasedAuthentication", yesOrNo(), noHostBased, no),
  harmless("IPQoS", serviceClass, "it changes how routers treat the packets, not what they carry"),
  harmless("KbdInteractiveDevices", oneWord(), "the host chooses how it asks"),
  ignored("KnownHostsCommand", command, "host keys are looked up in known_hosts files alone", none),
  harmless("LocalCommand", command, "PermitLocalCommand says whether it is missed"),
  harmless("LocalForward", forward("local"), noForwards, { adds: true }),
  harmless("LogLevel", logLevel, ownLog),
  harmless("LogVerbose", words(), ownLog),
  ignored(
    "NoHostAuthenticationForLocalhost",
    yesOrNo(),
    "the key of every host is checked, that of this machine, too",
    no,
  ),
  harmless("ObscureKeystrokeTiming", keystrokeTiming, "keystrokes in a shell are sent as they come"),
  ignored("PermitLocalCommand", yesOrNo(), "connecting runs no command on this machine", no),
  harmless("PermitRemoteOpen", permittedTargets, noForwards),
  ignored("PKCS11Provider", oneWord(), noHardware, { ...none, aliases: ["SmartcardDevice"] }),
  ignored(
    "ProxyUseFdpass",
    yesOrNo(),
    "ProxyCommand has to carry the connection, not to hand over a socket",
    no,
  ),
  ignored(
    "PubkeyAcceptedAlgorithms",
    algorithms,
    "keys sign by the best algorithm that the host says it knows",
    {
      aliases: ["PubkeyAcceptedKeyTypes"],
    },
  ),
  harmless("RekeyLimit", rekeyLimit, "keys are renewed when the host asks for it"),
  ignored("RemoteCommand", command, "scripts and shells are run instead", none),
  harmless("RemoteForward", forward("remote"), noForwards, { adds: true }),
  harmless("RequestTTY", oneOf("yes", "true", "no", "false", "force", "auto"), noTerminal),
  ignored("RequiredRSASize", number, "RSA host keys need 1024 bits; for the others the host has rules", {
    aliases: ["RSAMinSize"],
  }),
  ignored("RevokedHostKeys", words(), "mark keys @revoked in known_hosts instead", none),
  ignored("SecurityKeyProvider", oneWord(), noHardware, none),
  harmless(
    "SendEnv",
    environment(false),
    "scripts set what they need, and shells start with the host's environment",
    {
      adds: true,
    },
  ),
  ignored("SessionType", oneOf("none", "subsystem", "default"), "scripts and shells are run all the same", {
    idle: ["default"],
  }),
  ignored(
    "SetEnv",
    environment(true),
    "scripts set what they need, and shells start with the host's environment",
  ),
  harmless("StdinNull", yesOrNo(), noTerminal),
  harmless("StreamLocalBindMask", mask, noForwards),
  harmless("StreamLocalBindUnlink", yesOrNo(), noForwards),
  harmless("SyslogFacility", logFacility, ownLog),
  harmless("TCPKeepAlive", yesOrNo(), "a link that is dead is noticed by ServerAliveInterval", {
    aliases: ["KeepAlive"],
  }),
  ignored(
    "Tunnel",
    oneOf("yes", "true", "no", "false", "point-to-point", "ethernet"),
    "network devices are not forwarded",
    { idle: ["no", "false"] },
  ),
  harmless("TunnelDevice", tunnelDevice, "network devices are not forwarded"),
  harmless("UpdateHostKeys", yesOrNo("ask"), "only keys that were accepted are recorded"),
  ignored("UseKeychain", yesOrNo(), "passphrases are asked for once; the editor's keyring can keep them", {
    ...no,
    platforms: ["darwin"],
  }),
  ignored("VerifyHostKeyDNS", yesOrNo("ask"), "host keys are looked up in known_hosts files alone", no),
  harmless("VersionAddendum", anything, "the host is told the name of this client"),
  harmless("VisualHostKey", yesOrNo(), "fingerprints are shown as SHA256"),
  harmless("WarnWeakCrypto", yesOrNo("no-pq-kex"), "the algorithms are those that both sides allow"),
  harmless("XAuthLocation", oneWord(), "no graphical program is run"),
  ...[
    "AFSTokenPassing",
    "Cipher",
    "CompressionLevel",
    "FallBackToRsh",
    "GlobalKnownHostsFile2",
    "KerberosAuthentication",
    "KerberosTGTPassing",
    "Protocol",
    "RhostsAuthentication",
    "RhostsRSAAuthentication",
    "RSAAuthentication",
    "UseBlacklistedKeys",
    "UsePrivilegedPort",
    "UserKnownHostsFile2",
    "UseRoaming",
    "UseRsh",
  ].map((name) => harmless(name, anything, obsolete)),
];
