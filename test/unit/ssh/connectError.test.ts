import assert from "node:assert/strict";
import { join } from "node:path";
import { connectError, timeoutError } from "../../../src/ssh/connectError.ts";
import { localDefaults } from "../../../src/ssh/localDefaults.ts";
import { describeTarget } from "../../../src/ssh/target.ts";
import { testTarget } from "../../contract/support/testTarget.ts";

const target = testTarget({ address: "192.0.2.1", port: 2222 });

function withCode(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("connection errors", () => {
  it("tell apart in words why a host cannot be reached", () => {
    const words: readonly (readonly [string, RegExp])[] = [
      ["ENOTFOUND", /the name 192.0.2.1 cannot be resolved/],
      ["EAI_AGAIN", /cannot be resolved/],
      ["ECONNREFUSED", /nothing accepts connections at 192.0.2.1 port 2222/],
      ["EHOSTUNREACH", /no route to 192.0.2.1 port 2222/],
      ["ENETUNREACH", /no route/],
      ["ETIMEDOUT", /does not answer/],
      ["ECONNRESET", /cannot be reached \(connect ECONNRESET\)/],
    ];
    for (const [code, expected] of words) {
      const cause = withCode(code);
      const error = connectError(target, "reaching", cause);
      assert.equal(error.code, "host-unreachable");
      assert.match(error.message, expected);
      assert.equal(error.host, "cp-1");
      assert.equal(error.cause, cause);
      assert.match(error.next ?? "", /\.$/);
    }
  });

  it("tell how far it came", () => {
    const reset = withCode("ECONNRESET");
    assert.match(connectError(target, "handshake", reset).message, /during the SSH handshake/);
    assert.equal(connectError(target, "authentication", reset).code, "host-authentication");
    assert.notEqual(timeoutError(target, "reaching").message, timeoutError(target, "handshake").message);
  });

  it("advise on too many keys and on old servers", () => {
    const many = connectError(target, "authentication", new Error("Too many authentication failures"));
    assert.equal(many.code, "host-authentication");
    assert.match(many.next ?? "", /identityFile/);
    const old = connectError(target, "handshake", new Error("Handshake failed: no matching host key format"));
    assert.match(old.message, /shares no algorithm/);
  });

  it("name the target as one would for ssh", () => {
    assert.equal(describeTarget(target), "root@192.0.2.1:2222");
    assert.equal(describeTarget({ ...target, port: 22 }), "root@192.0.2.1");
    assert.equal(describeTarget({ ...target, address: "fd00::1" }), "root@[fd00::1]:2222");
  });
});

describe("local defaults", () => {
  it("is where OpenSSH looks", () => {
    const home = join("/", "home", "ada");
    const linux = localDefaults({ platform: "linux", home, env: { SSH_AUTH_SOCK: "/run/agent" } }, 5000);
    assert.equal(linux.agent, "/run/agent");
    assert.equal(linux.userKnownHostsFiles[0], join(home, ".ssh", "known_hosts"));
    assert.equal(linux.defaultIdentityFiles[0], join(home, ".ssh", "id_ed25519"));
    assert.equal(localDefaults({ platform: "linux", home, env: { SSH_AUTH_SOCK: "" } }, 1).agent, undefined);
    const windows = localDefaults({ platform: "win32", home, env: {} }, 5000);
    assert.equal(windows.agent, "\\\\.\\pipe\\openssh-ssh-agent");
  });
});
