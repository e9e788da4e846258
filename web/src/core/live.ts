import { signal } from "./signal";
import { socketUrl } from "./config";
import { ask } from "./http";
import { say } from "./notices";
import { session, signOut } from "./session";

/** What came of a request, of ours or of somebody else's: an event of a stream, or a refusal. */
export interface Outcome {
  type: string;
  traceId: string;
  aggregateId: string;
  version?: number;
  payload?: unknown;
  causationId?: string;
  time: string;
}

interface Notice extends Partial<Outcome> {
  type: string;
  event?: string;
}

type Listener = (outcome: Outcome) => void;

/** Whether the connection is lost, and tried again. */
export const isLost = signal(false);

/** How often the connection has been opened: what cannot be sent again is read anew when it changes. */
export const opened = signal(0);

const pingEvery = 120_000; // milliseconds; API Gateway ends what is idle for ten minutes
const pongWithin = 10_000;
const longestPause = 15_000;
const linger = 3000;

/** Who follows a stream, with the version that each has of it. */
type Followers = Map<Listener, () => number>;

const streams = new Map<string, Followers>();
const events = new Map<string, Map<Listener, () => void>>();
const all = new Set<Listener>();

let socket: WebSocket | undefined;
let failures = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let overdue: ReturnType<typeof setTimeout> | undefined;

/**
 * Follows a stream, from behind the version that the follower has: what was missed comes first, also after a lost
 * connection. An outcome may come twice or early; go by its version. It gives the way to stop.
 */
export function follow(stream: string, after: () => number, listener: Listener): () => void {
  const followers: Followers = streams.get(stream) ?? new Map();
  const isNews = after() < oldest(followers);
  followers.set(listener, after);
  streams.set(stream, followers);
  if (isNews) {
    subscribe(stream);
  }
  return () => {
    followers.delete(listener);
    leaveAfter(() => followers.size === 0 && streams.get(stream) === followers, () => {
      streams.delete(stream);
      tell({ action: "unsubscribe", aggregateId: stream });
    });
  };
}

/** The least version that a follower has; infinite without any. */
function oldest(followers: Followers): number {
  return Math.min(...[...followers.values()].map((after) => after()));
}

function subscribe(stream: string): void {
  tell({ action: "subscribe", aggregateId: stream, after: oldest(streams.get(stream) ?? new Map()) });
}

/**
 * Hears all events of a name, of whatever stream, while connected. It is told when it hears them, each time that it did not
 * before: what happened until then is to be read.
 */
export function hear(event: string, listener: Listener, hears: () => void = () => undefined): () => void {
  const listeners = events.get(event) ?? new Map<Listener, () => void>();
  if (!events.has(event)) {
    events.set(event, listeners);
    tell({ action: "subscribe", event });
  }
  listeners.set(listener, hears);
  return () => {
    listeners.delete(listener);
    leaveAfter(() => listeners.size === 0 && events.get(event) === listeners, () => {
      events.delete(event);
      tell({ action: "unsubscribe", event });
    });
  };
}

/**
 * Unsubscribes if nobody has come back a while later. Messages may overtake each other on their way: what is given up and
 * taken up again at once, as from page to page, must not end unsubscribed.
 */
function leaveAfter(isEmpty: () => boolean, unsubscribe: () => void): void {
  setTimeout(() => isEmpty() && unsubscribe(), linger);
}

/** Hears whatever comes: what came of own requests above all. */
export function hearAll(listener: Listener): () => void {
  all.add(listener);
  return () => all.delete(listener);
}

/** Tells followers of a stream of a version that is known by another way, as from the answer of a command. */
export function wrote(stream: string, version: number | undefined, traceId: string): void {
  const outcome: Outcome = { type: "", traceId, aggregateId: stream, time: new Date().toISOString(), ...(version ? { version } : {}) };
  written.set(stream, Math.max(written.get(stream) ?? 0, version ?? 0));
  streams.get(stream)?.forEach((_, listener) => listener(outcome));
}

const written = new Map<string, number>();

/** The version up to which this page has written a stream: what it reads must be no older. */
export function writtenTo(stream: string): number {
  return written.get(stream) ?? 0;
}

function tell(message: object): void {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify(message));
  }
}

async function connect(): Promise<void> {
  clearTimeout(retry);
  const who = session.value;
  if (!who || socket) {
    return;
  }
  isLost.value = failures > 0;
  let opening: WebSocket;
  try {
    opening = new WebSocket(await socketUrl(), ["foldstream", "bearer." + who.token]);
  } catch {
    connectLater();
    return;
  }
  if (socket || session.value?.token !== who.token) {
    opening.close();
    return;
  }
  socket = opening;
  opening.onopen = () => {
    failures = 0;
    isLost.value = false;
    opened.value++;
    streams.forEach((_, stream) => subscribe(stream));
    events.forEach((_, event) => tell({ action: "subscribe", event }));
  };
  opening.onmessage = (message) => receive(JSON.parse(message.data as string) as Notice);
  opening.onclose = () => {
    if (socket === opening) {
      leave();
      connectLater();
    }
  };
}

function connectLater(): void {
  if (!session.value) {
    isLost.value = false;
    return;
  }
  if (++failures % 4 === 0) {
    // a handshake that is refused looks like one that is lost; who asks is told if it is the token
    ask("get-user", { userId: session.value.userId }).catch(() => undefined);
  }
  isLost.value = true;
  clearTimeout(retry);
  retry = setTimeout(() => void connect(), Math.min(longestPause, 250 * 2 ** failures) * (0.5 + Math.random() / 2));
}

function leave(): void {
  clearTimeout(overdue);
  overdue = undefined;
  const left = socket;
  socket = undefined;
  left?.close();
}

function receive(notice: Notice): void {
  clearTimeout(overdue);
  overdue = undefined;
  switch (notice.type) {
    case "Subscribed":
      events.get(notice.event ?? "")?.forEach((hears) => hears());
      return;
    case "Pong":
    case "Unsubscribed":
      return;
    case "Problem":
      complain(notice.payload as { code: string; detail?: string });
      return;
  }
  const outcome = notice as Outcome;
  streams.get(outcome.aggregateId)?.forEach((_, listener) => listener(outcome));
  events.get(outcome.type)?.forEach((_, listener) => listener(outcome));
  all.forEach((listener) => listener(outcome));
}

function complain(problem: { code: string; detail?: string }): void {
  if (problem.code === "InvalidToken") {
    signOut("Your session has ended. Sign in again to go on.");
    return;
  }
  say("bad", `Live updates: ${problem.detail ?? problem.code}`);
}

/** Finds out whether the connection still is one: a network that has gone away does not say so. */
function ping(): void {
  if (socket?.readyState !== WebSocket.OPEN || overdue !== undefined) {
    return;
  }
  tell({ action: "ping" });
  overdue = setTimeout(reconnect, pongWithin);
}

function reconnect(): void {
  leave();
  failures = Math.max(failures, 1);
  void connect();
}

/** Keeps a connection for whoever is signed in. It is called once. */
export function keepConnected(): void {
  session.subscribe(() => {
    leave();
    failures = 0;
    isLost.value = false;
    void connect();
  });
  setInterval(ping, pingEvery);
  addEventListener("online", reconnect);
  addEventListener("offline", () => {
    leave();
    connectLater();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      ping();
    }
  });
}
