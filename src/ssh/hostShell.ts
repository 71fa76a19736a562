import type { Client, ClientChannel } from "ssh2";
import { KubeadmError } from "../core/errors.ts";
import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import { exitCodeOfSignal } from "./signals.ts";
import { describeTarget, type SshTarget } from "./target.ts";

/** Opens a login shell of the user over `client`. Throws KubeadmError session-protocol when the host refuses it. */
export function openShell(client: Client, target: SshTarget, options: ShellOptions): Promise<HostShell> {
  const { cols, rows, term, onData } = options;
  return new Promise((resolve, reject) => {
    function refuse(cause: unknown): void {
      reject(
        new KubeadmError({
          code: "session-protocol",
          host: target.host,
          message: `${describeTarget(target)} opens no terminal.`,
          next: "Check MaxSessions and PermitTTY in the host's sshd_config.",
          cause,
        }),
      );
    }
    try {
      client.shell({ cols, rows, term }, (error, channel) => {
        if (error) {
          refuse(error);
        } else {
          resolve(attach(channel, onData));
        }
      });
    } catch (error) {
      refuse(error);
    }
  });
}

function attach(channel: ClientChannel, onData: (chunk: string) => void): HostShell {
  const decoder = new TextDecoder();
  const onChunk = (data: Buffer): void => {
    onData(decoder.decode(data, { stream: true }));
  };
  channel.on("data", onChunk);
  channel.stderr.on("data", onChunk);
  const exit = new Promise<number>((resolve) => {
    let code = -1;
    channel
      .on("exit", (status: number | null, signal?: string) => {
        code = status ?? exitCodeOfSignal(signal);
      })
      .on("close", () => {
        resolve(code);
      })
      .on("error", () => undefined);
  });
  return {
    write: (input) => {
      channel.write(input);
    },
    resize: (cols, rows) => {
      // The size in pixels is unknown; servers go by rows and columns.
      channel.setWindow(rows, cols, 0, 0);
    },
    close: () => {
      channel.close();
    },
    exit,
  };
}
