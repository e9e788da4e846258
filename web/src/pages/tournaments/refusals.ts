import { useEffect, useState } from "preact/hooks";
import type { TournamentTeamRemoved } from "../../api";
import { follow } from "../../core/live";

/** A team that was added to a tournament, and did not join. */
export interface TeamRefusal {
  team: string;
  name: string;
  why: string;
}

/** The teams that did not join a tournament, each once. Its stream has them all, from the beginning. */
export function useRefusals(stream: string): TeamRefusal[] {
  const [refusals, setRefusals] = useState<TeamRefusal[]>([]);
  useEffect(() => {
    setRefusals([]);
    return follow(
      stream,
      () => 0,
      ({ type, payload }) => {
        if (type === "TeamRemoved") {
          const { teamId, name, reason } = payload as TournamentTeamRemoved;
          setRefusals((was) => [...was.filter(({ team }) => team !== teamId), { team: teamId, name, why: wordsFor(reason) }]);
        }
      },
    );
  }, [stream]);
  return refusals;
}

function wordsFor(code: string): string {
  switch (code) {
    case "TeamNotAvailable":
      return "it joins no further tournaments at the moment. Its owner can change that on the team's page; add it again then.";
    default:
      return `the answer was ${code}. Add it again, or another one.`;
  }
}
