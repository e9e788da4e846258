import { routes, type Commands, type Queries } from "../api";
import { apiUrl } from "./config";
import { Refusal, Unreachable } from "./problem";
import { session, signOut } from "./session";

const attempts = 4;

type Parameters = Record<string, string | number | boolean | undefined>;

/** A document with the version that its view has of it. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/** Asks a query. It waits for `min-version` as long as the signal allows, however often the server gives up. */
export async function ask<Q extends keyof Queries>(
  query: Q,
  path: Queries[Q]["path"],
  parameters: Queries[Q]["query"] = {},
  signal?: AbortSignal,
): Promise<Versioned<Queries[Q]["answer"]>> {
  for (;;) {
    try {
      const answer = await request(query, path, { parameters, signal });
      const version = Number(/\d+/.exec(answer.headers.get("etag") ?? "")?.[0] ?? 0);
      return { value: (await answer.json()) as Queries[Q]["answer"], version };
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "VersionNotReached")) {
        throw error;
      }
    }
  }
}

/**
 * Sends a command. It has a key of its own, by which the system knows it again when it is sent once more because nobody
 * knows whether it arrived: it is done once.
 */
export async function send<C extends keyof Commands>(
  command: C,
  path: Commands[C]["path"],
  input: Commands[C]["input"],
  key = newKey(),
): Promise<Commands[C]["answer"]> {
  const answer = await request(command, path, { input, key });
  return (await answer.json()) as Commands[C]["answer"];
}

/** A key that nobody has had before. Browsers give UUIDs to pages of secure origins alone. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Request {
  parameters?: Parameters;
  input?: unknown;
  key?: string;
  signal?: AbortSignal | undefined;
}

async function request(operation: keyof typeof routes, path: Parameters, what: Request): Promise<Response> {
  const [method = "", template = ""] = routes[operation].split(" ");
  const url = await apiUrl(fill(template, path) + query(what.parameters));
  const headers: Record<string, string> = {};
  const token = session.value?.token;
  if (token) {
    headers["authorization"] = `Bearer ${token}`;
  }
  const init: RequestInit = { method, headers, signal: what.signal ?? null };
  if (what.key !== undefined) {
    headers["content-type"] = "application/json";
    headers["idempotency-key"] = what.key;
    init.body = JSON.stringify(what.input ?? {});
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(url, init, token);
    } catch (error) {
      if (attempt === attempts || !passing(error)) {
        throw error;
      }
      const seconds = error instanceof Refusal && error.retryAfter ? error.retryAfter : 0.2 * 2 ** attempt * Math.random();
      await pause(seconds * 1000, what.signal);
    }
  }
}

async function once(url: string, init: RequestInit, token: string | undefined): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, init);
  } catch (error) {
    throw init.signal?.aborted ? error : new Unreachable(error);
  }
  if (answer.ok) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  const refusal = new Refusal(answer.status, problem, Number(answer.headers.get("retry-after") ?? 0));
  if (refusal.isOfToken && token && token === session.value?.token) {
    signOut("Your session has ended. Sign in again to go on.");
  }
  throw refusal;
}

/** Whether the same request may well succeed in a moment. A 429 of the system's own, which has a code, is about a longer while. */
function passing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refusal && (error.status === 503 || (error.status === 429 && !error.code)));
}

function fill(template: string, path: Parameters): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
}

function query(parameters: Parameters = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  return given.length ? "?" + new URLSearchParams(given.map(([name, value]) => [name, String(value)])) : "";
}

/** Waits; it throws when the signal says that nobody waits any more. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
