import { useState } from "preact/hooks";
import type { FixtureMatch, TournamentRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { Refusal } from "../../core/problem";
import { to } from "../../core/router";
import { Button, Field, Form } from "../../parts/form";
import { nameOf, type Side, type Slot } from "./fixture";
import { useFocusAfter } from "./focus";

/** A match of the bracket: who plays, how it ended, and for the organiser the fields to say so. */
export function Match({ of, slot, isMine }: { of: TournamentRecord; slot: Slot; isMine: boolean }) {
  const { title, match } = slot;
  return (
    <li>
      <div class={match?.played ? "match played" : "match"}>
        <h3 tabIndex={-1} id={idOf(title)}>
          {title}
        </h3>
        {match && !match.played && isMine ? (
          <Result of={of} title={title} match={match} />
        ) : (
          <ul>
            <Team of={of} side={slot.local} isLast={title === "Final"} />
            <Team of={of} side={slot.away} isLast={title === "Final"} />
          </ul>
        )}
      </div>
    </li>
  );
}

function idOf(title: string): string {
  return title.toLowerCase().replace(" ", "-") + "-match";
}

function Team({ of, side, isLast }: { of: TournamentRecord; side: Side; isLast: boolean }) {
  const { team, goals, hasWon } = side;
  return (
    <li class={hasWon ? "side won" : "side"}>
      {team ? <a href={to("/teams/" + team)}>{nameOf(of, team)}</a> : <span class="hint">{side.from}</span>}
      {hasWon && <span class="mark">{isLast ? "Champion" : "Won"}</span>}
      {goals !== undefined && (
        <span class="goals">
          {goals}
          <span class="unseen">{goals === 1 ? " goal" : " goals"}</span>
        </span>
      )}
    </li>
  );
}

const wholeNumber = /^\d{1,3}$/;

/** The goals that somebody typed. */
function goals(field: string, typed: string): number {
  if (!wholeNumber.test(typed.trim())) {
    throw new Refusal(400, { field, detail: "how many goals? A number from 0 to 999" });
  }
  return Number(typed);
}

/** The fields for the result of a match. They go away when it is there, whoever entered it; the focus must not go with them. */
function Result({ of, title, match }: { of: TournamentRecord; title: string; match: FixtureMatch }) {
  const [local, setLocal] = useState("");
  const [away, setAway] = useState("");
  const part = useFocusAfter("#" + idOf(title));
  const save = useAction(async () => {
    const { localTeamId, awayTeamId } = match;
    const result = { localTeamId, localGoals: goals("localGoals", local), awayTeamId, awayGoals: goals("awayGoals", away) };
    await write("tournament", "set-match-result", { tournamentId: of.id }, result);
  });
  const field = { inputMode: "numeric", autocomplete: "off", maxLength: 3 } as const;
  return (
    <div class="result" ref={part}>
      <Form onSubmit={save.run} error={save.error} fields={["localGoals", "awayGoals"]} label={`Goals of ${title.toLowerCase()}`}>
        <Field label={nameOf(of, match.localTeamId)} name="localGoals" value={local} onValue={setLocal} error={save.error} input={field} />
        <Field label={nameOf(of, match.awayTeamId)} name="awayGoals" value={away} onValue={setAway} error={save.error} input={field} />
        <Button kind="plain" busy={save.busy} label={`Save result of ${title.toLowerCase()}`}>
          Save result
        </Button>
      </Form>
    </div>
  );
}
