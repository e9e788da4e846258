import { routes, type Commands, type Problem, type Queries } from "../api";
import { apiUrl } from "./config";
import { Refusal, Unreachable } from "./problem";
import { session, signOut } from "./session";

const attempts = 4;
const longest = 30_000; // milliseconds that an answer may take; gateways give up by then

type Parameters = Record<string, string | number | boolean | undefined>;

/** A document with the version that its view has of it. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/** Asks a query. It waits for `min-version` as long as the signal allows, however often the server gives up, ever more patiently. */
export async function ask<Q extends keyof Queries>(
  query: Q,
  path: Queries[Q]["path"],
  parameters: Queries[Q]["query"] = {},
  signal?: AbortSignal,
): Promise<Versioned<Queries[Q]["answer"]>> {
  for (let wait = 250; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      return await request(query, path, { parameters, signal });
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "VersionNotReached")) {
        throw error;
      }
    }
    await pause(wait, signal);
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
  return (await request<Commands[C]["answer"]>(command, path, { input, key })).value;
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

async function request<T>(operation: keyof typeof routes, path: Parameters, what: Request): Promise<Versioned<T>> {
  const [method = "", template = ""] = routes[operation].split(" ");
  const url = await apiUrl(fill(template, path) + query(what.parameters));
  const headers: Record<string, string> = {};
  const token = session.value?.token;
  if (token) {
    headers["authorization"] = `Bearer ${token}`;
  }
  const init: RequestInit = { method, headers };
  if (what.key !== undefined) {
    headers["content-type"] = "application/json";
    headers["idempotency-key"] = what.key;
    init.body = JSON.stringify(what.input ?? {});
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(url, init, token, what.signal);
    } catch (error) {
      if (attempt === attempts || !passing(error)) {
        throw error;
      }
      const seconds = error instanceof Refusal && error.retryAfter ? error.retryAfter : 0.2 * 2 ** attempt * Math.random();
      await pause(seconds * 1000, what.signal);
    }
  }
}

async function once<T>(url: string, init: RequestInit, token: string | undefined, signal?: AbortSignal): Promise<Versioned<T>> {
  const over = AbortSignal.timeout(longest);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, over]) : over });
    text = await answer.text();
  } catch (error) {
    throw signal?.aborted ? error : new Unreachable(error);
  }
  if (answer.ok) {
    return { value: JSON.parse(text) as T, version: Number(/\d+/.exec(answer.headers.get("etag") ?? "")?.[0] ?? 0) };
  }
  const problem = parsed(text);
  const refusal = new Refusal(answer.status, problem, Number(answer.headers.get("retry-after") ?? 0));
  if (refusal.isOfToken && token && token === session.value?.token) {
    signOut("Your session has ended. Sign in again to go on.");
  }
  throw refusal;
}

/** A gateway's refusal may be of whatever form. */
function parsed(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {};
  }
}

/** Does something again if an error may have passed in a while, which it is told in milliseconds. */
export function retrying(error: unknown, later: (milliseconds: number) => void): void {
  if (passing(error)) {
    later(15_000 * (0.5 + Math.random() / 2));
  }
}

/** Whether the same request may well succeed in a moment. A 429 of the system's own, which has a code, is about a longer while. */
function passing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refusal && (error.status >= 500 || (error.status === 429 && !error.code)));
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
