import { signal, type Signal } from "./signal";

/** Somebody who is signed in. It is kept in the browser, so that all its tabs are of one mind. */
export interface Session {
  token: string;
  userId: string;
  roles: string[];
  expiresAt: string;
  /** How they signed in: with a password, or with a one-time code sent to an organisation or a worker. */
  by: "password" | "code";
  /** Milliseconds by which the browser's clock was ahead of the system's. */
  ahead?: number;
}

const place = "foldstream.session";

function stored(): Session | undefined {
  try {
    const session = JSON.parse(localStorage.getItem(place) ?? "null") as Session | null;
    return session && isOver(session) ? undefined : (session ?? undefined);
  } catch {
    return undefined; // somebody else's writing
  }
}

function isOver({ expiresAt, ahead = 0 }: Session): boolean {
  return Date.parse(expiresAt) <= Date.now() - ahead;
}

const current = signal<Session | undefined>(stored());

/** Who is signed in; undefined for nobody. */
export const session: Readonly<Signal<Session | undefined>> = current;

/** Why the last session ended, for those who did not end it themselves. */
export const ended = signal("");

/** The system's time, in milliseconds since 1970: deadlines go by it, and browsers' clocks may be wrong. */
export function clock(): number {
  return Date.now() - (current.value?.ahead ?? 0);
}

/** By how much a token was issued in the browser's past; some seconds are no matter. */
function aheadOf(token: string): number {
  const { iat } = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { iat: number };
  return Math.round((Date.now() / 1000 - iat) / 10) * 10_000;
}

export function signIn(session: Session): void {
  const made = { ...session, ahead: aheadOf(session.token) };
  localStorage.setItem(place, JSON.stringify(made));
  ended.value = "";
  current.value = made;
}

/** Ends the session, unless another tab has begun another one that this tab has not heard of yet. */
export function signOut(why = ""): void {
  const kept = stored();
  if (kept && kept.token !== current.value?.token) {
    current.value = kept;
    return;
  }
  localStorage.removeItem(place);
  ended.value = why;
  current.value = undefined;
}

export function has(role: string): boolean {
  return session.value?.roles.includes(role) ?? false;
}

addEventListener("storage", (event) => {
  if (event.key === place || event.key === null) {
    current.value = stored();
  }
});

/** Ends a session when its token does. A laptop that slept finds out when it wakes up. */
setInterval(() => {
  if (current.value && isOver(current.value)) {
    signOut("Your session has ended. Sign in again to go on.");
  }
}, 1000);
