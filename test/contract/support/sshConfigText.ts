import fc from "fast-check";
import { oddLines, otherLines } from "./oddSshConfigLines.ts";

/** A file of ssh_config, its includes with it. Texts name an included file by "{N}", its place in `includes`. */
export interface ConfigFile {
  readonly text: string;
  readonly includes: readonly ConfigFile[];
}

const hosts = ["web-1", "web-2", "Web-1", "db", "cp.example.org", "10.0.0.1", "10.1"];

export const destinations = fc.constantFrom(...hosts, "root@db", "ssh://eve@web-1:2022", "a.b@web-2", "::1");

const name = fc.constantFrom("root", "eve", "deploy", "a.b");
const flag = fc.constantFrom("yes", "no", "true", "false", "YES", "No");
const span = fc.constantFrom("0", "5", "90s", "1m30s", "2H", "1h1m1s", "none", "1d");
const small = fc.constantFrom("0", "1", "3", "007", "42");
const path = fc.constantFrom(
  "~/.ssh/id_%h",
  "~/.ssh/%r@%n",
  "/mnt/my keys/%k",
  "/k/%u/%p/%%",
  "keys/%L.%l",
  "~//twice",
  "${KEYS}/id_%i",
  "/d%d",
  "~",
  "/q'uote",
  '/q"uote',
  "/back\\slash",
  "/#hash",
  "none",
);
const absolutePath = path.filter((word) => word !== "none" && !word.startsWith("keys"));
const pattern = fc.oneof(
  fc.constantFrom(...hosts, "web-*", "*", "?eb-1", "*.example.org", "10.*", "*-?", "WEB-*", "*e*"),
  fc.constantFrom("!web-1", "!*", "!db", "!web-?"),
);
const hop = fc.constantFrom(
  "gate",
  "eve@gate",
  "gate:2200",
  "eve@inner.gate:22",
  "[fe80::2]:77",
  "ssh://adm@gate:2201",
  "ssh://gate",
  "%r.gate",
  "a@b@gate",
);
const kex = [
  "curve25519-sha256",
  "ecdh-sha2-nistp256",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group14-sha1",
];
const cipherNames = ["aes128-ctr", "aes256-gcm@openssh.com", "aes256-cbc", "chacha20-poly1305@openssh.com"];
const macNames = ["hmac-sha2-256", "umac-128-etm@openssh.com", "hmac-md5"];
const keyNames = ["ssh-ed25519", "rsa-sha2-512", "ssh-rsa", "ecdsa-sha2-nistp256"];

function list(names: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(
      fc.constantFrom("", "+", "-", "^"),
      fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    )
    .map(([mark, chosen]) => [mark + chosen.join(",")]);
}

function one(word: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return word.map((value) => [value]);
}

/** Values of directives that are words, which can be written in several ways. */
const wordy: readonly (readonly [string, fc.Arbitrary<readonly string[]>])[] = [
  [
    "HostName",
    one(fc.constantFrom("%h", "%h.example.org", "Box.Example.org", "10.2", "::0:1", "100%%", "web-2")),
  ],
  ["User", one(name)],
  ["Port", one(fc.constantFrom("22", "2222", "00022", "ssh", "65535"))],
  ["IdentityFile", one(path)],
  ["IdentitiesOnly", one(flag)],
  [
    "IdentityAgent",
    one(
      fc.constantFrom("none", "SSH_AUTH_SOCK", "$KEYS", "$UNSET_KEYS", "${KEYS}/s", "~/a %h", "/run/%u.sock"),
    ),
  ],
  ["HostKeyAlias", one(fc.constantFrom("alias", "Alias.B", "10.0.0.9"))],
  [
    "UserKnownHostsFile",
    fc.oneof(fc.array(absolutePath, { minLength: 1, maxLength: 3 }), one(fc.constant("NONE"))),
  ],
  [
    "GlobalKnownHostsFile",
    fc.oneof(fc.constant(["/g1", "~/g2"]), fc.constant(["none"]), fc.constant(["/g %h"])),
  ],
  ["StrictHostKeyChecking", one(fc.oneof(flag, fc.constantFrom("ask", "off", "accept-new", "ACCEPT-new")))],
  ["HashKnownHosts", one(flag)],
  ["ServerAliveInterval", one(span)],
  ["ServerAliveCountMax", one(small)],
  ["ConnectTimeout", one(span)],
  ["KexAlgorithms", list(kex)],
  ["Ciphers", list(cipherNames)],
  ["MACs", list(macNames)],
  ["HostKeyAlgorithms", list(keyNames)],
  ["PreferredAuthentications", one(fc.constantFrom("publickey", "password,publickey", "hostbased, x"))],
  ["PubkeyAuthentication", one(fc.oneof(flag, fc.constantFrom("unbound", "host-bound")))],
  ["DSAAuthentication", one(flag)],
  ["PasswordAuthentication", one(flag)],
  ["KbdInteractiveAuthentication", one(flag)],
  ["ChallengeResponseAuthentication", one(flag)],
  ["SkeyAuthentication", one(flag)],
  ["NumberOfPasswordPrompts", one(small)],
  ["AddressFamily", one(fc.constantFrom("any", "inet", "INET6"))],
  ["BindAddress", one(fc.constantFrom("10.9.9.9", "::1", "x y"))],
  ["IgnoreUnknown", one(fc.constantFrom("Use*", "useKeychain,frob*", "*", "x"))],
];

const others = fc.constantFrom(...otherLines);
const odd = fc.constantFrom(...oddLines);
const fragments = fc.constantFrom(
  '"',
  "'",
  "\\",
  " ",
  "=",
  "#",
  "x",
  "y",
  "\t",
  ",",
  "\\\\",
  '\\"',
  "\\ ",
  "\r",
);
const noise = fc
  .tuple(
    fc.constantFrom(
      "User",
      "HostKeyAlias",
      "BindAddress",
      "PreferredAuthentications",
      "Host",
      "IgnoreUnknown",
    ),
    fc.array(fragments, { minLength: 1, maxLength: 9 }),
  )
  .map(([keyword, parts]) => keyword + parts.join(""));

const written = fc
  .constantFrom(...wordy)
  .chain(([keyword, words]) => fc.tuple(fc.constant(keyword), words, fc.infiniteStream(fc.nat(99))))
  .map(([keyword, words, choices]) => writeLine(keyword, words, choices));

const proxies = fc.oneof(
  fc.array(hop, { minLength: 1, maxLength: 3 }).map((hops) => `ProxyJump ${hops.join(",")}`),
  fc.constantFrom(
    "ProxyJump=gate # way in",
    "ProxyCommand none",
    "ProxyCommand nc -x 'a b' %h %p # %r",
    'ProxyCommand = ssh -W "[%h]:%p" %r@gate %%',
    "ProxyCommand /bin/p %n",
  ),
);

const criterion = fc.oneof(
  fc.tuple(fc.constantFrom("host", "originalhost", "HOST"), patternList(pattern)),
  fc.tuple(
    fc.constantFrom("user", "localuser"),
    patternList(fc.oneof(name, fc.constantFrom("!eve", "*", "r*", "!root"))),
  ),
  fc.tuple(
    fc.constant("exec"),
    fc.constantFrom(
      "true",
      "false",
      "test %h = web-1",
      "test %p -eq 22",
      "test %n = %k && test %u = root",
      "exit 3",
    ),
  ),
);

function patternList(entry: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => entries.join(","));
}

const match = fc.oneof(
  fc.constantFrom(
    "Match all",
    "Match canonical",
    "Match final",
    "Match final all",
    "Match !canonical",
    "Match !all",
  ),
  fc
    .tuple(
      fc.array(fc.tuple(fc.boolean(), criterion, fc.nat(3)), { minLength: 1, maxLength: 3 }),
      fc.constantFrom("", " final", " canonical"),
    )
    .map(
      ([criteria, end]) =>
        `Match ${criteria.map(([isNegated, [word, argument], style]) => `${isNegated && style > 1 ? "!" : ""}${word}${style === 3 && word !== "exec" ? "=" : " "}${word === "exec" || style === 0 ? `"${argument}"` : argument}`).join(" ")}${end}`,
    ),
);

const hostLine = fc
  .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat(99)))
  .map(([patterns, choices]) => writeLine("Host", patterns, choices));

const line = fc.oneof(
  { weight: 60, arbitrary: written },
  { weight: 22, arbitrary: hostLine },
  { weight: 14, arbitrary: match },
  { weight: 9, arbitrary: proxies },
  { weight: 2, arbitrary: others },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: noise },
);

/** Files of a few lines that may include others. */
export const configFiles: fc.Arbitrary<ConfigFile> = filesWithIncludes(3);

function filesWithIncludes(depth: number): fc.Arbitrary<ConfigFile> {
  const include = fc.tuple(
    fc.nat(9),
    fc.nat(4),
    depth === 0 ? fc.constant(undefined) : filesWithIncludes(depth - 1),
  );
  return fc
    .tuple(
      fc.array(line, { maxLength: 9 }),
      fc.array(include, { maxLength: depth === 0 ? 0 : 2 }),
      fc.constantFrom("\n", "\n", "\r\n"),
    )
    .map(([lines, chosen, end]) => {
      const texts = [...lines];
      chosen.forEach(([at, indent], index) => texts.splice(at, 0, `${" ".repeat(indent)}Include {${index}}`));
      return {
        text: texts.map((text) => text + end).join(""),
        includes: chosen.flatMap(([, , file]) => (file ? [file] : [])),
      };
    });
}

/** One line alone, of the kinds that a whole file has few of. */
export const singleLines: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: noise },
  { weight: 2, arbitrary: odd },
  { weight: 2, arbitrary: others },
  { weight: 1, arbitrary: written },
);

function writeLine(keyword: string, words: readonly string[], choices: Iterator<number>): string {
  const choose = <T>(values: readonly [T, ...T[]]): T =>
    values[(choices.next().value as number) % values.length] ?? values[0];
  const cased = choose([keyword, keyword, keyword.toLowerCase(), keyword.toUpperCase()]);
  const between = choose([" ", " ", "\t", "=", " = ", "= "]);
  const quoted = words.map((word) => choose([bare, bare, doubleQuoted, singleQuoted])(word));
  return `${choose(["", "  ", "\t"])}${cased}${between}${quoted.join(choose([" ", "  ", "\t"]))}${choose(["", "", "  ", " # it's"])}`;
}

function bare(word: string): string {
  return word.replace(/[ "'\\]/g, "\\$&").replace(/^#/, '""#');
}

function doubleQuoted(word: string): string {
  return `"${word.replace(/["\\]/g, "\\$&")}"`;
}

function singleQuoted(word: string): string {
  return `'${word.replace(/['\\]/g, "\\$&")}'`;
}
