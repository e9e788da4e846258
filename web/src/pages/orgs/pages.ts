import type { Page } from "../../core/router";
import { SignInByCode } from "./code";
import { Org } from "./org";
import { Orgs } from "./orgs";

export const orgs: Page[] = [
  { pattern: "/sign-in/code", Shown: SignInByCode },
  { pattern: "/orgs", role: "read", Shown: Orgs },
  { pattern: "/orgs/:orgId", role: "read", Shown: Org },
];
