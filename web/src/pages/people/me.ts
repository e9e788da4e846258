import { useDocument, type Known } from "../../core/document";
import type { UserProfile } from "../../api";
import { Refusal } from "../../core/problem";
import { session } from "../../core/session";

/** Who is signed in, as a player. */
export interface Me extends Known<UserProfile> {
  id: string;
  /** Whether they have yet to give themselves a name: nobody can play without. */
  isNameless: boolean;
}

/** The player who is signed in, live. */
export function useMe(): Me {
  const id = session.value?.userId ?? "";
  const known = useDocument("get-user", id ? { userId: id } : undefined, "user-" + id);
  const isNameless = !known.value && known.error instanceof Refusal && known.error.status === 404;
  return { ...known, id, isNameless };
}
