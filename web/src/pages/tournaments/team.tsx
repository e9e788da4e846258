import { useState } from "preact/hooks";
import type { TeamRecord } from "../../api";
import { useAction, useDocument, write } from "../../core/document";
import { to, type PathParameters } from "../../core/router";
import { session } from "../../core/session";
import { ago } from "../../core/time";
import { Badge } from "../../parts/badge";
import { Button, Field, Form } from "../../parts/form";
import { Empty, Loading, Page, Trouble } from "../../parts/page";
import { Person } from "./person";
import { addPlayers } from "./players";
import { Sub } from "./sub";

interface Shown {
  of: TeamRecord;
  isMine: boolean;
}

/** One team: its players, and the tournaments that it takes part in. */
export function Team({ id = "" }: PathParameters) {
  const { value: team, error } = useDocument("get-team", { teamId: id }, "team-" + id);
  const isMine = team !== undefined && team.owner === session.value?.userId;
  return (
    <Page title={team?.name ?? "Team"} hint={team && <About of={team} isMine={isMine} />} wide>
      <Sub at="" />
      {!team && !error && <Loading />}
      <Trouble error={error} missing="There is no team at this address." />
      {!team && error ? <a href={to("/teams")}>All teams</a> : null}
      {team && (
        <div class="team">
          <Players of={team} isMine={isMine} />
          <Tournaments of={team} isMine={isMine} />
        </div>
      )}
    </Page>
  );
}

function About({ of, isMine }: Shown) {
  return (
    <span class="about">
      <span>{isMine ? "Your team" : <Person id={of.owner} before="Owned by " />}</span>
      <span>Created {ago(of.createdAt)}</span>
    </span>
  );
}

function Players({ of, isMine }: Shown) {
  return (
    <section class="section" aria-labelledby="players">
      <h2 id="players">
        Players <span class="hint">{of.players.length}</span>
      </h2>
      {of.players.length > 0 ? (
        <ul class="rows">
          {of.players.map((player) => (
            <li key={player}>{player}</li>
          ))}
        </ul>
      ) : (
        <Empty>{isMine ? "Nobody is in the team yet. Add players below." : "Nobody is in the team yet. Its owner adds players."}</Empty>
      )}
      {isMine && <AddPlayers of={of} />}
    </section>
  );
}

function AddPlayers({ of }: { of: TeamRecord }) {
  const [names, setNames] = useState("");
  const add = useAction(async () => {
    await addPlayers(of.id, names);
    setNames("");
  });
  return (
    <Form onSubmit={add.run} error={add.error} fields={["names"]}>
      <Field
        label="Add players"
        hint="One name in a line; all are added, or none."
        name="names"
        multiline
        value={names}
        onValue={setNames}
        error={add.error}
      />
      <Button kind="plain" busy={add.busy}>
        Add players
      </Button>
    </Form>
  );
}

function Tournaments({ of, isMine }: Shown) {
  return (
    <section class="section" aria-labelledby="tournaments">
      <h2 id="tournaments">
        Tournaments <span class="hint">{of.tournaments.length}</span>
      </h2>
      <Availability of={of} isMine={isMine} />
      {of.tournaments.length > 0 ? (
        <ul class="rows">
          {of.tournaments.toReversed().map(({ id, name }) => (
            <li key={id}>
              <a href={to("/tournaments/" + id)}>{name}</a>
            </li>
          ))}
        </ul>
      ) : (
        <Empty action={<a href={to("/tournaments")}>To the tournaments</a>}>
          The team takes part in none yet. Whoever runs a tournament can add it there.
        </Empty>
      )}
    </section>
  );
}

/** Whether the team joins tournaments that it is added to, which is for its owner to say. */
function Availability({ of, isMine }: Shown) {
  const change = useAction(async () => {
    await write("team", "set-team-availability", { teamId: of.id }, { available: !of.available });
  });
  return (
    <div class="availability">
      <p role="status">
        {of.available ? <Badge tone="good">Available</Badge> : <Badge tone="plain">Not available</Badge>}{" "}
        {of.available ? "It joins any tournament that adds it." : "It joins no further tournaments, and stays in those below."}
      </p>
      {isMine && (
        <Button onClick={change.run} busy={change.busy}>
          {of.available ? "Join no more tournaments" : "Join tournaments again"}
        </Button>
      )}
      <Trouble error={change.error} />
    </div>
  );
}
