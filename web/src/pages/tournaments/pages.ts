import type { Page } from "../../core/router";
import { Team } from "./team";
import { Teams } from "./teams";
import { Tournament } from "./tournament";
import { Tournaments } from "./tournaments";

export const tournaments: Page[] = [
  { pattern: "/tournaments", role: "", Shown: Tournaments },
  { pattern: "/tournaments/:id", role: "", Shown: Tournament },
  { pattern: "/teams", role: "", Shown: Teams },
  { pattern: "/teams/:id", role: "", Shown: Team },
];
