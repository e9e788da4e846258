import type { ConsoleMessage, Locator, Page } from "playwright-core";
import { pages } from "./system";

/** A page that is open in the browser, and what is wrong with it so far. */
export class Tab {
  readonly page: Page;
  readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => this.hear(message));
    page.on("pageerror", (error) => this.note(`an error that nobody caught: ${error.stack ?? error.message}`));
    page.on("request", (request) => this.check(request.url()));
    page.on("websocket", (socket) => this.check(socket.url()));
  }

  /** Says that a problem is what the test is about, as the errors of a connection that it breaks. */
  allow(pattern: RegExp): this {
    this.allowed.push(pattern);
    return this;
  }

  /** Goes to a path, such as "/matches/0192…", and waits for its page. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${pages}/#${path}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
    await this.settled();
  }

  /** Waits until nothing is being loaded any more. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => !document.querySelector(".loading"));
  }

  /** Presses a button; its name is what is read out, in full unless it is a pattern. */
  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Follows a link. */
  async follow(name: string | RegExp): Promise<void> {
    await this.page.getByRole("link", { name, exact: true }).click();
  }

  /** Fills in a field by its label, in full unless it is a pattern. */
  async fill(label: string | RegExp, value: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  /** Waits until a text can be seen. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until the page's heading is a text. */
  async isAt(heading: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  }

  /** Waits until something is no longer to be seen. */
  async loses(what: Locator): Promise<void> {
    await what.waitFor({ state: "hidden" });
  }

  private hear(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") {
      return;
    }
    const { url } = message.location();
    const refused = /the server responded with a status of 4\d\d/.test(message.text());
    const isFile = url.startsWith(pages) && /\.[a-z0-9]+$/.test(new URL(url).pathname);
    if (refused && !isFile) {
      return; // the browser's word about a refusal of the API, which the page tells
    }
    this.note(`the console has a word of ${message.type()}: ${message.text()} (${url})`);
  }

  private check(url: string): void {
    const { host, protocol, href } = new URL(url);
    if (!["data:", "blob:"].includes(protocol) && host !== new URL(pages).host) {
      this.note(`something of others was requested: ${url}`);
    }
    if (/ey[\w-]{10,}\.[\w-]+\.[\w-]+/.test(href)) {
      this.note(`there is a token in a URL: ${url}`);
    }
  }

  private note(problem: string): void {
    if (!this.allowed.some((pattern) => pattern.test(problem))) {
      this.problems.push(problem);
    }
  }
}
