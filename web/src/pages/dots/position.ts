import type { BoardCell, BoardLine, MatchRecord } from "../../api";

/** How a board stands: which lines are drawn, and whose the cells are. */
export interface Position {
  /** Cells in a row, and in a column. */
  cells: number;
  /** Who drew each line, by its key. */
  drawn: Map<string, string>;
  /** Who owns each cell, by its key. */
  owners: Map<string, string>;
  scores: Map<string, number>;
  /** Whose turn it is; nobody's when the match is not being played. */
  next: string | undefined;
  last: Move | undefined;
}

/** A line that was drawn, with the cells that it closed. */
export interface Move {
  line: BoardLine;
  player: string;
  captured: BoardCell[];
}

export const lineKey = ({ from, direction }: BoardLine) => `${direction} ${from.x} ${from.y}`;
export const cellKey = ({ x, y }: BoardCell) => `${x} ${y}`;

/** The position of a match, with the lines that a player has drawn and that are yet to be confirmed. */
export function positionOf(match: MatchRecord, by = "", waiting: BoardLine[] = []): Position {
  const position: Position = {
    cells: match.settings.cells,
    drawn: new Map(),
    owners: new Map(),
    scores: new Map(match.players.map((p) => [p.id, 0])),
    next: match.nextPlayer,
    last: undefined,
  };
  match.turns.forEach((turn) => put(position, turn));
  for (const line of waiting) {
    if (!position.drawn.has(lineKey(line))) {
      draw(position, line, by, match);
    }
  }
  return position;
}

function put(position: Position, move: Move): void {
  position.drawn.set(lineKey(move.line), move.player);
  move.captured.forEach((cell) => position.owners.set(cellKey(cell), move.player));
  position.scores.set(move.player, (position.scores.get(move.player) ?? 0) + move.captured.length);
  position.last = move;
}

/** Draws a line as the server is going to: it closes what has four sides with it, and else the turn passes. */
function draw(position: Position, line: BoardLine, player: string, match: MatchRecord): void {
  position.drawn.set(lineKey(line), player);
  const captured = beside(position.cells, line).filter((cell) => sides(cell).every((side) => position.drawn.has(lineKey(side))));
  put(position, { line, player, captured });
  const at = match.players.findIndex((p) => p.id === player);
  if (position.owners.size === position.cells ** 2) {
    position.next = undefined;
  } else if (captured.length === 0) {
    position.next = match.players[(at + 1) % match.players.length]?.id;
  }
}

/** The cells that a line is a side of: two, or one at the rim. */
function beside(cells: number, { from, direction }: BoardLine): BoardCell[] {
  const before = direction === "right" ? { x: from.x, y: from.y - 1 } : { x: from.x - 1, y: from.y };
  return [before, from].filter(({ x, y }) => x >= 0 && y >= 0 && x < cells && y < cells);
}

function sides({ x, y }: BoardCell): BoardLine[] {
  return [
    { from: { x, y }, direction: "right" },
    { from: { x, y: y + 1 }, direction: "right" },
    { from: { x, y }, direction: "down" },
    { from: { x: x + 1, y }, direction: "down" },
  ];
}

/** All lines of a board, in rows from the top: those to the right and those downwards take turns. */
export function rowsOf(cells: number): BoardLine[][] {
  return Array.from({ length: 2 * cells + 1 }, (_, row) =>
    Array.from({ length: cells + (row % 2) }, (_, x) => ({ from: { x, y: Math.floor(row / 2) }, direction: row % 2 ? "down" : "right" })),
  );
}

/** The line that an arrow key leads to, by the key of the line that it is pressed on; the same at the rim. */
export function beyond(rows: BoardLine[][], key: string, arrow: string): BoardLine | undefined {
  const row = rows.findIndex((lines) => lines.some((line) => lineKey(line) === key));
  const at = rows[row]?.findIndex((line) => lineKey(line) === key) ?? 0;
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[arrow];
  const lines = rows[row + (step?.[0] ?? NaN)];
  return lines?.[Math.min(lines.length - 1, Math.max(0, at + (step?.[1] ?? 0)))];
}
