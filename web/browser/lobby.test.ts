import assert from "node:assert/strict";
import { pages, person, test } from "./harness";
import { requested } from "./world";

test("mend: the lobby is live: open matches come and go, and it says when it is my turn", async () => {
  const [ann, ben, cleo] = await Promise.all([person("Ann Live"), person("Ben"), person("Cleo")]);
  const tab = await ben.open();
  await tab.go("/");
  const offer = tab.page.getByRole("button", { name: "Join the match of Ann Live" });
  const taken = await requested(ann);
  await offer.waitFor();
  await cleo.send("request-join", { matchId: taken }, {});
  await tab.loses(offer);

  const kept = await requested(ann, "medium");
  await offer.click();
  await tab.isAt("Ann Live against Ben");
  await tab.page.goBack();
  await tab.sees("Your turn");
  await ben.send("take-turn", { matchId: kept }, { from: { x: 0, y: 0 }, direction: "right" });
  await tab.sees("Their turn");
  await ann.send("take-turn", { matchId: kept }, { from: { x: 1, y: 0 }, direction: "right" });
  await tab.sees("Your turn");
});

test("a match that nobody has joined is cancelled", async () => {
  const ann = await person("Ann");
  const [first, second] = [await requested(ann), await requested(ann)];
  const tab = await ann.open();
  await tab.go("/");
  await tab.page.getByRole("button", { name: "Cancel match" }).first().click();
  await tab.sees("Cancelled");
  await tab.go(`/matches/${first}`);
  await tab.press("Cancel match");
  await tab.sees("The match was cancelled before anybody joined.");
  assert.equal((await ann.ask("get-match", { matchId: second })).status, "cancelled");
});

test("a fourth match is refused in words, also when the push of the refusal is missed", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  for (let i = 0; i < 3; i++) {
    await requested(ben);
  }
  const matchId = await requested(ann);
  const tab = await ben.open();
  await tab.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!String(message).includes("CommandRejected")) {
        socket.send(message);
      }
    });
  });
  await tab.go("/");
  await tab.press("New match");
  await tab.press("Make the match");
  await tab.sees("Three active matches are the most; finish or cancel one first.");
  await tab.go(`/matches/${matchId}`);
  await tab.press("Join the match of Ann");
  await tab.sees("Three active matches are the most; finish or cancel one first.");
  await tab.page.getByRole("button", { name: "Join the match of Ann", disabled: false }).waitFor();
});

test("the page of a match that is yet to be made waits for it", async () => {
  const tab = await (await person("Ann")).open();
  await tab.go(`/matches/${crypto.randomUUID()}`);
  await tab.sees(/^There is no such match, or not yet/);
  await tab.follow("To the lobby");
  await tab.page.waitForURL(`${pages}/#/`);
});
