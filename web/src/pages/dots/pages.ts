import type { Page } from "../../core/router";
import { Lobby } from "./lobby";
import { Match } from "./match";

export const dots: Page[] = [
  { pattern: "/", role: "", Shown: Lobby },
  { pattern: "/matches/:id", role: "", Shown: Match },
];
