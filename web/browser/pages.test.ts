import assert from "node:assert/strict";
import { describe, test as plain } from "node:test";
import { pages } from "../src/pages";
import { accessible, open, shots, test } from "./harness";
import { reachable } from "./keyboard";
import { world, type World } from "./world";

/** A page as somebody sees it. */
interface Sight {
  /** Which of the pages it is; "" for what is no page. */
  pattern: string;
  name: string;
  who?: "ann" | "newcomer" | "ada" | "org";
  /** Where it is, unless it is where its pattern says. */
  path?: (w: World) => string;
  heading: RegExp;
}

const sights: Sight[] = [
  { pattern: "/sign-in", name: "sign-in", heading: /^Sign in$/ },
  { pattern: "/sign-up", name: "sign-up", heading: /^Sign up$/ },
  { pattern: "/sign-in/code", name: "sign-in-code", heading: /code/i },
  { pattern: "", name: "no-such-page", path: () => "/nowhere", heading: /^There is nothing here$/ },
  { pattern: "", name: "not-for-you", who: "ann", path: () => "/admin/views", heading: /^Not for you yet$/ },
  { pattern: "/profile", name: "profile", who: "ann", heading: /^Profile$/ },
  { pattern: "/", name: "lobby", who: "ann", heading: /^Dots and Boxes$/ },
  { pattern: "/", name: "lobby-empty", who: "newcomer", heading: /^Dots and Boxes$/ },
  { pattern: "/matches/:id", name: "match-waiting", who: "ann", path: (w) => `/matches/${w.matches.waiting}`, heading: /^Your match$/ },
  { pattern: "/matches/:id", name: "match-mine", who: "ann", path: (w) => `/matches/${w.matches.mine}`, heading: /against/ },
  { pattern: "/matches/:id", name: "match-theirs", who: "ann", path: (w) => `/matches/${w.matches.theirs}`, heading: /against/ },
  { pattern: "/matches/:id", name: "match-watched", who: "newcomer", path: (w) => `/matches/${w.matches.mine}`, heading: /against/ },
  { pattern: "/matches/:id", name: "match-over", who: "ann", path: (w) => `/matches/${w.matches.won}`, heading: /against/ },
  { pattern: "/matches/:id", name: "match-cancelled", who: "ann", path: (w) => `/matches/${w.matches.cancelled}`, heading: /^Your match$/ },
  { pattern: "/matches/:id", name: "match-missing", who: "ann", path: () => `/matches/${crypto.randomUUID()}`, heading: /^Match$/ },
  { pattern: "/tournaments", name: "tournaments", who: "ann", heading: /^Tournaments$/ },
  { pattern: "/tournaments/:id", name: "tournament-open", who: "ann", path: (w) => `/tournaments/${w.tournaments.open}`, heading: /Autumn cup/ },
  { pattern: "/tournaments/:id", name: "tournament-started", who: "ann", path: (w) => `/tournaments/${w.tournaments.started}`, heading: /Spring cup/ },
  { pattern: "/tournaments/:id", name: "tournament-watched", who: "newcomer", path: (w) => `/tournaments/${w.tournaments.started}`, heading: /Spring cup/ },
  { pattern: "/tournaments/:id", name: "tournament-over", who: "ann", path: (w) => `/tournaments/${w.tournaments.finished}`, heading: /Winter cup/ },
  { pattern: "/teams", name: "teams", who: "ann", heading: /^Teams$/ },
  { pattern: "/teams/:id", name: "team", who: "ann", path: (w) => `/teams/${w.team}`, heading: /Alder/ },
  { pattern: "/profile", name: "profile-org", who: "org", heading: /^Profile$/ },
  { pattern: "/admin", name: "admin-events", who: "ada", heading: /^Event log$/ },
  { pattern: "/admin/streams", name: "admin-streams", who: "ada", heading: /^Streams$/ },
  { pattern: "/admin/streams/:stream", name: "admin-stream", who: "ada", path: (w) => `/admin/streams/match-${w.matches.mine}`, heading: /^match-/ },
  { pattern: "/admin/traces/:id?", name: "admin-traces", who: "ada", path: () => "/admin/traces", heading: /^Traces$/ },
  { pattern: "/admin/traces/:id?", name: "admin-trace", who: "ada", path: (w) => `/admin/traces/${w.trace}`, heading: /^Trace$/ },
  { pattern: "/admin/views", name: "admin-views", who: "ada", heading: /^Views$/ },
  { pattern: "/admin/parked", name: "admin-parked", who: "ada", heading: /^Parked$/ },
  { pattern: "/admin/timers", name: "admin-timers", who: "ada", heading: /^Timers$/ },
  { pattern: "/admin/roles", name: "admin-roles", who: "ada", heading: /^Roles$/ },
  { pattern: "/orgs", name: "orgs", who: "ann", heading: /^Organisations$/ },
  { pattern: "/orgs", name: "orgs-own", who: "org", heading: /^Organisations$/ },
  { pattern: "/orgs/:orgId", name: "org", who: "ann", path: (w) => `/orgs/${w.org.userId}`, heading: /^Wharf Works$/ },
  { pattern: "/orgs/:orgId", name: "org-own", who: "org", path: (w) => `/orgs/${w.org.userId}`, heading: /^Wharf Works$/ },
  { pattern: "/orgs/:orgId", name: "org-missing", who: "ann", path: () => `/orgs/${crypto.randomUUID()}`, heading: /^Organisation$/ },
  { pattern: "/wallets", name: "wallets", who: "ann", heading: /^Wallets$/ },
  { pattern: "/wallets", name: "wallets-empty", who: "newcomer", heading: /^Wallets$/ },
  { pattern: "/wallets/:walletId", name: "wallet", who: "ann", path: (w) => `/wallets/${w.wallet}`, heading: /^EUR wallet$/ },
  { pattern: "/wallets/:walletId", name: "wallet-of-others", who: "newcomer", path: (w) => `/wallets/${w.wallet}`, heading: /^EUR wallet$/ },
  { pattern: "/wallets/:walletId", name: "wallet-missing", who: "ann", path: () => `/wallets/${crypto.randomUUID()}`, heading: /^Wallet$/ },
];

// They only look, so that two can at once; a machine with two cores takes a quarter less time so.
void describe("pages", { concurrency: 2 }, () => {
  for (const sight of sights) {
    test(`looks right: ${sight.name}`, async () => {
      const w = await world();
      const tab = await open(sight.who ? { session: w[sight.who].session } : {});
      await tab.go(sight.path?.(w) ?? sight.pattern);
      await tab.isAt(sight.heading);
      assert.equal(await tab.page.getByRole("heading", { level: 1 }).count(), 1, "there is one heading of the first level");
      assert.match(await tab.page.title(), /.+ · Foldstream$/);
      await shots(tab, sight.name);
      await accessible(tab);
      await reachable(tab);
    });
  }
});

plain("every page is looked at", () => {
  const seen = new Set(sights.map((sight) => sight.pattern));
  assert.deepEqual(
    pages.map((page) => page.pattern).filter((pattern) => !seen.has(pattern)),
    [],
  );
});
