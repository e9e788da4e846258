import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { accessible, eventually, fits, person, shots, test, type Person, type Tab } from "./harness";

/** Names that nothing else in the system has. */
function named(...names: string[]): string[] {
  const mark = crypto.randomUUID().slice(0, 8);
  return names.map((name) => `${name} ${mark}`);
}

const eight = ["Anchors", "Breakwaters", "Capstans", "Dockers", "Easterlies", "Foghorns", "Gannets", "Halyards"];

async function createTeam(owner: Person, name: string): Promise<string> {
  const { id, version = 1 } = await owner.send("create-team", {}, { name });
  await owner.ask("get-team", { teamId: id }, { "min-version": version });
  return id;
}

/** A tournament with these teams, all of which have joined. */
async function createTournament(organiser: Person, name: string, teams: string[]): Promise<string> {
  const { id } = await organiser.send("create-tournament", {}, { name });
  for (const team of teams) {
    await organiser.send("add-team", { tournamentId: id }, { teamId: await createTeam(organiser, team) });
  }
  await eventually("all have joined", async () => {
    const found = await organiser.ask("get-tournament", { tournamentId: id }, { "min-version": 1 });
    return found.teams.filter(({ confirmed }) => confirmed).length === teams.length;
  });
  return id;
}

function matchOf(tab: Tab, title: string): Locator {
  return tab.page.locator(".match").filter({ has: tab.page.getByRole("heading", { level: 3, name: title, exact: true }) });
}

/** Enters a result by the keyboard, and tells who won. */
async function enter(tab: Tab, title: string, local: string, away: string): Promise<string> {
  const match = matchOf(tab, title);
  const [first, second] = [match.getByRole("textbox").first(), match.getByRole("textbox").last()];
  const names = await match.locator("label").allInnerTexts();
  await first.fill(local);
  await second.fill(away);
  await second.press("Enter");
  return names[Number(local) > Number(away) ? 0 : 1] ?? "";
}

/** Waits until a match has a winner on a screen. */
async function isWon(tab: Tab, title: string, by: string): Promise<void> {
  await matchOf(tab, title).locator(".won").filter({ hasText: by }).waitFor();
}

test("a tournament is run to its champion, and watched without a reload", async () => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const [cup = "", ...teams] = named("Harbour Cup", ...eight);
  const [onTheSpot = "", ...others] = teams;
  for (const name of others) {
    await createTeam(bob, name);
  }
  const watcher = await bob.open({ width: 360 });
  await watcher.go("/tournaments");
  const tab = await ann.open();
  await tab.go("/tournaments");
  await tab.press("New tournament");
  await tab.press("Create tournament");
  await tab.sees("A name has 1 to 80 characters.");
  await tab.fill("Name", cup);
  await tab.press("Create tournament");
  await tab.isAt(cup);

  await watcher.follow(cup);
  await watcher.isAt(cup);
  await watcher.sees("Run by Ann");
  await watcher.sees("8 more teams are needed to start.");
  await watcher.sees("Only who created the tournament adds teams and starts it.");

  await tab.fill("Name", onTheSpot);
  await tab.press("Create and add");
  await watcher.sees("7 more teams are needed to start.");
  assert.equal(await tab.page.getByRole("button", { name: "Start the tournament" }).count(), 0);
  for (const name of others) {
    await tab.fill("Search teams", name);
    await tab.press("Add " + name);
    await tab.page.locator(".places").getByText(name).waitFor();
  }
  await tab.sees("All eight teams have joined. The tournament can start.");
  await watcher.sees("All eight teams have joined. The tournament can start.");
  assert.equal(await watcher.page.getByRole("button", { name: "Start the tournament" }).count(), 0);
  await tab.press("Start the tournament");

  for (const on of [tab, watcher]) {
    for (const phase of ["Quarter-finals", "Semi-finals", "Final"]) {
      await on.page.getByRole("heading", { level: 2, name: phase, exact: true }).waitFor();
    }
  }
  assert.equal(await watcher.page.getByRole("textbox").count(), 0);
  assert.deepEqual((await watcher.page.locator(".phase").first().getByRole("link").allInnerTexts()).toSorted(), teams.toSorted());

  await enter(tab, "Quarter-final 2", "1", "1");
  await matchOf(tab, "Quarter-final 2").getByText("One of the teams must win.").waitFor();
  assert.equal(await matchOf(tab, "Quarter-final 2").getByRole("textbox").last().getAttribute("aria-invalid"), "true");
  await enter(tab, "Quarter-final 1", "", "2");
  await matchOf(tab, "Quarter-final 1").getByText("How many goals? A number from 0 to 999.").waitFor();

  const winners: Record<string, string> = {};
  for (const [title, local, away] of [
    ["Quarter-final 3", "2", "0"],
    ["Quarter-final 1", "0", "1"],
    ["Quarter-final 4", "3", "4"],
    ["Quarter-final 2", "10", "9"],
    ["Semi-final 2", "1", "0"],
    ["Semi-final 1", "1", "2"],
    ["Final", "5", "3"],
  ] as const) {
    const winner = await enter(tab, title, local, away);
    winners[title] = winner;
    await isWon(watcher, title, winner);
    await isWon(tab, title, winner);
    assert.equal(await tab.page.evaluate(() => document.activeElement?.textContent), title, "the focus stays at the match");
  }
  assert.deepEqual(
    [winners["Semi-final 1"], winners["Semi-final 2"]].map((winner) => Object.values(winners).slice(0, 4).includes(winner ?? "")),
    [true, true],
  );
  const champion = winners["Final"] ?? "";
  for (const on of [tab, watcher]) {
    await on.page.getByRole("region", { name: "Champion" }).getByText(champion).waitFor();
    await matchOf(on, "Final").locator(".won").getByText("Champion").waitFor();
    await on.page.getByRole("status").filter({ hasText: `${champion} is the champion.` }).waitFor();
  }
  for (const on of [tab, watcher]) {
    await fits(on, 360);
    await accessible(on);
  }
  await shots(tab, "tournament-finished");

  await watcher.page.setViewportSize({ width: 1280, height: 800 });
  await watcher.page.getByRole("region", { name: "Quarter-finals" }).getByRole("link", { name: onTheSpot }).click();
  await watcher.isAt(onTheSpot);
  await watcher.follow(cup);
  await watcher.isAt(cup);
  await watcher.page.goBack();
  await watcher.isAt(onTheSpot);
  await watcher.page.goBack();
  await watcher.isAt(cup);
  await watcher.page.goBack();
  await watcher.isAt("Tournaments");
  await watcher.page.locator("li").filter({ hasText: cup }).getByText(champion).waitFor();
});

test("a team that does not join is told of, and may join later", async () => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const [cup = "", reds = "", blues = ""] = named("Refusal Cup", "Reds", "Blues");
  const tournament = await createTournament(ann, cup, [blues]);
  const team = await createTeam(bob, reds);
  const [tab, owner] = [await ann.open(), await bob.open()];
  await owner.go("/teams/" + team);
  await owner.press("Join no more tournaments");
  await owner.sees("It joins no further tournaments, and stays in those below.");

  await tab.go("/tournaments/" + tournament);
  await tab.sees("7 more teams are needed to start.");
  await ann.send("add-team", { tournamentId: tournament }, { teamId: team });
  const refusal = tab.page.getByRole("status").filter({ hasText: `${reds} did not join: it joins no further tournaments` });
  await refusal.waitFor();
  await tab.loses(tab.page.locator(".places").getByText(reds));
  await accessible(tab);
  await fits(tab, 360);
  await shots(tab, "tournament-refused");
  await tab.page.reload();
  await refusal.waitFor();

  await tab.page.setViewportSize({ width: 1280, height: 800 });
  await tab.fill("Search teams", reds);
  await tab.page.locator(".rows li").filter({ hasText: reds }).getByText("Joins no more tournaments").waitFor();
  await owner.press("Join tournaments again");
  await owner.sees("It joins any tournament that adds it.");
  await tab.fill("Search teams", "");
  await tab.press("Add " + reds);
  await tab.page.locator(".places li").filter({ hasText: reds }).getByText("Joined").waitFor();
  await tab.loses(refusal);
  await owner.follow(cup);
  await owner.isAt(cup);
});

test("two screens of an organiser agree, and a match has one result", async () => {
  const ann = await person("Ann");
  const [cup = "", ...teams] = named("Twice Cup", ...eight);
  const id = await createTournament(ann, cup, teams);
  await ann.send("start-tournament", { tournamentId: id }, {});
  const [one, other] = [await ann.open(), await ann.open({ width: 360 })];
  for (const tab of [one, other]) {
    await tab.go("/tournaments/" + id); // a link to the bracket
    await matchOf(tab, "Quarter-final 4").getByRole("textbox").first().waitFor();
  }
  await shots(one, "tournament-started");
  await accessible(one);
  await matchOf(other, "Quarter-final 4").getByRole("textbox").first().fill("7");
  const winner = await enter(one, "Quarter-final 1", "1", "0");
  await isWon(other, "Quarter-final 1", winner);
  assert.equal(await matchOf(other, "Quarter-final 4").getByRole("textbox").first().inputValue(), "7", "what is being typed stays");
  await matchOf(other, "Semi-final 1").getByRole("link", { name: winner }).waitFor();
  await matchOf(other, "Semi-final 1").getByText("Winner of quarter-final 2").waitFor();

  const requests: string[] = [];
  other.page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const second = matchOf(other, "Quarter-final 2");
  await second.getByRole("textbox").first().fill("3");
  await second.getByRole("textbox").last().fill("4");
  await second.getByRole("button").dblclick();
  await matchOf(one, "Quarter-final 2").locator(".won").waitFor();
  assert.deepEqual(
    requests.filter((request) => request.startsWith("POST")),
    [`POST /tournaments/${id}/results`],
  );
});

test("teams are created with players, changed by their owner, and found by both", async () => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const [reds = "", player = "", later = ""] = named("Reds", "Grace", "Edsger");
  const [tab, watcher] = [await ann.open(), await bob.open({ width: 360 })];
  await watcher.go("/teams");
  await tab.go("/teams");
  await tab.press("New team");
  await tab.fill("Name", reds);
  await tab.fill("Players", `${player}\n${player.toUpperCase()}`);
  await tab.press("Create team");
  await tab.sees(`“${player.toUpperCase()}”: This name stands there twice.`);
  await accessible(tab);
  await tab.fill("Players", `${player}\n\n  Ada  `);
  await tab.press("Add players");
  await tab.isAt(reds);
  assert.deepEqual(await tab.page.getByRole("region", { name: "Players" }).getByRole("listitem").allInnerTexts(), [player, "Ada"]);

  await watcher.page.locator("li").filter({ hasText: reds }).getByText("2 players").waitFor();
  await watcher.fill("Search teams", player);
  await watcher.page.waitForURL(/q=Grace/);
  await watcher.follow(reds);
  await watcher.isAt(reds);
  await watcher.sees("Owned by Ann");
  assert.equal((await watcher.page.getByRole("textbox").count()) + (await watcher.page.getByRole("button").count()), 0);
  await tab.fill("Add players", later);
  await tab.press("Add players");
  await watcher.page.getByRole("listitem").filter({ hasText: later }).waitFor();
  await tab.fill("Add players", later);
  await tab.press("Add players");
  await tab.sees("One of them is in the team already; nobody was added.");
  await accessible(tab);
  await shots(tab, "team-full");
  await watcher.page.goBack();
  await watcher.isAt("Teams");
  await watcher.page.getByRole("link", { name: reds }).waitFor();
  assert.equal(await watcher.page.getByLabel("Search teams").inputValue(), player, "the search is there again");
  await watcher.fill("Search teams", "nobody-has-this-word");
  await watcher.sees("No team has all these words. Try fewer of them.");
  await accessible(watcher);
});
