// @event-driven-io/emmett-sqlite: load, decide and append. Its argument is the number of writers.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandHandler } from "@event-driven-io/emmett";
import { getSQLiteEventStore } from "@event-driven-io/emmett-sqlite";
import { decide, empty, evolve, measure, perStream, sample } from "./samples.mjs";

const writers = Number(process.argv[2]);
const games = 64;
const folder = mkdtempSync(join(tmpdir(), "emmett-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
console.log = (...what) => console.error("emmett:", ...what); // it logs there, and standard output is for figures

// Now and then a commit fails for a statement that its driver has not ended yet. That is not what is measured here.
let repeated = 0;
async function patiently(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (err) {
      if (err.code !== "SQLITE_BUSY" || attempt === 5) throw err;
      repeated++;
    }
  }
}

try {
  const store = getSQLiteEventStore({ fileName: join(folder, "events.db"), schema: { autoMigration: "CreateOrUpdate" } });
  for (let g = 0; g < games; g++) {
    const events = Array.from({ length: perStream }, (_, i) => ({ type: "Scored", data: sample(i) }));
    await patiently(() => store.appendToStream(`game-${g}`, events));
  }
  const handle = CommandHandler({ evolve: (state, { data }) => evolve(state, data), initialState: empty });
  const execute = (g, i) => patiently(() => handle(store, `game-${g}`, () => [{ type: "Scored", data: decide(i) }]));
  await measure({ by: "emmett-sqlite", writers, games, commands: 512 }, execute);
  if (repeated) console.error(`emmett-sqlite, ${writers} writers: SQLITE_BUSY ${repeated} times, repeated`);
} catch (err) {
  console.error(`emmett-sqlite, ${writers} writers: ${err.message}`);
  process.exit(1);
}
