import { useState } from "preact/hooks";
import type { TournamentRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { go, to } from "../../core/router";
import { ago } from "../../core/time";
import { Badge } from "../../parts/badge";
import { Button, Field, Form } from "../../parts/form";
import { Directory } from "./directory";
import { nameOf, size } from "./fixture";
import { useTournaments } from "./lists";

/** All tournaments. */
export function Tournaments() {
  return (
    <Directory
      at="/tournaments"
      title="Tournaments"
      hint="Eight teams, quarter-finals to the final. Whoever creates a tournament runs it; everybody can watch."
      one="tournament"
      search="search-tournaments"
      searchHint="By its name or a team's."
      all={useTournaments()}
      create={<Create />}
    >
      {(tournament) => <Card key={tournament.id} of={tournament} />}
    </Directory>
  );
}

function Card({ of }: { of: TournamentRecord }) {
  return (
    <li class="entry">
      <h2>
        <a href={to("/tournaments/" + of.id)}>{of.name}</a>
      </h2>
      <p>
        <Stage of={of} />
      </p>
      {of.champion ? (
        <p>
          Champion: <strong>{nameOf(of, of.champion)}</strong>
        </p>
      ) : (
        <p>{of.teams.length} of {size} teams</p>
      )}
      <p class="hint">Created {ago(of.createdAt)}</p>
    </li>
  );
}

/** How far a tournament has come, in a word. */
export function Stage({ of }: { of: TournamentRecord }) {
  switch (of.status) {
    case "open":
      return <Badge tone="accent">Open for teams</Badge>;
    case "started":
      return <Badge tone="wait">Under way</Badge>;
    default:
      return <Badge tone="good">Finished</Badge>;
  }
}

function Create() {
  const [name, setName] = useState("");
  const create = useAction(async () => {
    const { id } = await write("tournament", "create-tournament", {}, { name });
    go("/tournaments/" + id);
  });
  return (
    <Form onSubmit={create.run} error={create.error} fields={["name"]}>
      <Field
        label="Name"
        hint="No other tournament has it. You add the teams next."
        name="name"
        value={name}
        onValue={setName}
        error={create.error}
        input={{ autocomplete: "off", maxLength: 80 }}
      />
      <Button busy={create.busy}>Create tournament</Button>
    </Form>
  );
}
