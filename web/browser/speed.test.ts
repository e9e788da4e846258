import assert from "node:assert/strict";
import { person, test, type Tab } from "./harness";
import { joined, lines } from "./world";

/** What is wanted, in milliseconds. A machine that does much else at once is slower; what is broken is slower by more than this. */
const wanted = { firstLoad: 100, redraw: 1000 / 60 };
const slack = 3;

/** The time that a tab has spent so far on scripts, and on all that it takes to show what they did, in milliseconds. */
async function meter(tab: Tab): Promise<() => Promise<{ script: number; all: number }>> {
  const devtools = await tab.page.context().newCDPSession(tab.page);
  await devtools.send("Performance.enable");
  return async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (name: string) => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? NaN);
    return { script: of("ScriptDuration"), all: of("ScriptDuration") + of("LayoutDuration") + of("RecalcStyleDuration") };
  };
}

test("the first load takes little time", async () => {
  const ann = await person("Ann");
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const tab = await ann.open();
    const spent = await meter(tab);
    await tab.go("/");
    times.push((await spent()).script);
  }
  const best = Math.min(...times);
  console.log(`# first load of the lobby: ${best.toFixed(1)} ms of script time, of ${wanted.firstLoad}`);
  assert.ok(best < slack * wanted.firstLoad, `it takes ${best} ms`);
});

test("a turn is drawn within a frame", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben, "large");
  const tab = await ann.open();
  const spent = await meter(tab);
  await tab.go(`/matches/${matchId}`);
  const players = [ben, ann];
  const times: number[] = [];
  for (const [i, line] of lines(7).slice(0, 7).entries()) {
    const before = await spent();
    await players[i % 2]!.send("take-turn", { matchId }, line);
    await tab.page.getByRole("status").getByText(`${i % 2 ? "You" : "Ben"} drew the line from column ${line.from.x + 1} row ${line.from.y + 1} ${line.direction === "right" ? "to" : "down"}`).waitFor();
    times.push((await spent()).all - before.all);
  }
  const typical = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  console.log(`# a turn on the large board: ${typical.toFixed(1)} ms of script, style and layout, of ${wanted.redraw.toFixed(1)}`);
  assert.ok(typical < slack * wanted.redraw, `it takes ${typical} ms`);
});
