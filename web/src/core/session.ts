import { signal, type Signal } from "./signal";

/** Somebody who is signed in. It is kept in the browser, so that all its tabs are of one mind. */
export interface Session {
  token: string;
  userId: string;
  roles: string[];
  expiresAt: string;
  /** How they signed in: with a password, or with a one-time code sent to an organisation or a worker. */
  by: "password" | "code";
}

const place = "foldstream.session";

function stored(): Session | undefined {
  try {
    const session = JSON.parse(localStorage.getItem(place) ?? "null") as Session | null;
    return session && Date.parse(session.expiresAt) > Date.now() ? session : undefined;
  } catch {
    return undefined; // somebody else's writing
  }
}

const current = signal<Session | undefined>(stored());

/** Who is signed in; undefined for nobody. */
export const session: Readonly<Signal<Session | undefined>> = current;

/** Why the last session ended, for those who did not end it themselves. */
export const ended = signal("");

export function signIn(made: Session): void {
  localStorage.setItem(place, JSON.stringify(made));
  ended.value = "";
  current.value = made;
}

export function signOut(why = ""): void {
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
  if (current.value && Date.parse(current.value.expiresAt) <= Date.now()) {
    signOut("Your session has ended. Sign in again to go on.");
  }
}, 1000);
