import { KubeadmError, messageOf } from "../core/errors.ts";
import { describeTarget, type SshTarget } from "./target.ts";
import { ForwardingRefused } from "./transport.ts";

/** The server closed the connection before the login; when many connect at a time, trying again helps. */
export class HandshakeRefused extends KubeadmError {}

/** The server ended the connection after as many refused logins as it allows; a new one may try others. */
export class TooManyAttempts extends KubeadmError {}

/** Nothing answers, or no way leads there: it may be away for a moment. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof KubeadmError && error.code === "host-unreachable";
}

/** How far a connection had come when it failed. */
export type ConnectStage = "reaching" | "handshake" | "authentication";

/** The error that ssh2, or what it runs over, reports while connecting, in words for the person. */
export function connectError(target: SshTarget, stage: ConnectStage, cause: unknown): KubeadmError {
  const { host, address, port } = target;
  const place = `${address} port ${port}`;
  const make = (
    message: string,
    next: string,
    code: KubeadmError["code"] = "host-unreachable",
  ): KubeadmError => new KubeadmError({ code, host, message, next, cause });
  switch ((cause as NodeJS.ErrnoException | undefined)?.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return make(
        `the name ${address} cannot be resolved.`,
        "Check the host's address in the spec, and that this machine's DNS knows it.",
      );
    case "ECONNREFUSED":
      return make(
        `nothing accepts connections at ${place}.`,
        "Check the address and the port, and that the SSH server runs there.",
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return make(
        `there is no route to ${place}.`,
        "Check the address, and that this machine is on the right network or VPN.",
      );
    case "ETIMEDOUT":
      return timeoutError(target, stage, cause);
    default:
      break;
  }
  const text = messageOf(cause);
  if (cause instanceof ForwardingRefused) {
    const jump = target.route.kind === "jump" ? target.route.through.host : "the jump host";
    return make(
      `the jump host ${jump} does not forward to ${place} (${text}).`,
      "Check that the host is up, that the jump host reaches it, and AllowTcpForwarding in its sshd_config.",
    );
  }
  if (target.route.kind === "command" && stage !== "authentication") {
    return make(
      `its ProxyCommand gave no connection (${text}).`,
      `Run it in a terminal to see why: ${target.route.command}`,
    );
  }
  if (/too many authentication failures/i.test(text)) {
    return new TooManyAttempts({
      code: "host-authentication",
      host,
      message: `${describeTarget(target)} allows no more login attempts.`,
      next: "When the SSH agent holds many keys, set identityFile in the spec to the right one.",
      cause,
    });
  }
  if (/no matching/i.test(text)) {
    return make(
      `the SSH server at ${place} shares no algorithm with this client (${text}).`,
      "Allow a current key exchange, cipher or host key type in its sshd_config.",
    );
  }
  switch (stage) {
    case "reaching":
      return make(`${place} cannot be reached (${text}).`, "Check the host's address, port and network.");
    case "handshake":
      return new HandshakeRefused({
        code: "host-unreachable",
        host,
        message: `${place} closed the connection during the SSH handshake (${text}).`,
        next: "Check that an SSH server listens there and that it is not refusing connections; then try again.",
        cause,
      });
    case "authentication":
      return make(
        `${describeTarget(target)} closed the connection during the login (${text}).`,
        "Look at the server's log: it may refuse this user or have waited too long. Then try again.",
        "host-authentication",
      );
  }
}

/** Nobody answered within the time for connecting. */
export function timeoutError(target: SshTarget, stage: ConnectStage, cause?: unknown): KubeadmError {
  const place = `${target.address} port ${target.port}`;
  return new KubeadmError({
    code: "host-unreachable",
    host: target.host,
    message:
      stage === "reaching"
        ? `${place} does not answer.`
        : `${place} accepts connections, but its SSH server does not answer in time.`,
    next: "Check that the host is up, the address right, and no firewall in between drops the port.",
    cause,
  });
}
