import assert from "node:assert/strict";
import type { SshOptions } from "../../../../src/ssh/config/sshOptions.ts";
import { machine, read, systemFile, userFile } from "./fakeMachine.ts";

async function options(...args: Parameters<typeof read>): Promise<SshOptions> {
  return (await read(...args)).options;
}

describe("ssh_config", () => {
  it("takes a destination for a host name when nothing is configured, with OpenSSH's defaults", async () => {
    assert.deepEqual(await options({}, "Web-1"), {
      hostName: "web-1",
      port: undefined,
      user: undefined,
      identityFiles: undefined,
      identitiesOnly: false,
      identityAgent: undefined,
      proxy: undefined,
      hostKeyAlias: undefined,
      userKnownHostsFiles: undefined,
      globalKnownHostsFiles: undefined,
      strictHostKeyChecking: "ask",
      hashKnownHosts: false,
      serverAliveIntervalSeconds: undefined,
      serverAliveCountMax: undefined,
      connectTimeoutSeconds: undefined,
      kexAlgorithms: undefined,
      ciphers: undefined,
      macs: undefined,
      hostKeyAlgorithms: undefined,
      preferredAuthentications: undefined,
      pubkeyAuthentication: true,
      passwordAuthentication: true,
      kbdInteractiveAuthentication: true,
      numberOfPasswordPrompts: 3,
      addressFamily: "any",
      bindAddress: undefined,
    });
  });

  it("takes the first value of a directive among the blocks that apply", async () => {
    const { hostName, user, port } = await options(`
      Host web-*
        HostName %h.example.org
        User deploy
      Host db
        Port 1
      Host *
        User nobody
        Port 2222
    `);
    assert.deepEqual([hostName, user, port], ["web-1.example.org", "deploy", 2222]);
  });

  it("applies what stands before the first block to all hosts, and the user's file before the system's", async () => {
    const { user, port } = await options({ [userFile]: "User ada", [systemFile]: "User root\nPort 2222" });
    assert.deepEqual([user, port], ["ada", 2222]);
  });

  it("reads lines that end as on Windows", async () => {
    const { user, hostName } = await options("Host web-1\r\n  User eve\r\n  HostName box\r\n");
    assert.deepEqual([user, hostName], ["eve", "box"]);
  });

  it("adds identity files up, each once, and drops none among them", async () => {
    const text =
      "IdentityFile ~/.ssh/a\nHost web-1\nIdentityFile /b\nIdentityFile none\nIdentityFile ~/.ssh/a";
    assert.deepEqual((await options(text)).identityFiles, ["/home/ada/.ssh/a", "/b"]);
    assert.deepEqual((await options("IdentityFile NONE")).identityFiles, []);
  });

  it("expands ~, ~user, tokens and variables in paths, and resolves the others from the home folder", async () => {
    const passwd = { "/etc/passwd": "root:x:0:0::/root:/bin/sh\neve:x:7:7::/srv/eve:/bin/sh\n" };
    const { identityFiles, userKnownHostsFiles, globalKnownHostsFiles, identityAgent } = await options(
      {
        ...passwd,
        [userFile]: `
          HostName %h.example.org
          User eve
          HostKeyAlias Alias
          IdentityFile ~//keys/%n-%h
          IdentityFile ~eve/%r@%p
          IdentityFile ~ada
          IdentityFile "\${KEYS}/my key"
          IdentityFile keys/%k-%u-%i-%L-%l
          UserKnownHostsFile ~/known/%k /known/%%
          GlobalKnownHostsFile ~/global /%h
          IdentityAgent %d/agent`,
      },
      "web-1",
    );
    assert.deepEqual(identityFiles, [
      "/home/ada/keys/web-1-web-1.example.org",
      "/srv/eve/eve@22",
      "/home/ada/",
      "/mnt/keys/my key",
      "/home/ada/keys/alias-ada-1000-desk-desk.example.org",
    ]);
    assert.deepEqual(userKnownHostsFiles, ["/home/ada/known/alias", "/known/%"]);
    assert.deepEqual(globalKnownHostsFiles, ["/home/ada/global", "/%h"]);
    assert.equal(identityAgent, "/home/ada/agent");
  });

  it("knows the hash of a connection, its last hop included", async () => {
    // printf '%s' desk.example.orgbox22adagate | sha1sum
    const { identityFiles } = await options("HostName box\nProxyJump eve@gate:2200\nIdentityFile /%C/%j");
    assert.deepEqual(identityFiles, ["/994a5e6a2cc9c6c374ca37c11aa1ff7ff9e4bf7f/gate"]);
  });

  it("takes known hosts files that are none for no files", async () => {
    const { userKnownHostsFiles, globalKnownHostsFiles } = await options(
      "UserKnownHostsFile none\nGlobalKnownHostsFile None",
    );
    assert.deepEqual([userKnownHostsFiles, globalKnownHostsFiles], [[], []]);
  });

  it("reads the agent as a path, a variable's value, the usual one, or none", async () => {
    const agentOf = async (text: string): Promise<unknown> =>
      (await options(`IdentityAgent ${text}`)).identityAgent;
    assert.equal(await agentOf("SSH_AUTH_SOCK"), "SSH_AUTH_SOCK");
    assert.equal(await agentOf("none"), "none");
    assert.equal(await agentOf("$KEYS"), "/mnt/keys");
    assert.equal(await agentOf("$UNSET"), "none");
    assert.equal(await agentOf('"${KEYS}/my agent"'), "/mnt/keys/my agent");
  });

  it("lets user, port and jump hosts of the request win, and Match see them", async () => {
    const text = `
      User root
      Port 22
      ProxyCommand nc %h %p
      Match user eve
        HostKeyAlias of-eve
      Match exec "test %p = 2200"
        BindAddress 10.0.0.1`;
    const { user, port, proxy, hostKeyAlias, bindAddress } = await options(text, "web-1", {
      user: "eve",
      port: 2200,
      proxyJump: "gate,root@inner:1",
      exits: (command) => (command === "test 2200 = 2200" ? 0 : 1),
    });
    assert.deepEqual([user, port, hostKeyAlias, bindAddress], ["eve", 2200, "of-eve", "10.0.0.1"]);
    assert.deepEqual(proxy, {
      kind: "jump",
      hops: [
        { host: "gate", user: undefined, port: undefined },
        { host: "inner", user: "root", port: 1 },
      ],
    });
    assert.deepEqual((await options("ProxyJump gate", "web-1", { proxyJump: "none" })).proxy, {
      kind: "none",
    });
  });

  it("reads user and port of a destination, which win over the files and not over the request", async () => {
    const text = "User root\nPort 22";
    const of = async (...args: Parameters<typeof options>): Promise<unknown[]> => {
      const { hostName, user, port } = await options(...args);
      return [hostName, user, port];
    };
    assert.deepEqual(await of(text, "eve@web-1"), ["web-1", "eve", 22]);
    assert.deepEqual(await of(text, "eve@example.org@web-1"), ["web-1", "eve@example.org", 22]);
    assert.deepEqual(await of(text, "ssh://eve@web-1:2200"), ["web-1", "eve", 2200]);
    assert.deepEqual(await of(text, "ssh://eve@web-1:2200", { user: "adm", port: 1 }), ["web-1", "adm", 1]);
    assert.deepEqual(await of(text, "2001:DB8::0:1"), ["2001:db8::1", "root", 22]);
  });

  it("expands tokens in User as OpenSSH 10 does, and leaves a % alone that is none", async () => {
    assert.equal((await options("User %u-%n")).user, "ada-web-1");
    assert.equal((await options("User 100%")).user, "100%");
    await assert.rejects(
      read("User ${BAD}", "web-1", { machine: { ...machine, env: { BAD: "a;b" } } }),
      /a;b/,
    );
  });

  it("reads times, lists and choices", async () => {
    const read = await options(`
      ConnectTimeout 1m30s
      ServerAliveInterval 2m
      ServerAliveCountMax 5
      KexAlgorithms ^curve25519-sha256
      Ciphers aes256-ctr,aes128-ctr
      MACs -hmac-sha1*
      HostKeyAlgorithms +ssh-rsa
      PreferredAuthentications keyboard-interactive,password
      PubkeyAuthentication host-bound
      PasswordAuthentication False
      ChallengeResponseAuthentication NO
      NumberOfPasswordPrompts 1
      AddressFamily INET6
      BindAddress 2001:db8::9
      IdentitiesOnly TRUE
      HashKnownHosts yes
      HostKeyAlias WEB`);
    assert.equal(read.connectTimeoutSeconds, 90);
    assert.equal(read.serverAliveIntervalSeconds, 120);
    assert.equal(read.serverAliveCountMax, 5);
    assert.equal(read.kexAlgorithms, "^curve25519-sha256");
    assert.equal(read.ciphers, "aes256-ctr,aes128-ctr");
    assert.equal(read.macs, "-hmac-sha1*");
    assert.equal(read.hostKeyAlgorithms, "+ssh-rsa");
    assert.deepEqual(read.preferredAuthentications, ["keyboard-interactive", "password"]);
    assert.equal(read.pubkeyAuthentication, true);
    assert.equal(read.passwordAuthentication, false);
    assert.equal(read.kbdInteractiveAuthentication, false);
    assert.equal(read.numberOfPasswordPrompts, 1);
    assert.equal(read.addressFamily, "inet6");
    assert.equal(read.bindAddress, "2001:db8::9");
    assert.equal(read.identitiesOnly, true);
    assert.equal(read.hashKnownHosts, true);
    assert.equal(read.hostKeyAlias, "web");
  });

  it("takes a time that is none for no time at all, so that a later one counts", async () => {
    assert.equal((await options("ConnectTimeout none\nConnectTimeout 5")).connectTimeoutSeconds, 5);
  });

  it("never takes unknown host keys in silence", async () => {
    for (const [written, meant] of [
      ["no", "ask"],
      ["off", "ask"],
      ["False", "ask"],
      ["ask", "ask"],
      ["yes", "yes"],
      ["true", "yes"],
      ["accept-new", "accept-new"],
    ]) {
      assert.equal((await options(`StrictHostKeyChecking ${written}`)).strictHostKeyChecking, meant, written);
    }
  });

  it("knows directives by their old names", async () => {
    const read = await options(
      "DSAAuthentication no\nTISAuthentication no\nIdentityFile2 /k\nSetupTimeOut 7",
    );
    assert.equal(read.pubkeyAuthentication, false);
    assert.equal(read.kbdInteractiveAuthentication, false);
    assert.deepEqual(read.identityFiles, ["/k"]);
    assert.equal(read.serverAliveIntervalSeconds, 7);
  });
});

describe("the way to a host in ssh_config", () => {
  const proxyOf = async (text: string): Promise<SshOptions["proxy"]> => (await options(text)).proxy;
  const gate = { kind: "jump", hops: [{ host: "gate", user: undefined, port: undefined }] };

  it("is by hops in their order, or by a command with its tokens expanded", async () => {
    assert.deepEqual(await proxyOf("ProxyJump eve@one:2200, ssh://two, [2001:db8::1]:22 # comment"), {
      kind: "jump",
      hops: [
        { host: "one", user: "eve", port: 2200 },
        { host: "two", user: undefined, port: undefined },
        { host: "2001:db8::1", user: undefined, port: 22 },
      ],
    });
    assert.deepEqual(await proxyOf('ProxyCommand = nc -X "5 6" %h %p %r %n %% # not a comment'), {
      kind: "command",
      command: 'nc -X "5 6" web-1 22 ada web-1 % # not a comment',
    });
  });

  it("is the first one that is said, also when it says none", async () => {
    assert.deepEqual(await proxyOf("ProxyJump gate\nProxyCommand nc"), gate);
    assert.deepEqual(await proxyOf("ProxyCommand nc\nProxyJump gate"), { kind: "command", command: "nc" });
    assert.deepEqual(await proxyOf("ProxyCommand none\nProxyJump gate"), { kind: "none" });
    assert.deepEqual(await proxyOf("ProxyJump NONE\nProxyCommand nc"), { kind: "none" });
    assert.deepEqual(await proxyOf("Host db\nProxyCommand nc\nHost *\nProxyJump gate"), gate);
  });

  it("cannot be the host itself", async () => {
    await assert.rejects(read("ProxyJump web-1"), /ProxyJump leads to web-1 by web-1 itself/);
    assert.equal((await proxyOf("ProxyJump web-1:2200"))?.kind, "jump");
    assert.equal((await proxyOf("ProxyJump eve@web-1"))?.kind, "jump");
  });
});
