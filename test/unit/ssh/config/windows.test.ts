import assert from "node:assert/strict";
import { read, windows } from "./fakeMachine.ts";

describe("ssh_config on Windows", () => {
  const config = "C:\\Users\\ada\\.ssh\\config";
  const system = "C:\\ProgramData\\ssh\\ssh_config";

  it("has its files and paths in the folders of Windows", async () => {
    const { options } = await read(
      {
        [config]: [
          "IdentityFile ~/.ssh/id_web",
          "IdentityFile C:\\keys\\web",
          'IdentityFile "C:\\my keys\\%h"',
          "IdentityFile ~\\other",
          "IdentityFile keys\\web",
          "UserKnownHostsFile __PROGRAMDATA__\\ssh\\known",
          "IdentityAgent \\\\.\\pipe\\my-agent",
        ].join("\r\n"),
        [system]: "User eve",
      },
      "web-1",
      { machine: windows, files: [config, system] },
    );
    assert.deepEqual(options.identityFiles, [
      "C:\\Users\\ada/.ssh/id_web",
      "C:\\keys\\web",
      "C:\\my keys\\web-1",
      "C:\\Users\\ada/other",
      "C:\\Users\\ada\\keys\\web",
    ]);
    assert.deepEqual(options.userKnownHostsFiles, ["C:\\ProgramData\\ssh\\known"]);
    assert.equal(options.identityAgent, "\\\\.\\pipe\\my-agent");
    assert.equal(options.user, "eve");
  });

  it("looks for relative includes beside the user's or the system's file", async () => {
    const asked: string[] = [];
    await read({ [config]: "Include conf.d/*", [system]: "Include conf.d\\*" }, "web-1", {
      machine: windows,
      files: [config, system],
      glob: (pattern) => {
        asked.push(pattern);
        return Promise.resolve([]);
      },
    });
    assert.deepEqual(asked, ["C:\\Users\\ada\\.ssh\\conf.d\\*", "C:\\ProgramData\\ssh\\conf.d\\*"]);
  });
});
