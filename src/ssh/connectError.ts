import { KubeadmError, messageOf } from "../core/errors.ts";
import type { ProxyReport } from "./proxyCommand.ts";
import { describeTarget, type SshTarget } from "./target.ts";
import { ForwardingRefused, JumpLost } from "./transport.ts";

/** Nobody is there, or no way leads there; where a connection was before, it may come back in a moment. */
export class HostAway extends KubeadmError {}

/** The server closed the connection before the login; when many connect at a time, trying again helps. */
export class HandshakeRefused extends KubeadmError {}

/** The jump host's connection ended on the way; trying again opens another. */
export class JumpInterrupted extends KubeadmError {}

/** The server ended the connection after as many refused logins as it allows; a new one may try others. */
export class TooManyAttempts extends KubeadmError {}

/** How far a connection had come when it failed. */
export type ConnectStage = "reaching" | "handshake" | "authentication";

/**
 * The error that ssh2, or what it runs over, reports while connecting, in words for the person. `report`: what the
 * ProxyCommand tells, where there is one.
 */
export function connectError(
  target: SshTarget,
  stage: ConnectStage,
  thrown: unknown,
  report?: ProxyReport,
): KubeadmError {
  const { host, address, port } = target;
  // Several addresses of one name: as ssh, tell of the last that was tried.
  const cause: unknown = thrown instanceof AggregateError ? (thrown.errors.at(-1) ?? thrown) : thrown;
  const text = messageOf(cause);
  if (cause instanceof ForwardingRefused) {
    return forwardingError(target, cause);
  }
  if (cause instanceof JumpLost) {
    return new JumpInterrupted({
      code: "host-unreachable",
      host,
      message: `the connection to its jump host ${jumpHostOf(target)} was lost.`,
      next: "Check the jump host and the network, then try again.",
      cause,
    });
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
    return new KubeadmError({
      code: "host-unreachable",
      host,
      message: `the SSH server at ${address} port ${port} shares no algorithm with this client (${text}).`,
      next: "Allow a current key exchange, cipher or host key type in its sshd_config.",
      cause,
    });
  }
  if (report && stage !== "authentication") {
    return proxyError(target, cause, report);
  }
  switch (stage) {
    case "reaching":
      return reachingError(target, cause);
    case "handshake":
      return new HandshakeRefused({
        code: "host-unreachable",
        host,
        message: `${address} port ${port} closed the connection during the SSH handshake (${text}).`,
        next: "Check that an SSH server listens there and that it is not refusing connections; then try again.",
        cause,
      });
    case "authentication":
      return new KubeadmError({
        code: "host-authentication",
        host,
        message: `${describeTarget(target)} closed the connection during the login (${text}).`,
        next: "Look at the server's log: it may refuse this user or have waited too long. Then try again.",
        cause,
      });
  }
}

function reachingError(target: SshTarget, cause: unknown): KubeadmError {
  const { host, address, port, bindAddress } = target;
  const place = `${address} port ${port}`;
  const away = (message: string, next: string): HostAway =>
    new HostAway({ code: "host-unreachable", host, message, next, cause });
  switch ((cause as NodeJS.ErrnoException | undefined)?.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return away(
        `the name ${address} cannot be resolved.`,
        "Check the host's address in the spec, and that this machine's DNS knows it.",
      );
    case "ECONNREFUSED":
      return away(
        `nothing accepts connections at ${place}.`,
        "Check the address and the port, and that the SSH server runs there.",
      );
    case "EADDRNOTAVAIL":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return away(
        bindAddress === undefined
          ? `there is no route to ${place}.`
          : `there is no route from ${bindAddress} to ${place}.`,
        bindAddress === undefined
          ? "Check the address, and that this machine is on the right network or VPN."
          : "Check the address, and BindAddress in ssh_config: it must be an address of this machine.",
      );
    case "ETIMEDOUT":
      return timeoutError(target, "reaching", cause);
    default:
      return away(
        `${place} cannot be reached (${messageOf(cause)}).`,
        "Check the host's address, port and network.",
      );
  }
}

function forwardingError(target: SshTarget, cause: ForwardingRefused): KubeadmError {
  const { host, address, port } = target;
  const jump = jumpHostOf(target);
  const place = `${address} port ${port}`;
  switch (cause.reason) {
    case "prohibited":
      return new KubeadmError({
        code: "host-unreachable",
        host,
        message: `its jump host ${jump} does not allow a connection to ${place} (${cause.message}).`,
        next:
          `Check AllowTcpForwarding, PermitOpen and DisableForwarding in ${jump}'s sshd_config, ` +
          "and the options of your key in its authorized_keys.",
        cause,
      });
    case "not-reached":
      return new HostAway({
        code: "host-unreachable",
        host,
        message: `its jump host ${jump} cannot connect to ${place} (${cause.message}).`,
        next: `Check that the host is up and its SSH server runs, and that ${jump} can reach ${place}.`,
        cause,
      });
  }
}

function proxyError(target: SshTarget, cause: unknown, { exitCode, words }: ProxyReport): KubeadmError {
  const command = target.route.kind === "command" ? target.route.command : "";
  const why = [
    exitCode === undefined || exitCode === 0 ? "" : `exit code ${exitCode}`,
    words || (exitCode ? "" : messageOf(cause)),
  ];
  const details = {
    code: "host-unreachable",
    host: target.host,
    message: `its ProxyCommand gave no connection (${why.filter(Boolean).join(": ")}).`,
    next: `Run it in a terminal to see why: ${command}`,
    cause,
  } as const;
  // One that ends in peace had a connection, which the server closed.
  return exitCode === 0 ? new HandshakeRefused(details) : new HostAway(details);
}

/** Nobody answered within the time for connecting. */
export function timeoutError(
  target: SshTarget,
  stage: ConnectStage,
  cause?: unknown,
  report?: ProxyReport,
): KubeadmError {
  const { host, address, port, route } = target;
  const details = { code: "host-unreachable", host, cause } as const;
  const place = `${address} port ${port}`;
  if (report && stage !== "authentication") {
    const words = report.words && ` (${report.words})`;
    return new KubeadmError({
      ...details,
      message: `nothing answered through its ProxyCommand in time${words}.`,
      next: `Run it in a terminal to see why: ${route.kind === "command" ? route.command : ""}`,
    });
  }
  if (stage !== "reaching") {
    return new KubeadmError({
      ...details,
      message: `${place} accepts connections, but its SSH server does not answer in time.`,
      next: "Check that an SSH server listens there, and that the host is not overloaded.",
    });
  }
  if (route.kind === "jump") {
    return new KubeadmError({
      ...details,
      message: `its jump host ${route.through.host} got no connection to ${place} in time.`,
      next: `Check that the host is up, and that no firewall between ${route.through.host} and it drops the port.`,
    });
  }
  return new KubeadmError({
    ...details,
    message: `${place} does not answer.`,
    next: "Check that the host is up, the address right, and no firewall in between drops the port.",
  });
}

function jumpHostOf({ route }: SshTarget): string {
  return route.kind === "jump" ? route.through.host : "";
}
