import type { MatchRecord } from "../../api";
import { left, now } from "../../core/time";
import { Badge } from "../../parts/badge";
import { Face } from "../people/face";
import type { Position } from "./position";

/** Who plays, with their scores, and whose turn it is. */
export function Players({ match, position, me }: { match: MatchRecord; position: Position; me: string }) {
  return (
    <ul class="players card" aria-label="Players">
      {match.players.map((player) => {
        const isNext = match.status === "playing" && position.next === player.id;
        return (
          <li key={player.id} class={isNext ? "next" : ""}>
            <Face of={player} />
            <p class="name">
              {player.name}
              {player.id === me && <span class="hint"> (you)</span>}
            </p>
            {isNext && <Badge tone="accent">To move</Badge>}
            {match.winner === player.id && <Badge tone="good">Won</Badge>}
            {match.forfeitedBy === player.id && <Badge tone="bad">Forfeited</Badge>}
            <p class="score">
              {position.scores.get(player.id)}
              <span class="unseen"> boxes</span>
            </p>
          </li>
        );
      })}
    </ul>
  );
}

const lastMinutes = 10 * 60_000;

/** What is left of a turn. Whoever lets it run out loses. */
export function Deadline({ until }: { until: string }) {
  const isLate = Date.parse(until) - now.value < lastMinutes;
  return (
    <span class={isLate ? "deadline late" : "deadline"} role="timer">
      {isLate ? "Last minutes: " : ""}
      {left(until)} left
    </span>
  );
}
