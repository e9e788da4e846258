/** What happens when answers are late, fail or overtake each other, and when tabs and people come in each other's way. */
import assert from "node:assert/strict";
import { beside, eventually, open, password, person, test, type Tab } from "./harness";
import { joined, requested } from "./world";

const offer = (tab: Tab, name: string) => tab.page.getByRole("button", { name: `Join the match of ${name}` });

/** Waits until the page has drawn what it knows. */
async function drawn(tab: Tab): Promise<void> {
  await tab.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Has minutes go by in the page, with time for answers in between. */
async function minutes(tab: Tab, count: number): Promise<void> {
  for (let half = 0; half < 2 * count; half++) {
    await tab.page.clock.runFor(30_000);
    await tab.page.evaluate(() => fetch("config.json"));
  }
}

test("a first page that is late does not undo what was read after it", async () => {
  const [ann, ben] = await Promise.all([person("Ann Late"), person("Ben")]);
  const tab = await ben.open();
  let asked = 0;
  let made: Promise<unknown> | undefined;
  let release = () => {};
  const isFree = new Promise<void>((resolve) => (release = resolve));
  await tab.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => (/"type":\s*"Match/.test(String(message)) ? undefined : socket.send(message))); // pages alone tell
  });
  await tab.page.route("**/matches?*", async (route) => {
    if (++asked > 1) {
      await made;
      return route.continue();
    }
    const response = await route.fetch();
    made = requested(ann);
    await isFree;
    return route.fulfill({ response });
  });
  await tab.go("/");
  await offer(tab, "Ann Late").waitFor();
  const done = tab.page.waitForResponse(/matches\?/);
  release();
  await done;
  await drawn(tab);
  assert.equal(await offer(tab, "Ann Late").count(), 1);
});

test("a document that is late does not undo a later state of it", async () => {
  const [ann, ben, cleo] = await Promise.all([person("Ann Slow"), person("Ben"), person("Cleo")]);
  const tab = await ben.open();
  await tab.go("/");
  const held: (() => void)[] = [];
  await tab.page.route("**/matches/*?min-version=*", async (route) => {
    const response = await route.fetch();
    if ((await response.json()).status === "not-started") {
      await new Promise<void>((go) => held.push(go));
    }
    await route.fulfill({ response });
  });
  const matchId = await requested(ann);
  await eventually("the open match is being read", async () => held.length > 0);
  await cleo.send("request-join", { matchId }, {});
  await eventually("the match has started", async () => (await ann.ask("get-match", { matchId })).status === "playing");
  await drawn(tab);
  held.forEach((go) => go());
  await tab.page.waitForLoadState("networkidle");
  await drawn(tab);
  assert.equal(await offer(tab, "Ann Slow").count(), 0);
});

test("nobody waits on for a parked match when its page is left", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const tab = await ben.open();
  await tab.page.clock.install();
  await tab.go("/");
  const asked: string[] = [];
  await tab.page.route("**/matches/*?min-version=*", async (route) => {
    asked.push(route.request().url());
    await route.fulfill({ status: 409, json: { code: "VersionNotReached" } });
  });
  await requested(ann);
  await eventually("it is asked for", async () => asked.length > 0);
  await minutes(tab, 4);
  assert.ok(asked.length > 2 && asked.length < 40, `asked ${asked.length} times in four minutes`);
  await tab.follow("Wallets");
  await tab.isAt("Wallets");
  const before = asked.length;
  await minutes(tab, 4);
  assert.equal(asked.length, before);
});

test("what could not be read comes by itself when the trouble is over", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const matchId = await joined(ann, ben);
  const tab = (await ann.open()).allow(/status of 5/);
  await tab.go(`/matches/${matchId}`);
  await tab.sees("Ben’s turn");
  let failed = 0;
  await tab.page.route("**/matches/*", async (route) => (++failed < 6 ? route.fulfill({ status: 500, body: "oh" }) : route.continue()));
  await ben.send("take-turn", { matchId }, { from: { x: 0, y: 0 }, direction: "right" });
  await eventually("it failed", async () => failed > 0);
  await tab.page.getByText("Your turn").first().waitFor({ timeout: 30_000 });
});

test("whoever signs in as somebody else in another tab finds nothing of the first one in this", async () => {
  const [ann, ben] = await Promise.all([person(""), person("")]);
  const one = await ann.open();
  await one.go("/profile");
  await one.fill("Name", "Anna in the making");
  const other = await beside(one);
  await other.go("/sign-in");
  await other.fill("E-mail", ben.email);
  await other.fill("Password", password);
  await other.press("Sign in");
  await other.isAt("Dots and Boxes");
  await one.sees(ben.userId);
  assert.equal(await one.page.getByLabel("Name", { exact: true }).inputValue(), "");
  assert.equal(await one.page.getByText(ann.userId).count(), 0);
});

test("a tab whose session is over does not end the one that another tab has begun", async () => {
  const ann = await person("Ann");
  const ended = { ...ann.session, token: ann.token.slice(0, -8) + "AAAAAAAA" };
  const tab = (await open({ session: ended })).allow(/WebSocket connection/);
  await tab.page.route("**/config.json", async (route) => {
    await tab.page.evaluate((session) => localStorage.setItem("foldstream.session", session), JSON.stringify(ann.session));
    await route.continue(); // as if the tab had been asleep when another one signed in
  });
  await tab.go("/profile");
  await tab.page.getByRole("heading", { name: "Ann", exact: true }).waitFor();
  assert.equal(await tab.page.evaluate(() => JSON.parse(localStorage.getItem("foldstream.session")!).token), ann.token);
});

test("a token that is refused by the live connection alone ends the session", async () => {
  const ann = await person("Ann");
  const tab = (await ann.open()).allow(/WebSocket connection/);
  let isOver = false;
  await tab.page.routeWebSocket(/\/ws$/, (socket) => (isOver ? void socket.close() : void socket.connectToServer()));
  await tab.go("/profile");
  await tab.sees(ann.userId);
  isOver = true;
  await tab.page.route("**/users/*", (route) => route.fulfill({ status: 401, json: { code: "InvalidToken" } }));
  await tab.page.evaluate(() => dispatchEvent(new Event("online")));
  await tab.page.getByText("Your session has ended.").waitFor({ timeout: 30_000 });
});

for (const hours of [30, -30]) {
  test(`a clock that is ${hours} hours off ends no session, and deadlines are right`, async () => {
    const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
    const matchId = await joined(ann, ben);
    const tab = await open();
    await tab.page.clock.install({ time: Date.now() + hours * 3_600_000 });
    await tab.go(`/matches/${matchId}`);
    await tab.fill("E-mail", ann.email);
    await tab.fill("Password", password);
    await tab.press("Sign in");
    await tab.sees("Ben’s turn");
    await tab.page.clock.runFor(3000);
    await tab.sees("Ben’s turn");
    const { deadline } = await ann.ask("get-match", { matchId });
    const shown = /(?:(\d+) d )?(?:(\d+):)?(\d+):(\d+) left/.exec((await tab.page.getByRole("timer").textContent()) ?? "");
    const [d = 0, h = 0, m = 0, s = 0] = (shown ?? []).slice(1).map((part) => Number(part ?? 0));
    const left = (Date.parse(deadline!) - Date.now()) / 1000;
    assert.ok(Math.abs(((d * 24 + h) * 60 + m) * 60 + s - left) < 30, `${shown?.[0]}, and not ${left} seconds`);
    await tab.page.reload();
    await tab.sees("Ben’s turn");
  });
}

test("where the API is cannot be found out: that is told, and tried again", async () => {
  const tab = (await open()).allow(/ERR_FAILED|net::/);
  await tab.page.route("**/config.json", (route) => route.abort());
  await tab.go("/sign-in");
  await tab.fill("E-mail", "nobody@example.com");
  await tab.fill("Password", password);
  await tab.press("Sign in");
  await tab.sees("The server cannot be reached.");
  await tab.page.unroute("**/config.json");
  await tab.press("Sign in");
  await tab.sees(/do not belong together|wrong|no such|not right|does not fit|match/i);
});

test("a language that the browser names in its own way breaks nothing", async () => {
  const tab = await open();
  await tab.page.addInitScript(() => Object.defineProperty(navigator, "language", { get: () => "en-US@posix" }));
  await tab.go("/sign-in");
});
