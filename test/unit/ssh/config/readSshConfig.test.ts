import assert from "node:assert/strict";
import { read } from "./fakeMachine.ts";

describe("ssh_config", () => {
  it("takes a destination for a host name when nothing is configured", async () => {
    const { options } = await read({}, "web-1");
    assert.equal(options.hostName, "web-1");
    assert.equal(options.user, undefined);
    assert.equal(options.port, undefined);
    assert.equal(options.identityFiles, undefined);
    assert.equal(options.proxy, undefined);
  });

  it("takes the first value of a directive among the blocks that apply", async () => {
    const { options } = await read(`
      Host web-*
        HostName %h.example.org
        User deploy
        Port 2222
      Host *
        User nobody
        Port 22
    `);
    assert.equal(options.hostName, "web-1.example.org");
    assert.equal(options.user, "deploy");
    assert.equal(options.port, 2222);
  });
});
