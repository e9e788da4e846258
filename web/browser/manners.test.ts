import assert from "node:assert/strict";
import { accessible, beside, eventually, fits, open, pages, password, person, reopen, restart, shut, test, type Person, type Tab } from "./harness";
import { reachable } from "./keyboard";
import { joined, lines } from "./world";

const lost = /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_NETWORK|ERR_INCOMPLETE|ERR_FAILED|WebSocket connection/;
const banner = "The connection is lost.";

/** A line of the board, by what is read out. */
function line(tab: Tab, label: RegExp) {
  return tab.page.getByRole("button", { name: label });
}

const first = /^line from column 1 row 1 to the right/i;
const second = /^line from column 1 row 1 down/i;

async function signIn(tab: Tab, who: Person): Promise<void> {
  await tab.fill("E-mail", who.email);
  await tab.fill("Password", password);
  await tab.press("Sign in");
}

test("what happened while the connection was lost is there when it is back", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const tab = (await ann.open()).allow(lost);
  await tab.go(`/matches/${matchId}`);
  await tab.sees("Ben’s turn");
  await shut();
  await tab.sees(banner);
  await ben.send("take-turn", { matchId }, lines(3)[0]!);
  await reopen();
  await tab.loses(tab.page.getByText(banner));
  await tab.sees("Your turn");
  await tab.sees(/^Ben drew the line/);
  await restart();
  await line(tab, second).click();
  await eventually("the line is drawn", async () => (await ann.ask("get-match", { matchId })).turns.length === 2);
  await tab.sees("Ben’s turn");
});

test("what is pressed while the server is away is done once when it is back", async () => {
  const ann = await person("Ann");
  const tab = (await ann.open()).allow(lost);
  await tab.go("/profile");
  await tab.fill("Name", "Anna");
  await shut();
  const failed = tab.page.waitForEvent("requestfailed", (request) => request.method() === "PUT");
  await tab.press("Change the name");
  await failed;
  await reopen();
  await tab.sees("Your name is changed.");
  assert.equal((await ann.ask("get-user", { userId: ann.userId }, { "min-version": 2 })).name, "Anna");
});

test("what cannot be sent is told, and nothing of it is lost", async () => {
  const ann = await person("Ann");
  const tab = (await ann.open()).allow(lost);
  await tab.go("/profile");
  await tab.fill("Name", "Anna");
  await shut();
  await tab.press("Change the name");
  await tab.page.getByRole("alert").filter({ hasText: "cannot be reached" }).waitFor();
  assert.equal(await tab.page.getByLabel("Name", { exact: true }).inputValue(), "Anna");
  await reopen();
  await tab.press("Change the name");
  await tab.sees("Your name is changed.");
  assert.equal((await ann.ask("get-user", { userId: ann.userId }, { "min-version": 2 })).name, "Anna");
});

test("a command whose answer is lost, and one that is pressed twice, are done once", async () => {
  const ann = await person("Ann");
  const tab = (await ann.open()).allow(lost);
  const keys: (string | undefined)[] = [];
  await tab.page.route("**/users/*/match-requests", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const answer = await route.fetch();
    return keys.length === 1 ? route.abort() : route.fulfill({ response: answer });
  });
  await tab.go("/");
  await tab.press("New match");
  await tab.page.getByRole("button", { name: "Make the match" }).dblclick();
  await tab.sees("Waiting for somebody to join");
  assert.equal(keys.length, 2, "it was sent again, and no more often");
  assert.equal(keys[0], keys[1]);
  const { items } = await ann.ask("list-user-matches", { userId: ann.userId });
  assert.equal(items.length, 1);
});

test("two tabs are of one mind", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ben, ann);
  const one = await ann.open();
  const other = await beside(one);
  await one.go(`/matches/${matchId}`);
  await other.go(`/matches/${matchId}`);
  await line(one, first).click();
  for (const tab of [one, other]) {
    await tab.sees("Ben’s turn");
    await tab.sees(/^You drew the line from column 1 row 1 to the right/);
  }
  await other.go("/profile");
  await other.press("Sign out");
  await one.isAt("Sign in");
  await signIn(one, ann);
  await one.sees("Ben’s turn");
  await other.follow("Profile");
  await other.isAt("Profile");
});

test("a link leads there by way of signing in, and back again", async () => {
  const ann = await person("Ann");
  const { id } = await ann.send("create-tournament", {}, { name: "Harbour cup" });
  const tab = await open();
  await tab.go(`/tournaments/${id}`);
  await tab.isAt("Sign in");
  await signIn(tab, ann);
  await tab.isAt("Harbour cup");
  assert.equal(tab.page.url(), `${pages}/#/tournaments/${id}`);
  await tab.follow("Profile");
  await tab.isAt("Profile");
  await tab.page.goBack();
  await tab.isAt("Harbour cup");
  await tab.page.goForward();
  await tab.isAt("Profile");
  await tab.page.reload();
  await tab.isAt("Profile");
});

test("a session that is over is told, and begins again where it ended", async () => {
  const ann = await person("Ann");
  const ends = async (session: Person["session"]) => {
    const tab = (await open({ session })).allow(/WebSocket connection/);
    await tab.go("/profile");
    await tab.isAt("Sign in");
    await tab.sees("Your session has ended.");
    await signIn(tab, ann);
    await tab.isAt("Profile");
  };
  await ends({ ...ann.session, expiresAt: new Date(Date.now() + 1500).toISOString() });
  await ends({ ...ann.session, token: ann.token.slice(0, -8) + "AAAAAAAA" });
});

test("the policy forbids what is not the pages' own, and they live with it", async () => {
  for (const path of ["/", "/docs/", "/404.html"]) {
    const policy = (await fetch(pages + path)).headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*/, path);
  }
  const tab = (await open()).allow(/Content Security Policy/);
  await tab.go("/sign-in");
  const ran = await tab.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'broken in'";
    document.body.append(script);
    return document.title === "broken in";
  });
  assert.equal(ran, false);
});

test("the tests themselves notice what is wrong with a page", async () => {
  const tab = await open();
  await tab.go("/sign-in");
  await tab.page.evaluate(async () => {
    console.error("a word");
    setTimeout(() => {
      throw new Error("a mishap");
    });
    new Image().src = "https://example.com/one.png";
    await fetch("/health?token=eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln");
  });
  for (const sign of [/a word/, /a mishap/, /of others was requested/, /Content Security Policy/, /a token in a URL/]) {
    await eventually(`${sign} is noticed`, async () => tab.problems.some((problem) => sign.test(problem)));
  }
  tab.problems.length = 0;
});

test("the tests themselves notice what keeps people out", async () => {
  const tab = await open();
  await tab.go("/sign-in");
  const spoil = (how: (button: HTMLElement, field: HTMLElement) => void) =>
    tab.page.evaluate(`(${how.toString()})(document.querySelector("form button"), document.querySelector("form input"))`);
  await accessible(tab);
  await fits(tab, 360);
  await reachable(tab);
  await spoil((_, field) => field.removeAttribute("id"));
  await assert.rejects(accessible(tab), /label: Form elements must have labels/);
  await spoil((_, field) => (field.style.width = "400px"));
  await assert.rejects(fits(tab, 360), /scrolls sideways at 360 pixels, because of .*<input/);
  await spoil((button) => (button.style.outline = "none"));
  await assert.rejects(reachable(tab), /nothing shows that: <button/);
});
