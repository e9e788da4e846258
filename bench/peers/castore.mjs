// @castore/core on its adapter in memory: load, decide and append. Its argument is the number of writers, which take turns in
// one thread.
import { Command, EventStore, EventType } from "@castore/core";
import { InMemoryEventStorageAdapter } from "@castore/event-storage-adapter-in-memory";
import { decide, empty, evolve, measure, perStream, sample } from "./samples.mjs";

const writers = Number(process.argv[2]);
const games = 256;
const store = new EventStore({
  eventStoreId: "games",
  eventTypes: [new EventType({ type: "Scored" })],
  reducer: (state, { aggregateId, version, payload }) => ({ aggregateId, version, ...evolve(state ?? empty(), payload) }),
  eventStorageAdapter: new InMemoryEventStorageAdapter(),
});
const score = new Command({
  commandId: "score",
  requiredEventStores: [store],
  handler: async ({ aggregateId, i }, [stored]) => {
    const { aggregate } = await stored.getAggregate(aggregateId);
    await stored.pushEvent(
      { aggregateId, version: aggregate.version + 1, type: "Scored", payload: decide(i) }, { prevAggregate: aggregate });
  },
});

for (let g = 0; g < games; g++) {
  for (let i = 0; i < perStream; i++) {
    await store.pushEvent({ aggregateId: `game-${g}`, version: i + 1, type: "Scored", payload: sample(i) });
  }
}
await measure({ by: "castore-memory", writers, games, commands: 4096 }, (g, i) =>
  score.handler({ aggregateId: `game-${g}`, i }, [store]));
