import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { Cancelled } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/shell/secret.ts";
import { createKeyring } from "../../../src/ssh/keyring.ts";
import type { EncryptedKeyFile } from "../../../src/ssh/privateKey.ts";
import { signingKeyOf } from "../../../src/ssh/signingKey.ts";

const key = signingKeyOf(generateKeyPairSync("ed25519").privateKey);
const file: EncryptedKeyFile = {
  kind: "encrypted",
  publicKey: key?.publicKey,
  digest: "1",
  decrypt: (passphrase) => (passphrase.reveal() === "right" ? key : undefined),
};
const wanted = new AbortController().signal;

/** Questions that are answered by hand. */
function createQuestions() {
  const asked: { attempt: number; unwanted: AbortSignal; answer: (text: string | undefined) => void }[] = [];
  return {
    asked,
    passphrase: ({ attempt }: { readonly attempt: number }, unwanted: AbortSignal) =>
      new Promise<Secret | undefined>((resolve) => {
        asked.push({
          attempt,
          unwanted,
          answer: (text) => resolve(text === undefined ? undefined : new Secret(text)),
        });
      }),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the keyring", () => {
  it("asks once for whoever wants a key, and never again", async () => {
    const questions = createQuestions();
    const keyring = createKeyring(questions);
    const both = Promise.all([keyring.unlock("id", file, wanted), keyring.unlock("id", file, wanted)]);
    questions.asked[0]?.answer("wrong");
    await nextTurn();
    const late = keyring.unlock("id", file, wanted);
    questions.asked[1]?.answer("right");
    assert.deepEqual(await both, [
      { kind: "key", key },
      { kind: "key", key },
    ]);
    assert.deepEqual(await late, { kind: "key", key });
    assert.deepEqual(await keyring.unlock("id", file, wanted), { kind: "key", key });
    assert.deepEqual(
      questions.asked.map(({ attempt }) => attempt),
      [1, 2],
    );
  });

  it("asks again for another file, for other contents, and for what was forgotten", async () => {
    const questions = createQuestions();
    const keyring = createKeyring(questions);
    const unlock = async (name: string, encrypted: EncryptedKeyFile): Promise<number> => {
      const before = questions.asked.length;
      const unlocked = keyring.unlock(name, encrypted, wanted);
      questions.asked[before]?.answer("right");
      assert.equal((await unlocked).kind, "key");
      return questions.asked.length - before;
    };
    assert.equal(await unlock("id", file), 1);
    assert.equal(await unlock("id", file), 0);
    assert.equal(await unlock("other", file), 1);
    assert.equal(await unlock("id", { ...file, digest: "2" }), 1);
    keyring.clear();
    assert.equal(await unlock("id", file), 1);
  });

  it("tells a question that is not answered from three wrong answers, and asks anew after either", async () => {
    const questions = createQuestions();
    const keyring = createKeyring(questions);
    const cancelled = keyring.unlock("id", file, wanted);
    questions.asked[0]?.answer(undefined);
    assert.deepEqual(await cancelled, { kind: "cancelled" });
    const wrong = keyring.unlock("id", file, wanted);
    for (const attempt of [1, 2, 3]) {
      questions.asked[attempt]?.answer("wrong");
      await nextTurn();
    }
    assert.deepEqual(await wrong, { kind: "wrong" });
    const anew = keyring.unlock("id", file, wanted);
    questions.asked[4]?.answer("right");
    assert.equal((await anew).kind, "key");
  });

  it("takes its question away when the last one who wants the key has given up", async () => {
    const questions = createQuestions();
    const keyring = createKeyring(questions);
    const [first, second] = [new AbortController(), new AbortController()];
    const unlocking = [first, second].map(({ signal }) => keyring.unlock("id", file, signal));
    first.abort();
    await assert.rejects(unlocking[0] ?? Promise.resolve(), Cancelled);
    assert.equal(questions.asked[0]?.unwanted.aborted, false);
    second.abort();
    await assert.rejects(unlocking[1] ?? Promise.resolve(), Cancelled);
    assert.equal(questions.asked[0]?.unwanted.aborted, true);
    const anew = keyring.unlock("id", file, wanted);
    assert.equal(questions.asked.length, 2);
    questions.asked[1]?.answer("right");
    assert.equal((await anew).kind, "key");
  });
});
