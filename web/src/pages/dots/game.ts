import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BoardLine, MatchRecord, MatchTakeTurnInput } from "../../api";
import { write } from "../../core/document";
import { say } from "../../core/notices";
import { Unreachable, wordsFor } from "../../core/problem";
import { session } from "../../core/session";
import { lineKey, positionOf, type Position } from "./position";

/** A match as it is played on this page. */
export interface Game {
  position: Position;
  /** Keys of the lines that are drawn here and not confirmed yet. */
  waiting: Set<string>;
  draw: (line: BoardLine) => void;
}

/** Draws lines at once, and sends them one after the other; what is refused is taken back, with all behind it. */
export function useGame(match: MatchRecord, me: string): Game {
  const unsure = useRef<BoardLine[]>([]);
  const sending = useRef(Promise.resolve());
  const [, redraw] = useState({});
  const known = useMemo(() => new Set(match.turns.map((turn) => lineKey(turn.line))), [match]);
  const waiting = unsure.current.filter((line) => !known.has(lineKey(line)));
  useEffect(() => {
    unsure.current = unsure.current.filter((line) => !known.has(lineKey(line)));
  }, [known]);

  async function transmit(line: BoardLine): Promise<void> {
    if (!unsure.current.includes(line) || session.value?.userId !== me) {
      return; // taken back with one before it, or nobody is here any more who drew it
    }
    try {
      await write("match", "take-turn", { matchId: match.id }, line as MatchTakeTurnInput);
    } catch (error) {
      unsure.current = [];
      redraw({});
      const isAway = error instanceof Unreachable;
      const why = isAway ? "The server cannot be reached. Draw it again when the connection is back." : wordsFor(error);
      say("bad", `Your line was taken back. ${why}`);
    }
  }
  return {
    position: positionOf(match, me, waiting),
    waiting: new Set(waiting.map(lineKey)),
    draw: (line) => {
      unsure.current = [...unsure.current, line];
      sending.current = sending.current.then(() => transmit(line));
      redraw({});
    },
  };
}
