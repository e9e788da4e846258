import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { beside, eventually, person, test, type Tab } from "./harness";
import { joined, requested } from "./world";

/** A line as its button is called. */
const line = (tab: Tab, where: string, state = "free"): Locator =>
  tab.page.getByRole("button", { name: `line from ${where}, ${state}`, exact: true });

const free = (tab: Tab) => tab.page.getByRole("button", { name: /^line .*, free$/ });
const confirmed = (tab: Tab) => tab.page.getByRole("button", { name: /^line .*, drawn by [^,]+$/ });

/** Waits until tabs show so many confirmed lines, and gives the one whose turn it is. */
async function onTurn(tabs: Tab[], drawn: number): Promise<Tab> {
  await eventually(`everybody sees ${drawn} lines`, async () => {
    const counts = await Promise.all(tabs.map((tab) => confirmed(tab).count()));
    return counts.every((count) => count === drawn);
  });
  const said = await Promise.all(tabs.map((tab) => tab.page.locator(".headline").innerText()));
  const mine = tabs.filter((_, i) => /^Your turn( again)?$/.test(said[i]!));
  assert.equal(mine.length, 1, `one of two is to move: ${said.join(" / ")}`);
  return mine[0]!;
}

/** Holds back what tabs send to addresses that fit a pattern, until it is let go. */
async function hold(tabs: Tab[], pattern: string): Promise<() => void> {
  let letGo: () => void = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  for (const tab of tabs) {
    await tab.page.route(pattern, async (route) => {
      await held;
      await route.continue();
    });
  }
  return letGo;
}

test("two people play a match to its end", async () => {
  const [ann, ben] = await Promise.all([(await person("Ann Early")).open(), (await person("Ben")).open({ width: 360 })]);
  await ben.go("/");
  await ann.go("/");
  await ann.press("New match");
  await ann.page.getByLabel(/^Small/).check();
  await ann.press("Make the match");
  await ann.sees("Waiting for somebody to join");
  await ann.press("Copy the link");
  assert.equal(await ann.page.evaluate(() => navigator.clipboard.readText()), ann.page.url());

  await ben.press("Join the match of Ann Early");
  await ben.isAt("Ann Early against Ben");
  const tabs = [ann, ben];
  assert.equal(await onTurn(tabs, 0), ben, "whoever joins begins");
  assert.match(await ben.page.title(), /^Your turn · /);
  assert.match(await ann.page.title(), /^Ben’s turn · /);
  assert.match(await ben.page.getByRole("timer").innerText(), /^(3 d 0:00:0\d|2 d 23:59:\d\d) left$/);

  let again = 0;
  for (let drawn = 0; drawn < 24; drawn++) {
    const turn = await onTurn(tabs, drawn);
    again += (await turn.page.locator(".headline").innerText()) === "Your turn again" ? 1 : 0;
    if (drawn === 9) {
      await turn.page.reload();
      await onTurn(tabs, drawn);
    }
    await free(turn).first().click();
  }
  await ann.sees(/^You (won|lost), /);
  await ben.sees(/^You (won|lost), /);
  const [annSaid, benSaid] = await Promise.all(tabs.map((tab) => tab.page.locator(".headline").innerText()));
  const scores = (await ann.page.locator(".score").allInnerTexts()).map((text) => parseInt(text, 10)) as [number, number];
  assert.equal(scores[0] + scores[1], 9, "each box is somebody's");
  const [most, least] = [Math.max(...scores), Math.min(...scores)];
  const isAnn = scores[0] > scores[1];
  assert.equal(annSaid, isAnn ? `You won, ${most} to ${least}` : `You lost, ${least} to ${most}`);
  assert.equal(benSaid, isAnn ? `You lost, ${least} to ${most}` : `You won, ${most} to ${least}`);
  assert.ok(again > 0, "who closes a box goes on");
  assert.equal(await ann.page.getByRole("img", { name: /^Box in / }).count(), 9);
  assert.equal(await ann.page.locator(".turns li").count(), 24);

  await ann.page.goBack();
  await ann.isAt("Dots and Boxes");
  await ann.sees(isAnn ? "Finished: you won" : "Finished: you lost");
  await ben.follow("To the lobby");
  await ben.sees(isAnn ? "Finished: you lost" : "Finished: you won");
});

test("a line appears at once, with what it closes, and what comes behind it waits", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const three = [
    [ben, 0, 0, "right"],
    [ann, 0, 0, "down"],
    [ben, 1, 0, "down"],
  ] as const;
  for (const [who, x, y, direction] of three) {
    await who.send("take-turn", { matchId }, { from: { x, y }, direction });
  }
  const tab = await ann.open();
  await tab.go(`/matches/${matchId}`);
  const letGo = await hold([tab], "**/turns");
  await line(tab, "column 1 row 2 to the right").dblclick();
  await line(tab, "column 1 row 2 to the right", "drawn by you, not confirmed yet").waitFor();
  await tab.page.getByRole("img", { name: "Box in column 1 row 1: Ann" }).waitFor();
  await tab.sees("Your turn again");
  await line(tab, "column 3 row 3 down").click();
  await line(tab, "column 3 row 3 down", "drawn by you, not confirmed yet").waitFor();
  await tab.sees("Ben’s turn");
  letGo();
  await line(tab, "column 1 row 2 to the right", "drawn by you").waitFor();
  await line(tab, "column 3 row 3 down", "drawn by you").waitFor();
  assert.equal((await ann.ask("get-match", { matchId })).turns.length, 5, "a double click draws once");
});

test("a refused line is taken back, with all behind it, and the reason is told", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const tab = await ben.open();
  await tab.go(`/matches/${matchId}`);
  await tab.page.route("**/turns", (route) =>
    route.fulfill({ status: 409, json: { code: "LineTaken", detail: "this line has been drawn" } }),
  );
  await line(tab, "column 2 row 2 down").click();
  await tab.sees("Your line was taken back. This line has been drawn.");
  await line(tab, "column 2 row 2 down").waitFor();
  await tab.sees("Your turn");
  await tab.page.unroute("**/turns");
  await line(tab, "column 2 row 2 down").click();
  await line(tab, "column 2 row 2 down", "drawn by you").waitFor();
});

test("two tabs in which one player draws at the same time come to the same", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const one = await ben.open();
  const other = await beside(one);
  await one.go(`/matches/${matchId}`);
  await other.go(`/matches/${matchId}`);
  const letGo = await hold([one, other], "**/turns");
  await line(one, "column 1 row 1 down").click();
  await line(other, "column 3 row 3 down").click();
  letGo();
  for (const tab of [one, other]) {
    await eventually("one line is confirmed, and none waits", async () => {
      const drawn = await tab.page.getByRole("button", { name: /^line .*, drawn/ }).count();
      return drawn === 1 && (await confirmed(tab).count()) === 1;
    });
    await tab.sees("Ann’s turn");
  }
  const refused = await Promise.all([one, other].map((tab) => tab.page.getByText("It is another player's turn.").count()));
  assert.equal(refused[0]! + refused[1]!, 1, "the tab that was later is told");
});

test("of two who join the same match one is told that somebody was quicker", async () => {
  const ann = await person("Ann");
  const matchId = await requested(ann);
  const rivals = await Promise.all([person("Ben"), person("Cleo")]);
  const tabs = await Promise.all(rivals.map((rival) => rival.open()));
  await Promise.all(tabs.map((tab) => tab.go(`/matches/${matchId}`)));
  const letGo = await hold(tabs, "**/join-requests");
  await Promise.all(tabs.map((tab) => tab.press("Join the match of Ann")));
  letGo();
  await eventually("the match has started", async () => (await ann.ask("get-match", { matchId })).status === "playing");
  const { players } = await ann.ask("get-match", { matchId });
  const winner = rivals.findIndex((rival) => rival.userId === players[1]!.id);
  await tabs[winner]!.sees("Your turn");
  await tabs[1 - winner]!.sees("Somebody was quicker. Join another match, or make one.");
  await tabs[1 - winner]!.sees("You are watching: only the two players can draw.");
});

test("the keyboard alone draws, and whoever cannot draw is told why", async () => {
  const [ann, ben, cleo] = await Promise.all([person("Ann"), person("Ben"), person("Cleo")]);
  const matchId = await joined(ann, ben);
  const [tab, watcher] = await Promise.all([ben.open(), cleo.open()]);
  await tab.go(`/matches/${matchId}`);
  await watcher.go(`/matches/${matchId}`);
  const { keyboard } = tab.page;
  await line(tab, "column 1 row 1 to the right").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
    await keyboard.press(key);
  }
  await keyboard.press("Enter");
  await line(tab, "column 2 row 1 down", "drawn by you").waitFor();
  await tab.sees("You drew the line from column 2 row 1 down.");
  await keyboard.press("ArrowRight");
  await keyboard.press("Space");
  await tab.sees("It is not your turn yet.");
  await line(watcher, "column 2 row 1 down", "drawn by Ben").waitFor();
  await line(watcher, "column 1 row 1 down").click({ force: true }); // it is said to be disabled
  await watcher.page.getByText("You are watching: only the two players can draw.").nth(1).waitFor();
  assert.equal((await ann.ask("get-match", { matchId })).turns.length, 1);
});

test("the last minutes of a turn are warned of, and a forfeit is told to both", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const soon = { deadline: new Date(Date.now() + 300_000).toISOString() };
  const over = { status: "finished", forfeitedBy: ben.userId, winner: ann.userId, nextPlayer: "", deadline: undefined };
  for (const [who, said] of [
    [ann, "You won: Ben did not move in time"],
    [ben, "You lost: you did not move in time"],
  ] as const) {
    const tab = await who.open();
    for (const change of [soon, over]) {
      // Nobody waits for days: the server's answer is as it would be then.
      await tab.page.route(`**/matches/${matchId}`, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), ...change } });
      });
      await tab.go(`/matches/${matchId}`);
      await tab.page.reload();
      await tab.sees(change === soon ? /^Last minutes: [34]:\d\d left$/ : said);
    }
    await tab.sees("Forfeited");
    await tab.press("New match");
  }
});
