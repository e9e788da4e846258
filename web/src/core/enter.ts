import type { Commands } from "../api";
import { send } from "./http";
import { say } from "./notices";
import { wordsFor } from "./problem";
import { signIn, type Session } from "./session";

/** Begins a session with a token that was granted, and has it recorded that somebody signed in. */
export function enter({ token, userId, roles, expiresAt }: Commands["log-in"]["answer"], by: Session["by"]): void {
  signIn({ token, userId, roles, expiresAt, by });
  send("sign-in-user", {}, {}).catch((error: unknown) => say("bad", `Your sign-in could not be recorded. ${wordsFor(error)}`));
}
