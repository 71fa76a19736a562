import assert from "node:assert/strict";
import { agentPlaces } from "../../../src/ssh/agentPlace.ts";

const none = (): readonly string[] => [];
const own = "\\\\.\\pipe\\openssh-ssh-agent";

describe("the place of the agent", () => {
  it("is its socket where there are such", () => {
    assert.deepEqual(agentPlaces("/run/user/1000/agent", "linux", none), [
      { kind: "socket", path: "/run/user/1000/agent" },
    ]);
    assert.deepEqual(agentPlaces("pageant", "darwin", none), [{ kind: "socket", path: "pageant" }]);
  });

  it("is the pipe of Windows, and Pageant where that is missing", () => {
    const pipes = (): readonly string[] => ["InitShutdown", "pageant.ada.0123abcd"];
    for (const agent of [own, "//./pipe/openssh-ssh-agent", "\\\\.\\PIPE\\OpenSSH-ssh-agent"]) {
      const [first, ...others] = agentPlaces(agent, "win32", pipes);
      assert.equal(first?.kind === "socket" && first.path.toLowerCase(), own);
      assert.deepEqual(others, [
        { kind: "socket", path: "\\\\.\\pipe\\pageant.ada.0123abcd" },
        { kind: "pageant" },
      ]);
    }
    assert.deepEqual(agentPlaces(own, "win32", none).slice(1), [{ kind: "pageant" }]);
  });

  it("is no other than the one that is named", () => {
    const pipe = "\\\\.\\pipe\\com.example.agent";
    assert.deepEqual(agentPlaces(pipe, "win32", none), [{ kind: "socket", path: pipe }]);
    assert.deepEqual(agentPlaces("Pageant", "win32", none), [{ kind: "pageant" }]);
    const file = "/tmp/ssh-AbCd/agent.42";
    assert.deepEqual(agentPlaces(file, "win32", none), [{ kind: "cygwin", path: file }]);
  });
});
