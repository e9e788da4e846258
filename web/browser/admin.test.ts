import assert from "node:assert/strict";
import { accessible, admin, Caller, eventually, open, password, person, poison, shots, test, type Person, type Tab } from "./harness";
import { joined, requested } from "./world";

/** A tab of an admin at one of their pages. */
async function at(path: string): Promise<{ ada: Person; tab: Tab }> {
  const ada = await admin();
  const tab = await ada.open();
  await tab.go(path);
  return { ada, tab };
}

/** What is told of a commit in the event log. */
const row = (tab: Tab, text: string) => tab.page.locator(".log > li", { hasText: text });

test("the event log shows what happens, and what is asked for", async () => {
  const { ada, tab } = await at("/admin");
  const { id } = await ada.send("open-wallet", {}, { currency: "EUR" });
  await row(tab, `wallet-${id}@1`).waitFor();
  await tab.press("Pause");
  const { traceId } = await ada.send("credit-wallet", { walletId: id }, { amount: "7.5" });
  await tab.sees(/^Paused/);
  await tab.fill("Stream", `wallet-${id}`);
  await tab.fill("Event type", "WalletCredited");
  await tab.press("Filter");
  await row(tab, "WalletCredited").waitFor();
  assert.equal(await tab.page.locator(".log > li").count(), 1, "only what was asked for is there");
  await tab.page.getByText("WalletCredited").click();
  await tab.sees('"7.5"');
  await tab.page.reload();
  await row(tab, `wallet-${id}@2`).waitFor();
  await tab.page.goBack();
  await row(tab, `wallet-${id}@1`).waitFor();
  await tab.go(`/admin?trace=${traceId}`);
  await row(tab, "WalletCredited").waitFor();
  await tab.go("/admin?type=Nonsense");
  await tab.sees(/Nothing like this/);
  await accessible(tab);
});

test("the event log waits while it is paused or out of sight, and then goes on", async () => {
  const { ada, tab } = await at("/admin?category=wallet");
  const other = await ada.open();
  await other.go("/admin?category=wallet");
  const missed = async (why: string) => {
    const { id } = await ada.send("open-wallet", {}, { currency: "EUR" });
    await row(other, `wallet-${id}`).waitFor();
    assert.equal(await row(tab, `wallet-${id}`).count(), 0, why);
    return row(tab, `wallet-${id}`);
  };
  await tab.press("Pause");
  await tab.sees(/^Paused/);
  const first = await missed("nothing moves under the eyes of who reads");
  await tab.press("Go on");
  await first.waitFor();
  await hide(tab, true);
  const second = await missed("nothing is asked for when nobody looks");
  await hide(tab, false);
  await second.waitFor();
});

test("who goes on with the event log far behind sees the newest at once", async () => {
  const { ada, tab } = await at("/admin");
  const { id } = await ada.send("open-wallet", {}, { currency: "EUR" });
  await tab.go(`/admin?stream=wallet-${id}`);
  await row(tab, `wallet-${id}@1`).waitFor();
  await tab.press("Pause");
  await tab.sees(/^Paused/);
  for (let version = 2; version <= 460; version++) {
    await ada.send("credit-wallet", { walletId: id }, { amount: "1" });
  }
  let asked = 0;
  tab.page.on("request", (request) => (asked += Number(request.url().includes("/admin/events?"))));
  await tab.press("Go on");
  await row(tab, `wallet-${id}@460`).waitFor();
  assert.ok(asked < 5, `it was asked for ${asked} times`);
  await tab.press("Show older ones");
  await row(tab, `wallet-${id}@400`).waitFor();
});

/** Has a tab believe that it is behind another one, or no longer. */
async function hide(tab: Tab, hidden: boolean): Promise<void> {
  await tab.page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

test("mend: a stream is stepped through, and grows", async () => {
  const { ada, tab } = await at("/admin");
  const { id: walletId } = await ada.send("open-wallet", {}, { currency: "EUR" });
  await ada.send("credit-wallet", { walletId }, { amount: "10" });
  await ada.send("credit-wallet", { walletId }, { amount: "5" });
  await row(tab, `wallet-${walletId}@3`).waitFor();
  await tab.follow(`wallet-${walletId}@3`);
  const slider = tab.page.getByRole("slider");
  const balance = tab.page.locator(".members li", { hasText: /^balance/i });
  await tab.sees("Version 3 of 3: WalletCredited");
  assert.match(await balance.first().innerText(), /changed.*10.*15/s);
  await slider.press("ArrowLeft");
  await tab.sees("Version 2 of 3: WalletCredited");
  assert.match(await balance.first().innerText(), /added.*10/s);
  await slider.press("Home");
  await tab.sees("Version 1 of 3: WalletOpened");
  await tab.page.locator(".members .added").first().waitFor();
  await tab.press("Newest");
  await ada.send("debit-wallet", { walletId }, { amount: "1" });
  await tab.sees("Version 4 of 4: WalletDebited");
  await tab.go(`/admin/streams/wallet-${walletId}?version=2`);
  await tab.sees("Version 2 of 4: WalletCredited");
  await ada.send("debit-wallet", { walletId }, { amount: "1" });
  await tab.sees("Version 2 of 5: WalletCredited");
  await tab.go(`/admin/streams/identity-${ada.userId}`);
  await tab.sees(/is private, and shown to nobody/);
  await accessible(tab);
});

test("a long stream is read once, and what comes together in one go", async () => {
  const { ada, tab } = await at("/admin");
  const { id: walletId } = await ada.send("open-wallet", {}, { currency: "EUR" });
  const credit = () => ada.send("credit-wallet", { walletId }, { amount: "1" });
  for (let n = 2; n <= 110; n++) {
    await credit();
  }
  let asked = 0;
  tab.page.on("request", (request) => (asked += Number(request.url().includes(`/admin/streams/wallet-${walletId}`))));
  await tab.go(`/admin/streams/wallet-${walletId}`);
  await tab.sees("Version 110 of 110: WalletCredited");
  await Promise.all([credit(), credit(), credit(), credit(), credit()]);
  await tab.sees("Version 115 of 115: WalletCredited");
  assert.ok(asked < 20, `it was asked for ${asked} times`);
});

test("the key browser goes by prefix, order and page", async () => {
  const { ada, tab } = await at("/admin/streams");
  for (let n = 0; n < 3; n++) {
    await ada.send("open-wallet", {}, { currency: "EUR" });
  }
  await tab.fill("Ids beginning with", "wallet-");
  await tab.press("Find");
  const ids = () => tab.page.locator(".key a").allInnerTexts();
  const sorted = await eventually("wallets alone are listed", async () => {
    const found = await ids();
    return found.length >= 3 && found.every((id) => id.startsWith("wallet-")) && found;
  });
  assert.deepEqual(sorted, sorted.toSorted());
  await tab.page.getByLabel("Order").selectOption("Last to first");
  await tab.press("Find");
  const last = await eventually("the order is turned round", async () => {
    const found = await ids();
    return found.length >= 3 && found[0]! > found[1]! && found;
  });
  await tab.go(`/admin/streams?prefix=wallet-&reverse=true&limit=1`);
  await tab.follow("Next page");
  await eventually("the next page is there", async () => (await ids())[0] === last[1]);
  await tab.page.goBack();
  await eventually("the first page is back", async () => (await ids())[0] === last[0]);
  await tab.go("/admin/streams?prefix=nonsense");
  await tab.sees(/No stream has such an id/);
});

test("a trace is a tree, and refusals are in it", async () => {
  const { ada, tab } = await at("/admin/traces");
  const ben = await person("Ben");
  const matchId = await joined(ada, ben);
  const asked = (await ada.ask("list-events", {}, { stream: `match-${matchId}`, type: "JoinRequested" })).items[0]!;
  await tab.fill(/^Trace id/, asked.traceId);
  await tab.press("Show");
  const branch = ["JoinRequested", "MatchEntered", "MatchStarted"].map((type) => `li:has(> .node > strong:text-is("${type}"))`);
  await tab.page.locator(branch.join(" > ul > ")).waitFor();
  await tab.follow(`match-${matchId}@${asked.version}`);
  await tab.sees(/: JoinRequested$/);
  await tab.go(`/admin/traces/${await refused(ben)}`);
  await tab.page.locator("li li li", { hasText: /refused.*matches/ }).waitFor();
  await accessible(tab);
  await tab.go("/admin/traces/nonsense");
  await tab.sees(/There is no such trace/);
});

/** The trace of a request to join a match, by somebody in one who requests two more, which are all that one may have. */
async function refused(who: Person): Promise<string> {
  for (let n = 0; n < 2; n++) {
    await who.send("request-match", { userId: who.userId }, { size: "small" });
  }
  const matchId = await requested(await person("Nele"));
  return (await who.send("request-join", { matchId }, {})).traceId;
}

test("a view is rebuilt, returned and dropped", async () => {
  const { tab } = await at("/admin/views");
  await tab.press("Rebuild: teams");
  const dialog = tab.page.getByRole("dialog");
  await accessible(tab);
  await dialog.getByText("Keep it").click();
  await dialog.getByRole("button", { name: "Rebuild" }).click();
  await tab.page.getByRole("progressbar").first().waitFor();
  await tab.sees(/^Equal: all \d+ rows are the same/);
  const card = tab.page.locator(".cards > li", { hasText: "teams" });
  await card.getByText("live: 2").waitFor();
  await card.getByText("kept: 1").waitFor();
  await tab.press("Return to 1: teams");
  await dialog.getByRole("button", { name: "Return" }).click();
  await card.getByText("live: 1").waitFor();
  await tab.press("Drop others: teams");
  await dialog.getByRole("button", { name: "Drop", exact: true }).click();
  await tab.sees(/and the only one/);
  await tab.loses(card.getByText("kept: 2"));
});

test("what is parked is retried, and skipped for a reason", async () => {
  const { ada, tab } = await at("/admin/parked");
  const stream = "match-" + (await requested(ada));
  await poison(stream);
  await tab.press(`Retry ${stream}`);
  await tab.sees(new RegExp(`${stream} is parked again`));
  await tab.press(`Skip ${stream}`);
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Leave it out" }).click();
  await dialog.getByRole("alert").waitFor();
  await accessible(tab);
  await dialog.getByLabel("Reason").fill("A faulty program wrote it.");
  await dialog.getByRole("button", { name: "Leave it out" }).click();
  await tab.sees("The reason that was given: A faulty program wrote it.");
  await tab.loses(tab.page.getByRole("button", { name: `Retry ${stream}` }));
});

test("timers count down", async () => {
  const { ada, tab } = await at("/admin/timers");
  const { id: walletId } = await ada.send("open-wallet", {}, { currency: "EUR" });
  await ada.send("credit-wallet", { walletId }, { amount: "10" });
  await ada.send("transfer", { walletId }, { to: crypto.randomUUID(), amount: "5" });
  const timer = row(tab, `wallet-${walletId}`);
  await timer.getByText("chase-transfer").waitFor();
  assert.match(await timer.innerText(), /^59:\d\d|^1:00:00/);
  await timer.getByRole("link", { name: /^wallet-/ }).click();
  await tab.isAt(`wallet-${walletId}`);
});

test("roles are granted and revoked", async () => {
  const { tab } = await at("/admin/roles");
  const name = `Nele ${crypto.randomUUID().slice(0, 8)}`;
  const nele = await person(name);
  await tab.fill("Find somebody by name", name);
  await tab.press(`Choose ${name}`);
  await tab.page.getByRole("radio", { name: /^admin/ }).check();
  await tab.press("Grant");
  await tab.sees(/has the role admin/);
  assert.ok((await rolesOf(nele)).includes("admin"));
  await tab.press("Revoke");
  await tab.sees(/does not have the role admin/);
  assert.ok(!(await rolesOf(nele)).includes("admin"));
});

test("somebody is forgotten, for a reason and after a question", async () => {
  const { tab } = await at("/admin/roles");
  const name = `Nele ${crypto.randomUUID().slice(0, 8)}`;
  const nele = await person(name);
  await tab.fill("User id", nele.userId);
  await shots(tab, "admin-forget");
  const forget = tab.page.getByRole("button", { name: "Forget this user" });
  await forget.focus();
  await tab.page.keyboard.press("Enter");
  const dialog = tab.page.getByRole("dialog", { name: "Forget this user" });
  await dialog.getByText(/This cannot be undone/).waitFor();
  await accessible(tab);
  await shots(tab, "admin-forget-question");
  await dialog.getByRole("button", { name: "Forget", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  assert.equal((await nele.ask("get-user", { userId: nele.userId }, {})).name, name, "nothing happens without a reason");
  await dialog.getByLabel("Reason").fill("Asked by letter.");
  await tab.page.keyboard.press("Enter");
  await tab.loses(dialog);
  await tab.sees("The reason that was given: Asked by letter.");
  await tab.sees(`Forget: ${nele.userId}`);
  await tab.page.getByRole("progressbar", { name: "wait until no process can know the key" }).waitFor();
  await tab.page.getByText("Result").click();
  await tab.sees(/"values": ?1/);
  await eventually("the name is gone", async () => (await nele.ask("get-user", { userId: nele.userId }, {})).name !== name);
  await accessible(tab);
  await shots(tab, "admin-forgetting");
});

test("all that is stored is verified", async () => {
  const { tab } = await at("/admin/views");
  await tab.press("Verify the store");
  await tab.page.getByText("Result").click();
  await tab.sees(/"commits": ?\d+.*"findings": ?\d+/s);
  await accessible(tab);
  await shots(tab, "admin-verified");
});

/** The roles that somebody has when they sign in again. */
async function rolesOf({ email }: Person): Promise<string[]> {
  return (await new Caller().send("log-in", {}, { email, password })).roles;
}

test("admin pages are for admins", async () => {
  const ben = await person("Ben");
  const tab = await ben.open();
  await tab.go("/admin/views");
  await tab.isAt("Not for you yet");
  await tab.sees(/takes the role admin/);
  assert.equal(await tab.page.getByRole("link", { name: "Admin" }).count(), 0);
  const nobody = await open();
  await nobody.go("/admin");
  await nobody.isAt("Sign in");
});
