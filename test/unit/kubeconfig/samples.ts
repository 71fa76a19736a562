import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adminEntries, type AdminEntries } from "../../../src/core/kubeconfig/adminConf.ts";

/** Base64 of something that looks like a PEM block. Not a real certificate or key. */
export function pem(content: string): string {
  return Buffer.from(`-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`).toString(
    "base64",
  );
}

/** An admin.conf as kubeadm writes it. */
export function adminConf(ca = "ca-1", server = "https://10.0.0.10:6443", key = "key-1"): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${pem(ca)}
    server: ${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${pem(`client ${key}`)}
    client-key-data: ${pem(key)}
`;
}

export function entries(name: string, ...parts: Parameters<typeof adminConf>): AdminEntries {
  return adminEntries(adminConf(...parts), name);
}

export const hasKubectl = ((): boolean => {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** What kubectl prints about a file of this content. */
export function kubectl(text: string, ...argv: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  try {
    const path = join(dir, "config");
    writeFileSync(path, text, { mode: 0o600 });
    return execFileSync("kubectl", [...argv, "--kubeconfig", path], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, KUBECONFIG: path, HOME: dir },
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What kubectl makes of a kubeconfig, as plain values. */
export function kubectlView(text: string): Record<string, unknown> {
  return JSON.parse(kubectl(text, "config", "view", "--raw", "-o", "json")) as Record<string, unknown>;
}
