import type { TeamRecord, TournamentRecord } from "../../api";
import { ask } from "../../core/http";
import { useList, type Listing } from "../../core/list";

/** All tournaments, the newest first, live. */
export function useTournaments(): Listing<TournamentRecord> {
  const all: Listing<TournamentRecord> = useList("list-tournaments", {}, {}, {
    events: ["TournamentCreated", "TeamAdded", "TeamRemoved", "TournamentStarted", "TournamentFinished"],
    read: (tournamentId, least, signal) => ask("get-tournament", { tournamentId }, least, signal),
    id: (tournament) => tournament.id,
    keep: (tournament) => isInReach(all, tournament),
  });
  return all;
}

/** All teams, the newest first, live; so many at a time. */
export function useTeams(limit?: number): Listing<TeamRecord> {
  const all: Listing<TeamRecord> = useList("list-teams", {}, limit ? { limit } : {}, {
    events: ["TeamCreated", "PlayerAdded", "TeamJoinedTournament", "TeamAvailabilitySet"],
    read: (teamId, least, signal) => ask("get-team", { teamId }, least, signal),
    id: (team) => team.id,
    keep: (team) => isInReach(all, team),
  });
  return all;
}

/** Whether a document belongs to the part of a list that has been read: what comes behind it is for later pages. */
function isInReach(list: Listing<{ createdAt: string }>, { createdAt }: { createdAt: string }): boolean {
  const oldest = list.items?.at(-1)?.createdAt;
  return !list.hasMore || oldest === undefined || Date.parse(createdAt) >= Date.parse(oldest);
}
