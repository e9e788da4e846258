import assert from "node:assert/strict";
import { beside, Caller, open, pages, password, person, test } from "./harness";
import { requested } from "./world";

test("somebody signs up, signs out, and signs in again", async () => {
  const tab = await open();
  const email = `${crypto.randomUUID()}@example.com`;
  await tab.go("/sign-up");
  await tab.fill("Name", "Ann");
  await tab.fill("E-mail", email);
  await tab.fill("Password", "short");
  await tab.press("Sign up");
  await tab.sees("A password has 8 to 128 characters.");
  assert.match(await tab.page.getByLabel("Password").evaluate((field) => field.getAttribute("aria-describedby") ?? ""), /wrong/);
  await tab.fill("Password", password);
  await tab.press("Sign up");
  await tab.page.waitForURL(`${pages}/#/`);
  await tab.press("New match"); // which takes a name
  await tab.press("Close");

  await tab.follow("Profile");
  await tab.press("Sign out");
  await tab.isAt("Sign in");
  await tab.fill("E-mail", email.toUpperCase());
  await tab.fill("Password", "something else");
  await tab.press("Sign in");
  await tab.sees("The e-mail address or the password is wrong.");
  await tab.fill("Password", password);
  await tab.press("Sign in");
  await tab.isAt("Dots and Boxes");
});

test("an address that is taken is told at its field, and what was entered stays", async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  await new Caller().send("register", {}, { email, password });
  const tab = await open();
  await tab.go("/sign-up");
  await tab.fill("Name", "Ann");
  await tab.fill("E-mail", email);
  await tab.fill("Password", password);
  await tab.press("Sign up");
  await tab.page.getByRole("alert").waitFor();
  assert.equal(await tab.page.getByLabel("Name").inputValue(), "Ann");
});

test("who was on the way to a match gets there by signing up", async () => {
  const ann = await person("Ann");
  const match = await requested(ann);
  const tab = await open();
  await tab.go(`/matches/${match}`);
  await tab.isAt("Sign in");
  await tab.follow("Sign up");
  await tab.fill("Name", "Ben");
  await tab.fill("E-mail", `${crypto.randomUUID()}@example.com`);
  await tab.fill("Password", password);
  await tab.press("Sign up");
  await tab.page.waitForURL(`${pages}/#/matches/${match}`);
  await tab.press("Join the match of Ann");
  await tab.sees("Your turn");
});

test("somebody changes their name, and signs out in all tabs at once", async () => {
  const tab = await (await person("Ann")).open();
  await tab.go("/profile");
  const another = await beside(tab);
  await another.go("/profile");
  await tab.fill("Name", "  Anna Lisa ");
  await tab.press("Change the name");
  await another.page.getByRole("heading", { name: "Anna Lisa" }).waitFor();
  await tab.page.getByRole("heading", { name: "Anna Lisa" }).waitFor();
  await tab.sees("read, write");
  await tab.press("Sign out");
  await tab.isAt("Sign in");
  await another.isAt("Sign in");
});

test("who has no name yet is asked for one where it is needed", async () => {
  const ann = await person("Ann");
  const match = await requested(ann);
  const tab = await (await person("")).open();
  await tab.go(`/matches/${match}`);
  await tab.fill("Name", " ");
  await tab.press("Take this name");
  await tab.sees("A name has 1 to 50 characters.");
  await tab.fill("Name", "Ben");
  await tab.press("Take this name");
  await tab.press("Join the match of Ann");
  await tab.isAt("Ann against Ben");

  const another = await (await person("")).open();
  await another.go("/");
  await another.sees("Choose a name");
  assert.equal(await another.page.getByRole("button", { name: "New match" }).count(), 0);
  await another.fill("Name", "Cleo");
  await another.press("Take this name");
  await another.press("New match");
});
