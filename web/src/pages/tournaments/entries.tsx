import type { TournamentRecord, TournamentTeam } from "../../api";
import { useAction, write } from "../../core/document";
import { to } from "../../core/router";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/form";
import { Trouble } from "../../parts/page";
import { AddTeams } from "./addteams";
import { size } from "./fixture";
import { useFocusAfter } from "./focus";
import { useRefusals } from "./refusals";

interface Shown {
  of: TournamentRecord;
  isMine: boolean;
}

/** A tournament before its start: who takes part, who is missing, and for its organiser the way to change that. */
export function Entries({ of, isMine }: Shown) {
  const free = size - of.teams.length;
  return (
    <>
      <section class="section" aria-labelledby="teams">
        <header>
          <h2 id="teams" tabIndex={-1}>
            Teams <span class="hint">{of.teams.length} of {size}</span>
          </h2>
        </header>
        <p role="status">{missing(of)}</p>
        <ol class="places">
          {of.teams.map((team) => (
            <Entry key={team.id} of={team} />
          ))}
          {Array.from({ length: free }, (_, i) => (
            <li key={i} class="free">
              Free
            </li>
          ))}
        </ol>
        <Refusals of={of} />
        {isMine && of.teams.filter(({ confirmed }) => confirmed).length === size && <Start of={of} />}
        {!isMine && <p class="hint">Only who created the tournament adds teams and starts it. You see here what happens.</p>}
      </section>
      {isMine && free > 0 && <AddTeams to={of} />}
    </>
  );
}

function Entry({ of }: { of: TournamentTeam }) {
  return (
    <li>
      <a href={to("/teams/" + of.id)}>{of.name}</a>
      {of.confirmed ? <Badge tone="good">Joined</Badge> : <Badge tone="wait">Joining …</Badge>}
    </li>
  );
}

function missing({ teams }: TournamentRecord): string {
  const free = size - teams.length;
  const joining = teams.filter(({ confirmed }) => !confirmed).length;
  switch (true) {
    case free === 1:
      return "One more team is needed to start.";
    case free > 0:
      return `${free} more teams are needed to start.`;
    case joining > 0:
      return `All places are taken; ${joining === 1 ? "one team has" : `${joining} teams have`} yet to join.`;
    default:
      return "All eight teams have joined. The tournament can start.";
  }
}

/** Starts the tournament. */
function Start({ of }: { of: TournamentRecord }) {
  const start = useAction(async () => {
    await write("tournament", "start-tournament", { tournamentId: of.id }, {});
  });
  const part = useFocusAfter("h1");
  return (
    <div class="start" ref={part}>
      <Button kind="main" onClick={start.run} busy={start.busy}>
        Start the tournament
      </Button>
      <p class="hint">Who plays whom is drawn by lot. The teams stay as they are from then on.</p>
      <Trouble error={start.error} />
    </div>
  );
}

/** Teams that were added and did not join, with the reason. */
function Refusals({ of }: { of: TournamentRecord }) {
  const refusals = useRefusals("tournament-" + of.id).filter(({ team }) => !of.teams.some(({ id }) => id === team));
  return (
    <div class="refusals" role="status">
      {refusals.map(({ team, name, why }) => (
        <p key={team} class="trouble">
          <a href={to("/teams/" + team)}>{name}</a> did not join: {why}
        </p>
      ))}
    </div>
  );
}
