import type { Page } from "./core/router";
import { admin } from "./pages/admin/pages";
import { dots } from "./pages/dots/pages";
import { orgs } from "./pages/orgs/pages";
import { people } from "./pages/people/pages";
import { tournaments } from "./pages/tournaments/pages";
import { wallets } from "./pages/wallets/pages";

/** All pages. Those who come first are asked first. */
export const pages: Page[] = [...people, ...dots, ...tournaments, ...orgs, ...wallets, ...admin];

/** What the menu has; a role is what it takes to see an entry. Some entries lead to pages at other paths too. */
export const menu: { to: string; label: string; role?: string; also?: string }[] = [
  { to: "/", label: "Play", also: "/matches" },
  { to: "/tournaments", label: "Tournaments", also: "/teams" },
  { to: "/orgs", label: "Organisations" },
  { to: "/wallets", label: "Wallets" },
  { to: "/admin", label: "Admin", role: "admin" },
];
