import { admin, Caller, code, eventually, Person, person, poison, Refused } from "./harness";

/** People, and what they have done, so that every page has something to show. */
export interface World {
  ann: Person;
  ben: Person;
  newcomer: Person;
  ada: Person;
  org: Person;
  matches: { waiting: string; mine: string; theirs: string; won: string; cancelled: string };
  tournaments: { open: string; started: string; finished: string };
  team: string;
  wallet: string;
  trace: string;
}

let made: Promise<World> | undefined;

/** The world that tests look at; they leave it as it is. */
export function world(): Promise<World> {
  made ??= make();
  return made;
}

async function make(): Promise<World> {
  const [ann, ben, newcomer, ada] = await Promise.all([person("Ann Archer"), person("Ben"), person("Nele"), admin("Ada")]);
  const matches = {
    mine: await matchInPlay(ann, ben, 8),
    theirs: await matchInPlay(ann, ben, 6),
    won: await matchInPlay(ben, ann, Infinity),
    cancelled: await requested(ann),
    waiting: "",
  };
  await ann.send("cancel-match", { matchId: matches.cancelled }, {});
  matches.waiting = await requested(ann);
  await requested(ben);
  const teams = await Promise.all(["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel"].map((name) => team(ann, name)));
  const team0 = teams[0]!;
  const tournaments = {
    open: await tournament(ann, "Autumn cup", teams.slice(0, 3), -1),
    started: await tournament(ann, "Spring cup", teams, 5),
    finished: await tournament(ann, "Winter cup", teams, 7),
  };
  const { wallet, trace } = await wallets(ann, ben);
  const org = await organisation(`org-${crypto.randomUUID()}@example.com`);
  await parked(newcomer);
  return { ann, ben, newcomer, ada, org, matches, tournaments, team: team0, wallet, trace };
}

/** Requests a match, and waits until it can be joined. */
export async function requested(who: Person, size: "small" | "medium" | "large" = "small"): Promise<string> {
  const { matchId } = await eventually("earlier matches are over", () =>
    who.send("request-match", { userId: who.userId }, { size }).catch((error: unknown) => {
      if (!(error instanceof Refused && error.code === "TooManyMatches")) {
        throw error;
      }
      return undefined;
    }),
  );
  await who.ask("get-match", { matchId }, { "min-version": 2 });
  return matchId;
}

/** Has a match begun by one and joined by another. */
export async function joined(first: Person, second: Person, size: "small" | "medium" | "large" = "small"): Promise<string> {
  const matchId = await requested(first, size);
  await second.send("request-join", { matchId }, {});
  await eventually("the match has started", async () => (await first.ask("get-match", { matchId })).status === "playing");
  return matchId;
}

/** All lines of a board, row by row. */
export function lines(cells: number): { from: { x: number; y: number }; direction: "right" | "down" }[] {
  const dots = Array.from({ length: cells + 1 }, (_, i) => i);
  return dots.flatMap((y) =>
    dots.flatMap((x) => [
      ...(x < cells ? [{ from: { x, y }, direction: "right" as const }] : []),
      ...(y < cells ? [{ from: { x, y }, direction: "down" as const }] : []),
    ]),
  );
}

/** A match in which some lines are drawn, by whoever has the turn. */
async function matchInPlay(first: Person, second: Person, turns: number): Promise<string> {
  const matchId = await joined(first, second);
  let record = await first.ask("get-match", { matchId });
  for (const line of lines(record.settings.cells).slice(0, turns)) {
    const turn = record.nextPlayer === first.userId ? first : second;
    const { version } = await turn.send("take-turn", { matchId }, line);
    record = await first.ask("get-match", { matchId }, { "min-version": version! });
  }
  return matchId;
}

/** Creates a team with some players. */
export async function team(owner: Person, name: string): Promise<string> {
  const { id } = await owner.send("create-team", {}, { name });
  await owner.send("add-players", { teamId: id }, { names: ["Kim", "Lou", "Max"].map((player) => `${player} of ${name}`) });
  return id;
}

/** Creates a tournament with teams, starts it unless results is -1, and enters so many results. */
async function tournament(organiser: Person, name: string, teams: string[], results: number): Promise<string> {
  const { id: tournamentId } = await organiser.send("create-tournament", {}, { name });
  for (const teamId of teams) {
    await organiser.send("add-team", { tournamentId }, { teamId });
  }
  await eventually("all teams are confirmed", async () => {
    const { teams: entered } = await organiser.ask("get-tournament", { tournamentId }, { "min-version": 1 });
    return entered.length === teams.length && entered.every((entry) => entry.confirmed);
  });
  if (results < 0) {
    return tournamentId;
  }
  let { version } = await organiser.send("start-tournament", { tournamentId }, {});
  for (let entered = 0; entered < results; entered++) {
    const { fixture } = await organiser.ask("get-tournament", { tournamentId }, { "min-version": version! });
    const { localTeamId, awayTeamId } = [...fixture.quarter, ...fixture.semi, ...fixture.final].find((match) => !match.played)!;
    const goals = { localGoals: 2 + (entered % 2), awayGoals: entered % 3 === 2 ? 4 : 1 };
    ({ version } = await organiser.send("set-match-result", { tournamentId }, { localTeamId, awayTeamId, ...goals }));
  }
  await organiser.ask("get-tournament", { tournamentId }, { "min-version": version! });
  return tournamentId;
}

/** Opens wallets with some money in them, of which some goes from one to the other. */
async function wallets(ann: Person, ben: Person): Promise<{ wallet: string; trace: string }> {
  const { id: walletId } = await ann.send("open-wallet", {}, { currency: "EUR" });
  const { id: to } = await ben.send("open-wallet", {}, { currency: "EUR" });
  await ben.send("open-wallet", {}, { currency: "CAD" });
  await ann.send("credit-wallet", { walletId }, { amount: "1250.5" });
  await ann.send("debit-wallet", { walletId }, { amount: "20.0001" });
  await ann.send("click-button", {}, {});
  const { traceId } = await ann.send("transfer", { walletId }, { to, amount: "99.99" });
  await eventually("the money has arrived", async () => {
    const [from, target] = await Promise.all([walletId, to].map((id) => ann.ask("get-wallet", { walletId: id }, { "min-version": 1 })));
    return from?.underWay === 0 && target?.balance === "99.99";
  });
  return { wallet: walletId, trace: traceId };
}

/** An organisation that has signed in by a code, with its profile. */
export async function organisation(email: string): Promise<Person> {
  const asked = await new Caller().send("request-otp", {}, { primary: email, country: "JP", role: "org" });
  const verified = await new Caller().send("verify-otp", {}, { primary: email, role: "org", key: asked.key, code: await code(email) });
  const { token, userId, roles, expiresAt } = verified;
  const someone = new Person("Wharf Works", email, { token, userId, roles, expiresAt, by: "code" });
  const description = "Boats, and what belongs to boats. We look after them in winter, too.";
  const { version } = await someone.send("create-org", {}, { name: "Wharf Works", location: "Harbour Road 3, Kobe", description });
  await someone.ask("get-org", { orgId: userId }, { "min-version": version! });
  return someone;
}

/** Has a match that its views cannot read. */
async function parked(who: Person): Promise<void> {
  const match = await requested(who);
  await poison("match-" + match);
}
