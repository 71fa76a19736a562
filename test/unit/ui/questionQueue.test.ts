import assert from "node:assert/strict";
import { QuestionQueue } from "../../../src/ui/questionQueue.ts";

/** A screen on which a test answers: one box at a time may be there. */
function screen() {
  const shown: {
    readonly text: string;
    readonly answer: (value: string | undefined) => void;
    isGone: boolean;
  }[] = [];
  const show =
    (text: string) =>
    (unwanted: AbortSignal): Promise<string | undefined> =>
      new Promise((resolve) => {
        assert.ok(
          shown.every(({ isGone }) => isGone),
          "two boxes at once",
        );
        const box = {
          text,
          isGone: false,
          answer: (value: string | undefined) => {
            box.isGone = true;
            resolve(value);
          },
        };
        shown.push(box);
        unwanted.addEventListener("abort", () => {
          box.answer(undefined);
        });
      });
  return { shown, show };
}

/** Lets everything that is ready go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const wanted = new AbortController().signal;

describe("questions to the person", () => {
  it("are asked one after another", async () => {
    const { shown, show } = screen();
    const queue = new QuestionQueue<string>();
    const answers = [queue.ask("a", wanted, show("a?")), queue.ask("b", wanted, show("b?"))];
    await settled();
    assert.deepEqual(
      shown.map(({ text }) => text),
      ["a?"],
    );
    shown[0]?.answer("A");
    await settled();
    shown[1]?.answer("B");
    assert.deepEqual(await Promise.all(answers), ["A", "B"]);
  });

  it("are shared by those who need the same answer at the same time, and asked again later", async () => {
    const { shown, show } = screen();
    const queue = new QuestionQueue<string>();
    const answers = [queue.ask("a", wanted, show("a?")), queue.ask("a", wanted, show("a?"))];
    await settled();
    shown[0]?.answer("A");
    assert.deepEqual(await Promise.all(answers), ["A", "A"]);
    await settled();
    const later = queue.ask("a", wanted, show("a?"));
    await settled();
    shown[1]?.answer("A2");
    assert.equal(await later, "A2");
  });

  it("go away when nobody waits any more, and not while somebody does", async () => {
    const { shown, show } = screen();
    const queue = new QuestionQueue<string>();
    const [one, other] = [new AbortController(), new AbortController()];
    const answers = [queue.ask("a", one.signal, show("a?")), queue.ask("a", other.signal, show("a?"))];
    await settled();
    one.abort();
    assert.equal(await answers[0], undefined);
    assert.equal(shown[0]?.isGone, false);
    other.abort();
    assert.equal(await answers[1], undefined);
    assert.equal(shown[0]?.isGone, true);
  });

  it("are never shown when they are unwanted before their turn, and do not hold up the next", async () => {
    const { shown, show } = screen();
    const queue = new QuestionQueue<string>();
    const unwanted = new AbortController();
    const first = queue.ask("a", wanted, show("a?"));
    const second = queue.ask("b", unwanted.signal, show("b?"));
    const third = queue.ask("c", wanted, show("c?"));
    unwanted.abort();
    assert.equal(await second, undefined);
    await settled();
    shown[0]?.answer("A");
    await settled();
    shown[1]?.answer("C");
    assert.deepEqual([await first, await third], ["A", "C"]);
    assert.deepEqual(
      shown.map(({ text }) => text),
      ["a?", "c?"],
    );
    assert.equal(await queue.ask("d", AbortSignal.abort(), show("d?")), undefined);
    await settled();
    assert.equal(shown.length, 2);
  });

  it("that cannot be shown tell who asked, and the next is still asked", async () => {
    const { shown, show } = screen();
    const queue = new QuestionQueue<string>();
    const broken = queue.ask("a", wanted, () => Promise.reject(new Error("no screen")));
    const next = queue.ask("b", wanted, show("b?"));
    await assert.rejects(broken, /no screen/);
    await settled();
    shown[0]?.answer("B");
    assert.equal(await next, "B");
  });
});
