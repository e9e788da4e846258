import { useState } from "preact/hooks";
import type { TeamRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { go, to } from "../../core/router";
import { Badge } from "../../parts/badge";
import { Button, Field, Form } from "../../parts/form";
import { players } from "./addteams";
import { Directory } from "./directory";
import { useTeams } from "./lists";
import { addPlayers } from "./players";

/** All teams. */
export function Teams() {
  return (
    <Directory
      at="/teams"
      title="Teams"
      hint="A team belongs to whoever created it. Anybody's tournament may add it."
      one="team"
      search="search-teams"
      searchHint="By its name or a player's."
      all={useTeams()}
      create={<Create />}
    >
      {(team) => <Card key={team.id} of={team} />}
    </Directory>
  );
}

function Card({ of }: { of: TeamRecord }) {
  const tournaments = of.tournaments.length;
  return (
    <li class="entry">
      <h2>
        <a href={to("/teams/" + of.id)}>{of.name}</a>
      </h2>
      <p>
        {players(of)}, {tournaments === 1 ? "1 tournament" : `${tournaments || "no"} tournaments`}
      </p>
      {!of.available && (
        <p>
          <Badge tone="plain">Joins no more tournaments</Badge>
        </p>
      )}
    </li>
  );
}

/** Creates a team, with its players if there are any yet. */
function Create() {
  const [name, setName] = useState("");
  const [names, setNames] = useState("");
  const [made, setMade] = useState("");
  const create = useAction(async () => {
    let id = made;
    if (!id) {
      ({ id } = await write("team", "create-team", {}, { name }));
      setMade(id); // if the players cannot be added, the team need not be created again
    }
    if (names.trim()) {
      await addPlayers(id, names);
    }
    go("/teams/" + id);
  });
  return (
    <Form onSubmit={create.run} error={create.error} fields={["name", "names"]}>
      {made ? (
        <p>
          {name} is created. <a href={to("/teams/" + made)}>Go on without players</a>, or mend the names below.
        </p>
      ) : (
        <Field
          label="Name"
          hint="No other team has it."
          name="name"
          value={name}
          onValue={setName}
          error={create.error}
          input={{ autocomplete: "off", maxLength: 80 }}
        />
      )}
      <Field
        label="Players"
        hint="One name in a line. They can also follow later."
        name="names"
        multiline
        value={names}
        onValue={setNames}
        error={create.error}
      />
      <Button busy={create.busy}>{made ? "Add players" : "Create team"}</Button>
    </Form>
  );
}
