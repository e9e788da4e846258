import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { open, test, type Person } from "./harness";
import { joined, lines, world, type World } from "./world";

/** The folder of the README's pictures, when they are to be taken: make pictures. */
const folder = process.env["PICTURES"];

const most = 150_000; // bytes

async function picture(name: string, who: (w: World) => Person, path: (w: World) => Promise<string> | string): Promise<void> {
  const w = await world();
  const tab = await open({ session: who(w).session });
  await tab.page.setViewportSize({ width: 1280, height: 850 });
  await tab.go(await path(w));
  const file = join(folder!, `${name}.png`);
  await tab.page.screenshot({ path: file, animations: "disabled" });
  const { size } = await stat(file);
  assert.ok(size <= most, `${name}.png has ${size} bytes`);
}

/** A match between two who draw here and there, in which both own boxes and the newcomer is next. */
async function longMatch({ newcomer, ada }: World): Promise<string> {
  const matchId = await joined(ada, newcomer, "medium");
  const all = lines(5);
  for (let i = 0; i < 48; i++) {
    const { nextPlayer } = await ada.ask("get-match", { matchId });
    const { version } = await (nextPlayer === ada.userId ? ada : newcomer).send("take-turn", { matchId }, all[(7 * i + 5) % all.length]!);
    await ada.ask("get-match", { matchId }, { "min-version": version! });
  }
  return `/matches/${matchId}`;
}

if (folder) {
  test("the README's admin", () => picture("admin", (w) => w.ada, () => "/admin"));
  test("the README's bracket", () => picture("bracket", (w) => w.ann, (w) => `/tournaments/${w.tournaments.started}`));
  test("the README's lobby", () => picture("lobby", (w) => w.ann, () => "/"));
  test("the README's board", () => picture("board", (w) => w.newcomer, longMatch));
}
