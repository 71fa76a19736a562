/**
 * What is known for a secret by itself, wherever it stands. Each pattern is anchored at a plain beginning, so that
 * matching takes time in the text's length.
 */
export function secretIn(text: string): string | undefined {
  if (text.length < 20) {
    return undefined;
  }
  if (/-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/.test(text)) {
    return "a private key";
  }
  const trimmed = text.trim();
  if (isBootstrapToken(trimmed)) {
    return "a bootstrap token";
  }
  if (/^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}$/.test(trimmed)) {
    return "a token";
  }
  if (/^(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,}|glpat-[\w-]{20,})$/.test(trimmed)) {
    return "an access token";
  }
  if (/(?:^|\s)--(?:discovery-)?token[= ][a-z0-9]{6}\.[a-z0-9]{16}(?:\s|$)/.test(text)) {
    return "a bootstrap token";
  }
  return /--certificate-key[= ][0-9a-f]{64}(?:\s|$)/.test(text) ? "a certificate key" : undefined;
}

/** Six characters, a dot, sixteen. Letters alone are rather two names of a domain: a token has next to never none of ten digits. */
function isBootstrapToken(text: string): boolean {
  return text.length === 23 && /^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(text) && /\d.*\d/.test(text.slice(7));
}

/** The password in a URL such as https://user:password@mirror.example.com; a place for one (${PASSWORD}) is none. */
export function passwordInUrl(text: string): string | undefined {
  const match = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^/\s:@]*:([^/\s@]+)@/i.exec(text);
  return match?.[1] === undefined || isPlaceholder(match[1]) ? undefined : match[1];
}

/** The URL without its user and password. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]{1,20}:\/\/)[^/\s@]*@/i, "$1");
}

const secretNames: ReadonlySet<string> = new Set([
  "accesskey",
  "accesstoken",
  "apikey",
  "apitoken",
  "authtoken",
  "bearertoken",
  "becomepassword",
  "bootstraptoken",
  "certificatekey",
  "clientsecret",
  "passphrase",
  "passwd",
  "password",
  "privatekey",
  "secret",
  "secretkey",
  "sshpass",
  "sshpassword",
  "sudopass",
  "sudopassword",
  "token",
]);

/** Whether a field of this name holds a secret: password, sudo_password, DB_PASSWORD; not passwordFile or tokenTtl. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "");
  return secretNames.has(plain) || /_(?:PASSWORD|PASSWD|TOKEN|SECRET|API_KEY|SECRET_KEY)$/.test(name);
}

/** Whether a text stands for a secret that is put in later, or for none: ${TOKEN}, {{ token }}, <token>, ***. */
export function isPlaceholder(text: string): boolean {
  return /^\s*$|\$\{|\$\(|\{\{|^<.*>$|^\$\w+$|^[*x.]+$|^(?:redacted|changeme|todo|none|null)$/i.test(
    text.trim(),
  );
}
