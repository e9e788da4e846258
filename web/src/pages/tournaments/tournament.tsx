import type { TournamentRecord } from "../../api";
import { useDocument } from "../../core/document";
import { to, type PathParameters } from "../../core/router";
import { session } from "../../core/session";
import { ago, when } from "../../core/time";
import { Loading, Page, Trouble } from "../../parts/page";
import { Bracket } from "./bracket";
import { Entries } from "./entries";
import { nameOf } from "./fixture";
import { Person } from "./person";
import { Sub } from "./sub";
import { Stage } from "./tournaments";

/** One tournament: its teams until it starts, its bracket from then on. */
export function Tournament({ id = "" }: PathParameters) {
  const { value: tournament, error } = useDocument("get-tournament", { tournamentId: id }, "tournament-" + id);
  const isMine = tournament !== undefined && tournament.organiser === session.value?.userId;
  return (
    <Page title={tournament?.name ?? "Tournament"} hint={tournament && <About of={tournament} isMine={isMine} />} wide>
      <Sub at="" />
      {!tournament && !error && <Loading />}
      <Trouble error={error} missing="There is no tournament at this address." />
      {!tournament && error ? <a href={to("/tournaments")}>All tournaments</a> : null}
      {tournament?.champion && (
        <section class="champion" aria-labelledby="champion">
          <h2 id="champion">Champion</h2>
          <p>{nameOf(tournament, tournament.champion)}</p>
        </section>
      )}
      {tournament?.status === "open" && <Entries of={tournament} isMine={isMine} />}
      {tournament && tournament.status !== "open" && <Bracket of={tournament} isMine={isMine} />}
    </Page>
  );
}

function About({ of, isMine }: { of: TournamentRecord; isMine: boolean }) {
  return (
    <span class="about">
      <Stage of={of} />
      <span>{isMine ? "You run it" : <Person id={of.organiser} before="Run by " />}</span>
      <span>
        {of.finishedAt
          ? "Finished " + when(of.finishedAt)
          : of.startedAt
            ? "Started " + when(of.startedAt)
            : "Created " + ago(of.createdAt)}
      </span>
    </span>
  );
}
