import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../../../src/core/run/events.ts";
import { createJournal, listJournals, readJournal } from "../../../src/files/journal.ts";
import { inDirectory, modeOf, namesIn } from "./directory.ts";

const startedAt = new Date("2026-11-23T10:15:00Z");

function output(text: string, at = 1): RunEvent {
  return { at, kind: "output", host: "cp-1", text };
}

function failing(error: unknown): void {
  assert.fail(String(error));
}

describe("the journal of a run", () => {
  it(
    "keeps every event in order, in a file for its owner alone",
    inDirectory(async (dir) => {
      const journal = await createJournal(join(dir, "runs"), {
        cluster: "demo",
        startedAt,
        onError: failing,
      });
      const events = Array.from({ length: 500 }, (_, at) => output(`line ${at}\n`, at));
      events.slice(0, 250).forEach((event) => journal.append(event));
      await new Promise(setImmediate);
      events.slice(250).forEach((event) => journal.append(event));
      await journal.close();
      assert.equal(journal.path, join(dir, "runs", "20261123T101500Z-demo.jsonl"));
      assert.deepEqual(await readJournal(journal.path), events);
      assert.equal(await modeOf(journal.path), "0600");
      assert.equal(await modeOf(join(dir, "runs")), "0700");
    }),
  );

  it(
    "ignores what comes after its end, and may be closed twice",
    inDirectory(async (dir) => {
      const journal = await createJournal(dir, { cluster: "demo", startedAt, onError: failing });
      journal.append(output("a"));
      await Promise.all([journal.close(), journal.close()]);
      journal.append(output("b"));
      assert.deepEqual(await readJournal(journal.path), [output("a")]);
    }),
  );

  it(
    "is read up to a last line that was cut",
    inDirectory(async (dir) => {
      const journal = await createJournal(dir, { cluster: "demo", startedAt, onError: failing });
      journal.append(output("a"));
      await journal.close();
      await appendFile(journal.path, '{"at":2,"kind":"outp');
      assert.deepEqual(await readJournal(journal.path), [output("a")]);
    }),
  );

  it(
    "has one file for each of two runs of the same second, and none outside its directory",
    inDirectory(async (dir) => {
      const options = { cluster: "../x y", startedAt, onError: failing };
      const journals = [await createJournal(dir, options), await createJournal(dir, options)];
      await Promise.all(journals.map((journal) => journal.close()));
      assert.deepEqual(await namesIn(dir), [
        "20261123T101500Z-..-x-y.jsonl",
        "20261123T101501Z-..-x-y.jsonl",
      ]);
    }),
  );

  it(
    "lists the newest first and keeps fifty",
    inDirectory(async (dir) => {
      await writeFile(join(dir, "notes.txt"), "");
      for (let run = 0; run < 53; run++) {
        const at = new Date(startedAt.getTime() + run * 60_000);
        await (await createJournal(dir, { cluster: `c-${run}`, startedAt: at, onError: failing })).close();
      }
      const journals = await listJournals(dir);
      assert.equal(journals.length, 50);
      assert.deepEqual(journals[0], {
        path: join(dir, "20261123T110700Z-c-52.jsonl"),
        cluster: "c-52",
        startedAt: new Date("2026-11-23T11:07:00Z"),
      });
      assert.ok((await namesIn(dir)).includes("notes.txt"));
      assert.deepEqual(await listJournals(join(dir, "none")), []);
    }),
  );

  it(
    "tells once when it cannot be written, and never throws into the run",
    inDirectory(async (dir) => {
      const errors: unknown[] = [];
      const onError = (error: unknown): void => {
        errors.push(error);
        throw new Error("the listener is broken, too");
      };
      await writeFile(join(dir, "file"), "");
      const journal = await createJournal(join(dir, "file"), { cluster: "demo", startedAt, onError });
      journal.append(output("a"));
      await journal.close();
      assert.equal(errors.length, 1);

      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const other = await createJournal(dir, { cluster: "demo", startedAt, onError });
      other.append(circular as unknown as RunEvent);
      other.append(output("b"));
      other.append(circular as unknown as RunEvent);
      await other.close();
      assert.equal(errors.length, 2);
    }),
  );
});
