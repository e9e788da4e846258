import assert from "node:assert/strict";
import { eventually, person, test, type Person, type Tab } from "./harness";

async function opened(owner: Person, currency: "EUR" | "USD" | "CAD", amount = ""): Promise<string> {
  const { id } = await owner.send("open-wallet", {}, { currency });
  const { version } = amount ? await owner.send("credit-wallet", { walletId: id }, { amount }) : { version: 1 };
  await owner.ask("get-wallet", { walletId: id }, { "min-version": version! });
  return id;
}

async function move(tab: Tab, what: "Put in" | "Take out" | "Transfer", amount: string): Promise<void> {
  await tab.page.getByRole("radio", { name: what }).check();
  await tab.fill(/^Amount in/, amount);
  await tab.press(new RegExp(`^${what} [A-Z]{3}`));
}

async function has(tab: Tab, balance: string): Promise<void> {
  await tab.page.locator(".balance").getByText(balance, { exact: true }).waitFor();
}

/** The lines of the history, the newest first, in one line each and without their times. */
async function history(tab: Tab): Promise<string[]> {
  const lines = await tab.page.getByRole("table", { name: "History" }).locator("tbody tr").allInnerTexts();
  return lines.map((text) => text.replace(/\s+/g, " ").replace(/just now|\d+ \w+ ago/, "").replace(/\s+/g, " ").trim());
}

async function tells(tab: Tab, lines: string[]): Promise<void> {
  let told: string[] = [];
  const is = async () => (told = await history(tab)).join("\n") === lines.join("\n");
  await eventually("the history is told", is).catch(() => assert.deepEqual(told, lines));
}

const short = (id: string) => "…" + id.slice(-6);

test("money goes from one wallet to another, and both see it at once", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const bens = await opened(ben, "EUR");
  const [a, b] = [await ann.open(), await ben.open()];
  await b.go(`/wallets/${bens}`);
  await a.go("/wallets");
  await a.press("Open your first");
  await a.press("Open wallet");
  await a.isAt("EUR wallet");
  const anns = a.page.url().split("/").at(-1)!;
  await move(a, "Put in", "100.1234");
  await has(a, "EUR 100.1234");
  await move(a, "Take out", "0.0004");
  await has(a, "EUR 100.123");
  await a.page.getByRole("radio", { name: "Transfer" }).check();
  await a.page.getByText("Pick a wallet").click();
  await a.press(`Pick ${short(bens)}`);
  await move(a, "Transfer", "1000");
  await a.sees("There is not so much in the wallet.");
  await move(a, "Transfer", "40.5");
  await a.sees("Your transfer of EUR 40.50 has arrived.");
  await has(a, "EUR 59.623");
  await has(b, "EUR 40.50");
  await tells(a, [
    `To Ben ${short(bens)} arrived -EUR 40.50 EUR 59.623`,
    "Taken out -EUR 0.0004 EUR 100.123",
    "Put in +EUR 100.1234 EUR 100.1234",
    "Opened",
  ]);
  await tells(b, [`From Ann ${short(anns)} +EUR 40.50 EUR 40.50`, "Opened"]);
  await b.go("/wallets");
  await has(b, "EUR 40.50");
  await ann.send("transfer", { walletId: anns }, { to: bens, amount: "9.5" });
  await has(b, "EUR 50.00");
});

test("a transfer that is declined comes back, and says why", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const [anns, bens] = [await opened(ann, "EUR", "10"), await opened(ben, "USD")];
  const [a, b] = [await ann.open(), await ben.open()];
  await b.go(`/wallets/${bens}`);
  await a.go(`/wallets/${anns}`);
  await a.page.getByRole("radio", { name: "Transfer" }).check();
  await a.fill("To wallet", "nothing like an id");
  await move(a, "Transfer", "2");
  await a.sees("This is not an id.");
  await a.fill("To wallet", bens);
  await a.fill(/^Amount in/, "2.00001");
  await a.press("Transfer");
  await a.sees("An amount has at most 4 digits behind the point.");
  await move(a, "Transfer", "2");
  await a.sees("Your transfer of EUR 2.00 was declined, and is back in this wallet. The wallet has another currency.");
  await tells(a, [
    `Came back from Ben ${short(bens)} The wallet has another currency. +EUR 2.00 EUR 10.00`,
    `To Ben ${short(bens)} returned -EUR 2.00 EUR 8.00`,
    "Put in +EUR 10.00 EUR 10.00",
    "Opened",
  ]);
  await tells(b, [`Declined, from Ann ${short(anns)} The wallet has another currency.`, "Opened"]);
  await b.press("Close the wallet");
  await b.press("Close it for good");
  await b.sees("The wallet is closed.");
  await b.loses(b.page.getByRole("heading", { name: "Move money" }));
  await a.go(`/wallets/${bens}`);
  await a.sees("Closed");
  assert.equal(await a.page.getByRole("heading", { name: "Move money" }).count(), 0, "it is not theirs");
});

test("the wallets that hold most come first, and change places as money comes", async () => {
  const [ann, ben] = await Promise.all([person("Ann"), person("Ben")]);
  const millions = `${100 + Math.floor(Math.random() * 800)}000000`; // more than other tests have
  const dollars = await opened(ann, "USD", millions);
  const [euros, more] = [await opened(ben, "EUR", millions), await opened(ben, "USD", millions + ".0001")];
  const tab = await ann.open();
  await tab.go("/wallets");
  const ranks = async (...ids: string[]) => {
    const rows = tab.page.getByRole("table", { name: "Top wallets" }).locator("tbody tr");
    const wanted = ids.map(short).join();
    await eventually(`the order is ${wanted}`, async () => {
      const texts = await rows.allInnerTexts();
      return texts.flatMap((text) => ids.map(short).filter((id) => text.includes(id))).join() === wanted;
    });
  };
  await ranks(euros, more, dollars);
  await ann.send("credit-wallet", { walletId: dollars }, { amount: "0.0002" });
  await ranks(euros, dollars, more);
  await tab.page.getByRole("radio", { name: "USD", exact: true }).check();
  await ranks(dollars, more);
  assert.equal(await tab.page.getByText(short(euros)).count(), 0);
  await tab.page.getByRole("radio", { name: "EUR", exact: true }).check();
  await ranks(euros);
  const clickers = tab.page.getByRole("table", { name: "Credited and clicked" });
  await tab.press("Click the button");
  await clickers.getByRole("row", { name: /^You Credited 2 times.* 1 / }).waitFor();
});
