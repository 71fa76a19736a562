import assert from "node:assert/strict";
import { read, systemFile, userFile } from "./fakeMachine.ts";

describe("ssh_config that ssh would refuse", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["a directive that nobody knows", "Frobnicate yes"],
    ["a directive of another platform", "UseKeychain yes"],
    ["a directive without a value", "Port"],
    ["an open quotation", 'User "eve'],
    ["an empty value", 'User ""'],
    ["a word too many", "Port 22 23"],
    ["a port that is none", "Port 65536"],
    ["a choice that is none", "IdentitiesOnly maybe"],
    ["a time that is none", "ConnectTimeout soon"],
    ["an unknown token", "HostName %p"],
    ["an unknown token of a path", "IdentityFile /%z"],
    ["a variable that is not set", "UserKnownHostsFile ${UNSET}"],
    ["a user that does not exist", "IdentityFile ~nobody/key"],
    ["none beside files", "UserKnownHostsFile /a none"],
    ["a hop that is none", "ProxyJump gate,,inner"],
    ["a criterion that is none", "Match color red"],
    ["a criterion without its argument", "Match host"],
    ["Match without criteria", "Match #"],
    ["all beside other criteria", "Match all user eve"],
    ["a bad value of a directive that is not supported", "RekeyLimit 1"],
    ["no attempts to connect", "ConnectionAttempts 0"],
    ["a connection that is refused", 'RefuseConnection "use the other name"'],
    ["a home folder in the system's includes", ""],
  ];
  for (const [what, line] of cases) {
    it(`refuses ${what}, and says where it stands`, async () => {
      const files: Record<string, string> =
        line === ""
          ? { [systemFile]: "# system\nInclude ~/x" }
          : { [userFile]: `# mine\n${line}\nHost *\nCompression yes` };
      await assert.rejects(read(files), (error: Error & { file?: string; line?: number }) => {
        assert.equal(error.name, "SshConfigError");
        assert.equal(error.file, line === "" ? systemFile : userFile);
        assert.equal(error.line, 2);
        assert.ok(error.message.startsWith(`${error.file} line 2: `), error.message);
        return true;
      });
    });
  }

  it("refuses it in blocks that do not apply, too, unless it is refused only when it is used", async () => {
    await assert.rejects(read("Host db\nFrobnicate yes"), /frobnicate/);
    assert.equal((await read("Host db\nRefuseConnection x\nIdentityFile %z")).options.user, undefined);
  });

  it("takes unknown directives that IgnoreUnknown has named before", async () => {
    assert.equal(
      (await read("IgnoreUnknown Use*,frob*\nUseKeychain yes\nFrobnicate a b c\nUser eve")).options.user,
      "eve",
    );
    await assert.rejects(read("Frobnicate yes\nIgnoreUnknown frob*"), /line 1/);
    await assert.rejects(read("Host db\nIgnoreUnknown frob*\nHost *\nFrobnicate yes"), /line 4/);
  });

  it("refuses destinations that are none", async () => {
    for (const destination of [
      "",
      "eve@",
      "@web-1",
      "-oProxyCommand=x",
      "web;1",
      "ssh://web-1/path",
      "-x@web-1",
    ]) {
      await assert.rejects(read({}, destination), { name: "SshConfigError" }, destination);
    }
  });

  it("refuses more than 100 identity files", async () => {
    const lines = Array.from({ length: 101 }, (_, index) => `IdentityFile /key${index}`);
    await assert.rejects(read(lines.join("\n")), /line 101: .*100/);
    assert.equal((await read(lines.slice(1).join("\n"))).options.identityFiles?.length, 100);
  });

  it("refuses a file of the setting that does not exist, and none of the usual ones", async () => {
    await assert.rejects(read({}, "web-1", { files: ["/my/config"] }), { file: "/my/config" });
    assert.equal((await read({}, "web-1", { files: [] })).options.hostName, "web-1");
  });
});
