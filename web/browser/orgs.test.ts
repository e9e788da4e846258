import assert from "node:assert/strict";
import { beside, code, eventually, open, pages, person, test, type Tab } from "./harness";
import { organisation } from "./world";

const address = () => `org-${crypto.randomUUID()}@example.com`;

/** A code of five digits that another one is not. */
function wrong(right: string, i = 1): string {
  return String((Number(right) + i) % 100_000).padStart(5, "0");
}

async function enterCode(tab: Tab, digits: string): Promise<void> {
  await tab.page.getByRole("textbox", { name: "Code" }).fill(digits);
  await tab.press("Sign in");
}

test("an organisation signs in by a code, says who it is, and changes that, which others see at once", async () => {
  const email = address();
  const name = `Wharf ${email.slice(4, 12)}`;
  const [tab, ann] = [await open(), await (await person("Ann")).open()];
  await ann.go("/orgs");
  await tab.go("/sign-in/code");
  await tab.page.getByRole("textbox", { name: "E-mail" }).fill(email);
  await tab.press("Send me a code");
  await tab.sees("written to the folder outbox");
  await enterCode(tab, await code(email));
  await tab.isAt("Organisations");
  assert.equal(tab.page.url(), `${pages}/#/orgs`);
  await tab.fill("Name", name);
  await tab.fill("Location", "Kobe");
  await tab.fill("Description", "b".repeat(1201));
  await tab.sees("1 characters more than the 1200 that there is room for");
  await tab.press("Create organisation");
  await tab.sees("A description has 0 to 1200 characters.");
  await tab.fill("Description", "Boats.\nAnd oars.");
  await tab.press("Create organisation");
  await tab.isAt(name);
  await ann.follow(name);
  await ann.sees("And oars.");
  await tab.press("Edit");
  await tab.fill("Name", `${name} & Daughters`);
  await tab.press("Save");
  await tab.isAt(`${name} & Daughters`);
  await ann.isAt(`${name} & Daughters`);
  assert.equal(await ann.page.getByRole("button", { name: "Edit" }).count(), 0, "only the owner can edit");
  await ann.follow("All organisations");
  await ann.fill("Search organisations", `${name.split(" ")[1]} oars`);
  await ann.sees(`${name} & Daughters`);
  assert.equal(await ann.page.getByRole("list", { name: "Organisations" }).getByRole("listitem").count(), 1);
  await tab.follow("Profile");
  await tab.sees("1, the last one just now");
});

test("a wrong code is told at its field, tries are counted, and another code has to wait", async () => {
  const email = address();
  const tab = await (await person("Ann")).open(); // who stays signed in meanwhile
  const asked: string[] = [];
  tab.page.on("request", (request) => void (request.url().endsWith("/otps") && asked.push(request.method())));
  await tab.page.clock.install();
  await tab.go("/sign-in/code");
  await tab.page.getByRole("textbox", { name: "E-mail" }).fill("nobody");
  await tab.press("Send me a code");
  await tab.sees("This is not an e-mail address.");
  await tab.page.getByRole("textbox", { name: "E-mail" }).fill(email);
  await tab.press("Send me a code");
  const field = tab.page.getByRole("textbox", { name: "Code" });
  await eventually("the field has the focus", () => field.evaluate((input) => input === document.activeElement));
  const right = await code(email);
  await enterCode(tab, wrong(right));
  await tab.sees("This is not the code that was sent.");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await tab.page.getByRole("link", { name: "Profile", exact: true }).waitFor();
  await tab.page.reload();
  await tab.sees("You have 4 tries left.");
  for (const i of [2, 3, 4, 5]) {
    await enterCode(tab, wrong(right, i));
    await tab.sees(i === 4 ? "You have one try left." : i === 5 ? "You have no try left" : `You have ${5 - i} tries left.`);
  }
  await enterCode(tab, right);
  await tab.sees("Five wrong codes were tried; request another.");
  const again = tab.page.getByRole("button", { name: /^Send another code/ });
  assert.match(await again.innerText(), /in \d:\d\d$/);
  await tab.page.clock.fastForward("01:00");
  await tab.press("Send another code");
  await tab.sees("A code has just been sent"); // by the clock of the system, which is not the reader's
  assert.deepEqual(asked, ["POST", "POST", "POST"], "what is refused for a while is not asked again at once");
  await tab.press("Use another address");
  await tab.page.getByRole("radio", { name: "Worker" }).check();
  await tab.page.getByLabel("Country").selectOption("Indonesia");
  const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, "0");
  await tab.fill("Mobile phone", `0812-3${digits.slice(0, 3)}-${digits.slice(3)}`);
  await tab.press("Send me a code");
  await tab.sees("A code is on its way to");
  await enterCode(tab, await code(`+628123${digits}`));
  await tab.page.waitForURL(`${pages}/#/`);
  await tab.follow("Profile");
  await tab.sees("with a code");
});

test("who edits in two tabs is told of what would be overwritten", async () => {
  const org = await organisation(address());
  const one = await org.open();
  const other = await beside(one);
  for (const tab of [one, other]) {
    await tab.go(`/orgs/${org.userId}`);
    await tab.press("Edit");
  }
  await one.fill("Location", "Pier 4, Osaka");
  await one.press("Save");
  await one.sees("Pier 4, Osaka");
  await other.fill("Description", "Sails.");
  await other.sees("It was changed elsewhere");
  assert.equal(await other.page.getByLabel("Location").inputValue(), "Harbour Road 3, Kobe", "what is being edited stays");
  await other.press("Start again from what is there");
  assert.equal(await other.page.getByLabel("Location").inputValue(), "Pier 4, Osaka");
  await other.fill("Description", "Sails.");
  await other.press("Save");
  for (const tab of [one, other]) {
    await tab.sees("Sails.");
    await tab.sees("Pier 4, Osaka");
  }
});
