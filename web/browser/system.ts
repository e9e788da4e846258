import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { routes, type Commands, type Queries } from "../src/api";

/** Where the pages are, and where the API is for those who do not come through the gate. */
export const pages = given("FOLDSTREAM_URL");
const direct = given("FOLDSTREAM_DIRECT");

function given(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run these tests by go test ./web/browser`);
  }
  return value;
}

/** An answer of the API with a status of 400 or more. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    what: string,
  ) {
    super(what);
  }
}

/** Somebody who uses the API, beside the pages. */
export class Caller {
  constructor(readonly token = "") {}

  async ask<Q extends keyof Queries>(query: Q, path: Queries[Q]["path"], parameters: Queries[Q]["query"] = {}): Promise<Queries[Q]["answer"]> {
    for (;;) {
      try {
        return (await this.request(query, path, parameters)) as Queries[Q]["answer"];
      } catch (error) {
        if (!(error instanceof Refused && error.code === "VersionNotReached")) {
          throw error;
        }
      }
    }
  }

  async send<C extends keyof Commands>(command: C, path: Commands[C]["path"], input: Commands[C]["input"]): Promise<Commands[C]["answer"]> {
    return (await this.request(command, path, {}, input)) as Commands[C]["answer"];
  }

  private async request(operation: keyof typeof routes, path: object, parameters: object, input?: object): Promise<unknown> {
    const [method = "", template = ""] = routes[operation].split(" ");
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((path as Record<string, unknown>)[name])));
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    const answer = await fetch(`${direct}${filled}?${query}`, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(input ? { "content-type": "application/json", "idempotency-key": crypto.randomUUID() } : {}),
      },
      body: input ? JSON.stringify(input) : null,
    });
    if (answer.ok) {
      return answer.json();
    }
    const text = await answer.text();
    const code = (/"code":\s*"(\w+)"/.exec(text) ?? [])[1] ?? "";
    throw new Refused(answer.status, code, `${operation} answered ${answer.status}: ${text}`);
  }
}

/** Does something to the system that takes more than its API. */
export async function control(what: string): Promise<void> {
  const answer = await fetch(given("FOLDSTREAM_CONTROL") + what, { method: "POST" });
  if (!answer.ok) {
    throw new Error(`${what}: ${await answer.text()}`);
  }
}

/** Takes the server away from the browsers: all connections break, and there are no more. Callers still reach it. */
export const shut = () => control("/shut");
/** Gives it back. */
export const reopen = () => control("/open");
/** Ends the server, and starts it again at the same address with the same data. */
export const restart = () => control("/restart");
/** Has a match's views park it, at an event that they cannot read. */
export const poison = (stream: string) => control(`/poison/${stream}`);

/** Waits for a condition that others bring about. */
export async function eventually<T>(what: string, holds: () => Promise<T | undefined | false>, within = 20_000): Promise<T> {
  for (const deadline = Date.now() + within; ; ) {
    const found = await holds();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited in vain until ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The code that was sent last to an e-mail address, or to a phone number as +6281234567890. */
export async function code(to: string): Promise<string> {
  const outbox = given("FOLDSTREAM_OUTBOX");
  return eventually(`a code comes to ${to}`, async () => {
    const mails = await Promise.all(
      (await readdir(outbox)).filter((name) => /\.(eml|sms)$/.test(name)).map(async (name) => {
        const file = join(outbox, name);
        return { text: await readFile(file, "utf8"), time: (await stat(file)).mtimeMs };
      }),
    );
    const newest = mails.filter(({ text }) => /^To: (.*)$/m.exec(text)?.[1]?.includes(to)).sort((a, b) => b.time - a.time)[0];
    return newest && /\b\d{5}(?= is your)|(?<=code is )\d{5}\b/.exec(newest.text)?.[0];
  });
}
