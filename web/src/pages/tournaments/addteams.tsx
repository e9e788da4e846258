import { useState } from "preact/hooks";
import type { TeamRecord, TournamentRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { useSearch } from "../../core/search";
import { Badge } from "../../parts/badge";
import { Button, Field, Form } from "../../parts/form";
import { List } from "../../parts/list";
import { Empty, Trouble } from "../../parts/page";
import { Search } from "../../parts/search";
import { useFocusAfter } from "./focus";
import { useTeams } from "./lists";

/** The ways to add a team: one that there is, or one that is created on the spot. */
export function AddTeams({ to }: { to: TournamentRecord }) {
  const [words, setWords] = useState("");
  const part = useFocusAfter("#teams");
  const newest = useTeams(6);
  const found = useSearch("search-teams", words);
  return (
    <section class="section" aria-labelledby="add">
      <header>
        <h2 id="add">Add teams</h2>
      </header>
      <div class="adding" ref={part}>
        <div class="section">
          <Search
            label="Search teams"
            hint="By its name or a player's. Without words you see the newest."
            words={words}
            onWords={setWords}
          />
          <List
            of={words ? found : newest}
            label={words ? "Teams found" : "Newest teams"}
            class="rows"
            empty={
              <Empty>
                {words ? "No team has all these words. Try fewer of them, or create it." : "There are no teams yet. Create the first."}
              </Empty>
            }
          >
            {(team) => <Candidate key={team.id} team={team} to={to} />}
          </List>
        </div>
        <CreateTeam to={to} />
      </div>
    </section>
  );
}

async function add(to: TournamentRecord, teamId: string): Promise<void> {
  await write("tournament", "add-team", { tournamentId: to.id }, { teamId });
}

function Candidate({ team, to }: { team: TeamRecord; to: TournamentRecord }) {
  const adding = useAction(() => add(to, team.id));
  const isIn = to.teams.some(({ id }) => id === team.id);
  return (
    <li>
      <p>
        <strong>{team.name}</strong> <small class="hint">{players(team)}</small>
      </p>
      {team.available || isIn ? (
        <Button onClick={adding.run} busy={adding.busy} disabled={isIn} label={isIn ? "Added: " + team.name : "Add " + team.name}>
          {isIn ? "Added" : "Add"}
        </Button>
      ) : (
        <Badge tone="plain">Joins no more tournaments</Badge>
      )}
      <Trouble error={adding.error} />
    </li>
  );
}

/** How many players a team has, in words. */
export function players(team: TeamRecord): string {
  switch (team.players.length) {
    case 0:
      return "no players yet";
    case 1:
      return "1 player";
    default:
      return `${team.players.length} players`;
  }
}

function CreateTeam({ to }: { to: TournamentRecord }) {
  const [name, setName] = useState("");
  const [made, setMade] = useState({ name: "", id: "" });
  const create = useAction(async () => {
    let { id } = made;
    if (made.name !== name) {
      ({ id } = await write("team", "create-team", {}, { name }));
      setMade({ name, id }); // if it cannot be added, it need not be created again
    }
    await add(to, id);
    setName("");
  });
  return (
    <div class="card">
      <h3>Create a team</h3>
      <Form onSubmit={create.run} error={create.error} fields={["name"]}>
        <Field
          label="Name"
          hint="It is yours then, and is added at once. Players can follow on its page."
          name="name"
          value={name}
          onValue={setName}
          error={create.error}
          input={{ autocomplete: "off", maxLength: 80 }}
        />
        <Button kind="plain" busy={create.busy}>
          Create and add
        </Button>
      </Form>
    </div>
  );
}
