import type { FixtureMatch, TournamentRecord } from "../../api";

/** How many teams play. */
export const size = 8;

/** A round of the bracket, as it is shown. */
export interface Phase {
  name: "quarter" | "semi" | "final";
  title: string;
  slots: Slot[];
}

/** A match of the bracket, which may be yet to come: then it has as many teams as have won their way to it. */
export interface Slot {
  title: string;
  local: Side;
  away: Side;
  /** Set when both teams stand and the phase is played. */
  match: FixtureMatch | undefined;
}

export interface Side {
  /** Undefined while it is not decided. */
  team: string | undefined;
  /** Where a team comes from that is not decided yet. */
  from: string;
  goals: number | undefined;
  hasWon: boolean;
}

/** The id of the team that won a match; undefined while it has not been played. */
export function winner(match: FixtureMatch | undefined): string | undefined {
  if (!match?.played) {
    return undefined;
  }
  return match.localGoals > match.awayGoals ? match.localTeamId : match.awayTeamId;
}

/** The whole bracket, with what is yet to come. */
export function phases({ fixture }: TournamentRecord): Phase[] {
  const quarter = phase("quarter", "Quarter-finals", "Quarter-final", fixture.quarter, 4);
  const semi = phase("semi", "Semi-finals", "Semi-final", fixture.semi, 2, quarter);
  return [quarter, semi, phase("final", "Final", "Final", fixture.final, 1, semi)];
}

function phase(name: Phase["name"], title: string, match: string, matches: FixtureMatch[], length: number, before?: Phase): Phase {
  const slots = Array.from({ length }, (_, i) =>
    slot(length > 1 ? `${match} ${i + 1}` : match, matches[i], before?.slots[2 * i], before?.slots[2 * i + 1]),
  );
  return { name, title, slots };
}

function slot(title: string, match: FixtureMatch | undefined, left: Slot | undefined, right: Slot | undefined): Slot {
  const won = winner(match);
  const side = (team: string | undefined, goals: number | undefined, before: Slot | undefined): Side => ({
    team: team ?? winner(before?.match),
    from: before ? `Winner of ${before.title.toLowerCase()}` : "",
    goals: match?.played ? goals : undefined,
    hasWon: team !== undefined && team === won,
  });
  return { title, match, local: side(match?.localTeamId, match?.localGoals, left), away: side(match?.awayTeamId, match?.awayGoals, right) };
}

/** How many matches of a phase have been played. */
export function played({ slots }: Phase): number {
  return slots.filter(({ match }) => match?.played).length;
}

/** A team's name in a tournament. */
export function nameOf({ teams }: TournamentRecord, team: string): string {
  return teams.find(({ id }) => id === team)?.name ?? "A team without a name";
}

/** What a result says, as a sentence; nothing without one. */
export function told(of: TournamentRecord, { title, match }: Slot): string {
  const won = winner(match);
  if (!match || !won) {
    return "";
  }
  const score = `${nameOf(of, match.localTeamId)} ${match.localGoals}, ${nameOf(of, match.awayTeamId)} ${match.awayGoals}`;
  return `${title}: ${score}. Winner: ${nameOf(of, won)}.`;
}
