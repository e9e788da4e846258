import { Component } from "preact";
import type { MatchRecord, MatchTurn } from "../../api";
import { exactly, when } from "../../core/time";
import { moveWords } from "./words";

/** All turns in words, latest first; at hand where there is room for them. */
export function Turns({ match, me }: { match: MatchRecord; me: string }) {
  const { turns, players, settings } = match;
  let open = settings.cells ** 2;
  const told = turns.map((turn, at) => {
    open -= turn.captured.length;
    return <Turn key={at} turn={turn} words={moveWords(turn, players, me, open === 0)} />;
  });
  return (
    <details class="turns" open={matchMedia("(min-width: 60rem)").matches}>
      <summary>All turns ({turns.length})</summary>
      {turns.length === 0 && <p class="hint">Nobody has drawn a line yet.</p>}
      <ol reversed tabIndex={0} aria-label="All turns, latest first">
        {told.reverse()}
      </ol>
    </details>
  );
}

/** A turn, which never changes. */
class Turn extends Component<{ turn: MatchTurn; words: string }> {
  override shouldComponentUpdate(): boolean {
    return false;
  }

  render({ turn, words }: { turn: MatchTurn; words: string }) {
    return (
      <li>
        {words}{" "}
        <time class="hint" dateTime={turn.at} title={exactly(turn.at)}>
          {when(turn.at)}
        </time>
      </li>
    );
  }
}
