import assert from "node:assert/strict";
import { machine, read, systemFile, userFile, type Reading } from "./fakeMachine.ts";

/** Whether a block whose head is `head` applies. */
async function applies(
  head: string,
  ...more: Parameters<typeof read> extends [unknown, ...infer R] ? R : never
) {
  const { options } = await read(`${head}\nHostKeyAlias applied`, ...more);
  return options.hostKeyAlias === "applied";
}

describe("Host in ssh_config", () => {
  it("applies when a pattern matches the destination as it was typed, and no negated one does", async () => {
    for (const head of [
      "Host web-1",
      "Host db web-*",
      "Host *",
      "Host w?b-1",
      "Host !db *",
      'Host "web-1"',
      "Host=web-1",
    ]) {
      assert.ok(await applies(head), head);
    }
    for (const head of [
      "Host db",
      "Host web",
      "Host WEB-1",
      "Host * !web-1",
      "Host !web-* *",
      "Host !db",
      "Host #web-1",
    ]) {
      assert.ok(!(await applies(head)), head);
    }
    assert.ok(await applies("Host Web-1", "Web-1"));
    assert.ok(!(await applies("HostName box\nHost box")));
  });
});

describe("Match in ssh_config", () => {
  it("applies when every criterion holds", async () => {
    const after = "HostName box.example.org\nUser eve\nTag blue\n";
    for (const head of [
      "Match all",
      "Match host box.example.org",
      "Match host BOX.* originalhost WEB-1",
      "Match host=db,box.*",
      "Match host = box.*",
      'Match host "db,box.*" user "ad*,eve"',
      "Match user !ada,*",
      "Match localuser ada",
      "Match !host db !user root",
      "Match tagged blue,green",
      'Match command ""',
      "Match sessiontype shell",
      "Match version OpenSSH_*",
      "Match localnetwork 192.0.2.0/24,2001:db8::/32",
      "Match !canonical",
      "Match host box.* all # all but the host",
    ]) {
      const more = { machine: { ...machine, localAddresses: ["127.0.0.1", "192.0.2.7"] } };
      assert.ok(await applies(after + head, "web-1", more), head);
    }
    for (const head of [
      "Match !all",
      "Match host web-1",
      "Match originalhost box.*",
      "Match host box.* user root",
      "Match user EVE",
      "Match localuser eve",
      "Match !host box.*",
      "Match tagged red",
      'Match tagged ""',
      "Match command ls",
      "Match sessiontype exec",
      "Match version OpenSSH_1.*",
      "Match localnetwork 192.0.2.0/24",
      "Match canonical",
    ]) {
      assert.ok(!(await applies(after + head)), head);
    }
  });

  it("refuses networks that are none", async () => {
    for (const network of ["10.0.0.0/33", "here", "10.0.0.0/8,", "10.0.0.0/x", "::/129", "10/8"]) {
      await assert.rejects(read(`Match localnetwork ${network}`), { name: "SshConfigError" }, network);
    }
  });

  it("asks commands with their tokens expanded, and goes by their exit codes", async () => {
    const head =
      'HostName box\nHostKeyAlias key\nMatch exec "test %h-%n-%p-%r-%u-%k-%L-%i-%d = x%%"\nUser eve';
    const yes = await read(head);
    assert.deepEqual(yes.ran, ["test box-web-1-22-ada-ada-key-desk-1000-/home/ada = x%"]);
    assert.equal(yes.options.user, "eve");
    assert.equal((await read(head, "web-1", { exits: () => 1 })).options.user, undefined);
    assert.ok(await applies('Match !exec "false"', "web-1", { exits: () => 1 }));
  });

  it("runs a command only while the criteria before it hold", async () => {
    const ranBy = async (text: string | Record<string, string>): Promise<Reading["ran"]> =>
      (await read(text)).ran;
    assert.deepEqual(await ranBy("Match host db exec one"), []);
    assert.deepEqual(await ranBy("Match exec one host db exec two"), ["one"]);
    assert.deepEqual(await ranBy("Host db\nMatch exec one"), ["one"]);
    await assert.rejects(read('Match host db exec "%z"'), /%z/);
  });

  it("runs no command of a file that was included where nothing applies", async () => {
    const files = {
      [userFile]: "Host db\nInclude other",
      "/home/ada/.ssh/other": "Match exec one\nUser eve\nMatch all\nPort 1",
    };
    const { ran, options } = await read(files);
    assert.deepEqual(ran, []);
    assert.deepEqual([options.user, options.port], [undefined, undefined]);
  });

  it("reads the files a second time for final, when Host goes by where the name leads", async () => {
    const { options } = await read(`
      Match final host box.example.org
        Port 2200
      Host web-1
        HostName Box.example.org
        IdentityFile /first
      Host box.example.org
        User eve
        IdentityFile /second
      Match canonical
        BindAddress 10.0.0.1
    `);
    assert.deepEqual(
      [options.hostName, options.port, options.user, options.bindAddress, options.identityFiles],
      ["box.example.org", 2200, "eve", "10.0.0.1", ["/first", "/second"]],
    );
  });

  it("reads the files once without final, or with a negated one", async () => {
    assert.ok(await applies("Match !final"));
    const { options } = await read("HostName box\nMatch !final\nHost box\nUser eve");
    assert.equal(options.user, undefined);
  });
});

describe("Include in ssh_config", () => {
  it("reads files by patterns, in their order, from the folder of the user's or the system's file", async () => {
    const { options } = await read({
      [userFile]: 'Include config.d/* ~/more "/srv/my files/x"\nIdentityFile /last',
      "/home/ada/.ssh/config.d/20": "IdentityFile /20\nUser eve",
      "/home/ada/.ssh/config.d/10": "IdentityFile /10",
      "/home/ada/more": "IdentityFile /more\nUser root",
      "/srv/my files/x": "IdentityFile /x",
      [systemFile]: "Include ssh_config.d/*.conf",
      "/etc/ssh/ssh_config.d/a.conf": "Port 2200\nIdentityFile /system",
    });
    assert.deepEqual(options.identityFiles, ["/10", "/20", "/more", "/x", "/last", "/system"]);
    assert.deepEqual([options.user, options.port], ["eve", 2200]);
  });

  it("expands tokens and variables, and passes over what does not exist", async () => {
    const files = {
      [userFile]: "Include /conf/%n-%u ${KEYS}/x ${UNSET}/y missing",
      "/conf/web-1-ada": "User eve",
      "/mnt/keys/x": "Port 7",
    };
    const { options } = await read(files);
    assert.deepEqual([options.user, options.port], ["eve", 7]);
    await assert.rejects(read("Include /%z"), /%z/);
  });

  it("applies as the block in which it stands, and leaves that block as it was", async () => {
    const { options } = await read({
      [userFile]: "Host db\nInclude one\nHost web-1\nInclude two\nUser eve",
      "/home/ada/.ssh/one": "Port 1\nHost web-1\nPort 2",
      "/home/ada/.ssh/two": "BindAddress 10.0.0.1\nHost db\nBindAddress 10.0.0.2",
    });
    assert.deepEqual([options.port, options.bindAddress, options.user], [undefined, "10.0.0.1", "eve"]);
  });

  it("refuses mistakes in included files by their own places, also where nothing applies", async () => {
    const files = { [userFile]: "Host db\nInclude one", "/home/ada/.ssh/one": "User eve\nFrobnicate" };
    await assert.rejects(read(files), { file: "/home/ada/.ssh/one", line: 2 });
  });

  it("refuses a file that includes itself", async () => {
    await assert.rejects(read({ [userFile]: "Include config" }), /more than 16 deep/);
  });
});

describe("directives that are not supported", () => {
  it("are named with their place and why, once each, where they apply and would change something", async () => {
    const { ignored } = await read({
      [userFile]: `
        Host db
          CertificateFile ~/db.pub
        Host web-1
          CertificateFile ~/web.pub
          GSSAPIAuthentication yes
          ForwardAgent yes
          CanonicalizeHostname yes
        Host *
          ForwardAgent yes`,
      [systemFile]: "Match final\nGSSAPIAuthentication yes\nHostbasedAuthentication yes",
    });
    assert.deepEqual(
      ignored.map(({ directive, file, line }) => `${directive} ${file}:${line}`),
      [
        `CertificateFile ${userFile}:5`,
        `GSSAPIAuthentication ${userFile}:6`,
        `ForwardAgent ${userFile}:7`,
        `CanonicalizeHostname ${userFile}:8`,
        `HostbasedAuthentication ${systemFile}:3`,
      ],
    );
    assert.match(ignored[0]?.why ?? "", /certificates/);
  });

  it("are not named when they are harmless, obsolete, or ask for nothing", async () => {
    const { ignored } = await read(`
      ControlMaster auto
      ControlPath ~/.ssh/%C
      LocalForward 8080 localhost:80
      SendEnv LANG LC_*
      Compression yes
      Protocol 2
      GSSAPIAuthentication no
      ForwardAgent False
      Tunnel no
      RemoteCommand none
      CertificateFile none
      ConnectionAttempts 1`);
    assert.deepEqual(ignored, []);
  });

  it("are known under the names that Apple's ssh alone knows, on its platform", async () => {
    const darwin = { machine: { ...machine, platform: "darwin" as const } };
    const { ignored } = await read("UseKeychain yes", "web-1", darwin);
    assert.deepEqual(
      ignored.map(({ directive }) => directive),
      ["UseKeychain"],
    );
  });
});
