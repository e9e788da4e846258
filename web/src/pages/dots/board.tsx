import { useMemo, useRef, useState } from "preact/hooks";
import type { BoardLine, MatchScored } from "../../api";
import { mark } from "../people/face";
import { at, Line, side } from "./line";
import { beyond, lineKey, rowsOf, type Position } from "./position";
import { lineWords } from "./words";

interface BoardProps {
  position: Position;
  players: MatchScored[];
  waiting: Set<string>;
  me: string;
  /** Whether a line can be drawn here just now. */
  isOpen: boolean;
  /** Asked for with any line, free or not. */
  onDraw: (line: BoardLine) => void;
}

/** The board: all lines are buttons, among which the arrow keys move. */
export function Board(props: BoardProps) {
  const { position, players, me, isOpen } = props;
  const rows = useMemo(() => rowsOf(position.cells), [position.cells]);
  const lines = useMemo(() => new Map(rows.flat().map((line) => [lineKey(line), line])), [rows]);
  const [stop, setStop] = useState(lineKey(rows[0]![0]!));
  const drawing = useRef<SVGSVGElement>(null);
  const act = (event: Event) => {
    const line = lines.get(keyOf(event));
    if (line) {
      setStop(lineKey(line));
      props.onDraw(line);
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat) {
        act(event);
      }
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = beyond(rows, keyOf(event), event.key);
      if (next) {
        setStop(lineKey(next));
        drawing.current?.querySelector<SVGElement>(`[data-line="${lineKey(next)}"]`)?.focus();
      }
    }
  };
  const colors = useMemo(() => ({ "--one": players[0]?.color, "--two": players[1]?.color }), [players[0]?.color, players[1]?.color]);
  return (
    <svg
      ref={drawing}
      class={["board", isOpen && "open", "me-" + placeOf(players, me)].filter(Boolean).join(" ")}
      style={colors as Record<string, string>}
      viewBox={`0 0 ${side} ${side}`}
      role="group"
      aria-label="Board. The arrow keys move among the lines; Enter draws one."
      onClick={act}
      onKeyDown={press}
    >
      <Hatch />
      <Cells position={position} players={players} />
      {[...lines].map(([key, line]) => (
        <Line
          key={key}
          id={key}
          cells={position.cells}
          x={line.from.x}
          y={line.from.y}
          isRight={line.direction === "right"}
          look={lookOf(props, key)}
          label={`${lineWords(line)}, ${stateOf(props, key)}`}
          isStop={key === stop}
          isDisabled={!isOpen || position.drawn.has(key)}
        />
      ))}
      <Dots cells={position.cells} />
    </svg>
  );
}

function keyOf(event: Event): string {
  return (event.target as Element).closest<SVGElement>("[data-line]")?.dataset["line"] ?? "";
}

/** A player's place: their colours go by it. */
function placeOf(players: MatchScored[], id: string | undefined): string {
  return ["one", "two"][players.findIndex((p) => p.id === id)] ?? "none";
}

function lookOf({ position, players, waiting }: BoardProps, key: string): string {
  const by = position.drawn.get(key);
  if (!by) {
    return "free";
  }
  const isLast = position.last && lineKey(position.last.line) === key;
  return `drawn ${placeOf(players, by)}${waiting.has(key) ? " waiting" : ""}${isLast ? " last" : ""}`;
}

function stateOf({ position, players, waiting, me }: BoardProps, key: string): string {
  const by = position.drawn.get(key);
  if (!by) {
    return "free";
  }
  const who = by === me ? "you" : (players.find((p) => p.id === by)?.name ?? "somebody");
  return `drawn by ${who}${waiting.has(key) ? ", not confirmed yet" : ""}`;
}

/** What tells the second player's boxes from the first's, beside the colour. */
function Hatch() {
  return (
    <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <path d="M0 0V7" />
    </pattern>
  );
}

function Cells({ position, players }: { position: Position; players: MatchScored[] }) {
  const { cells, owners } = position;
  const pitch = at(1, cells) - at(0, cells);
  return (
    <>
      {[...owners].map(([key, owner]) => {
        const [x = 0, y = 0] = key.split(" ").map(Number);
        const player = players.find((p) => p.id === owner);
        const place = placeOf(players, owner);
        const square = { x: at(x, cells), y: at(y, cells), width: pitch, height: pitch };
        return (
          <g key={key} class={"cell " + place} role="img" aria-label={`Box in column ${x + 1} row ${y + 1}: ${player?.name}`}>
            <rect {...square} />
            {place === "two" && <rect class="hatched" {...square} />}
            <text x={at(x + 0.5, cells)} y={at(y + 0.5, cells)} font-size={pitch / 2}>
              {player && mark(player)}
            </text>
          </g>
        );
      })}
    </>
  );
}

function Dots({ cells }: { cells: number }) {
  const path = useMemo(() => {
    const steps = Array.from({ length: cells + 1 }, (_, i) => at(i, cells));
    return steps.flatMap((y) => steps.map((x) => `M${x} ${y}h0`)).join("");
  }, [cells]);
  return <path class="dots" d={path} />;
}
