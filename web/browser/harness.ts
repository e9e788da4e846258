/** What the tests in the browser are written with. */
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdir } from "node:fs/promises";
import { after, test as nodeTest } from "node:test";
import type { Session } from "../src/core/session";
import { browser, closeBrowser } from "./browser";
import { Caller, control, pages } from "./system";
import { Tab } from "./tab";

export { accessible, fits, shots } from "./look";
export { Caller, code, eventually, pages, poison, Refused, reopen, restart, shut } from "./system";
export { Tab };

const current = new AsyncLocalStorage<Tab[]>();

after(closeBrowser);

/** A test. It fails as well if anything was wrong with one of its tabs at its end; a failure leaves pictures of them. */
export function test(name: string, run: () => Promise<void>, timeout = 120_000): void {
  void nodeTest(name, { timeout }, async () => {
    const tabs: Tab[] = [];
    try {
      await current.run(tabs, run);
      const problems = tabs.flatMap((tab) => tab.problems);
      if (problems.length > 0) {
        throw new Error(`It works, but:\n${[...new Set(problems)].join("\n")}`);
      }
    } catch (error) {
      await pictures(name, tabs);
      throw error;
    } finally {
      await Promise.all(tabs.map((tab) => tab.page.context().close()));
    }
  });
}

async function pictures(name: string, tabs: Tab[]): Promise<void> {
  await mkdir("shots", { recursive: true });
  for (const [i, tab] of tabs.entries()) {
    const path = `shots/failed-${name.replace(/\W+/g, "-")}-${i + 1}.png`;
    await tab.page.screenshot({ path, timeout: 5000 }).then(
      () => console.log(`# web/browser/${path}, at ${tab.page.url()}; problems: ${tab.problems.join("; ") || "none"}`),
      () => {}, // it is gone, and so is what it showed
    );
  }
}

export interface Look {
  width?: number;
  scheme?: "light" | "dark";
  /** Who is signed in. */
  session?: Session;
}

/** Opens a tab in a browser of its own, at no page yet: tab.go leads to one. */
export async function open(look: Look = {}): Promise<Tab> {
  const tabs = current.getStore();
  if (!tabs) {
    throw new Error("Tabs are opened in tests.");
  }
  const kept = look.session ? [{ name: "foldstream.session", value: JSON.stringify(look.session) }] : [];
  const context = await (
    await browser()
  ).newContext({
    viewport: { width: look.width ?? 1280, height: 800 },
    colorScheme: look.scheme ?? "light",
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Vienna",
    storageState: { cookies: [], origins: [{ origin: pages, localStorage: kept }] },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const tab = new Tab(await context.newPage());
  tabs.push(tab);
  return tab;
}

/** Another tab of the same browser: they share what the browser keeps, such as the session. */
export async function beside(tab: Tab): Promise<Tab> {
  const another = new Tab(await tab.page.context().newPage());
  current.getStore()?.push(another);
  return another;
}

/** Somebody with an account, who is signed in. */
export class Person extends Caller {
  constructor(
    readonly name: string,
    readonly email: string,
    readonly session: Session,
  ) {
    super(session.token);
  }

  get userId(): string {
    return this.session.userId;
  }

  /** Opens a tab of theirs. */
  open(look: Look = {}): Promise<Tab> {
    return open({ ...look, session: this.session });
  }
}

export const password = "correct horse battery staple";

/** Signs somebody up, and gives them a name; without one they have an account alone. */
export async function person(name: string): Promise<Person> {
  const someone = await enter(name, await registered());
  if (name) {
    const made = await someone.send("create-user", {}, { name });
    await someone.ask("get-user", { userId: someone.userId }, made.version ? { "min-version": made.version } : {});
  }
  return someone;
}

/** Signs up an admin. */
export async function admin(name = "Ada"): Promise<Person> {
  const someone = await person(name);
  await control(`/admins/${someone.userId}`);
  return enter(name, someone.email);
}

async function registered(): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  await new Caller().send("register", {}, { email, password });
  return email;
}

async function enter(name: string, email: string): Promise<Person> {
  const { token, userId, roles, expiresAt } = await new Caller().send("log-in", {}, { email, password });
  return new Person(name, email, { token, userId, roles, expiresAt, by: "password" });
}
