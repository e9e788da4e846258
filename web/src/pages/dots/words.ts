import type { BoardLine, MatchRecord, MatchScored } from "../../api";
import type { Move } from "./position";

/** How a match stands, for somebody: a word for a badge, with its tone. */
export interface Standing {
  word: string;
  tone: "plain" | "accent" | "good" | "bad" | "wait";
}

export function standing(match: MatchRecord, me: string): Standing {
  const plays = match.players.some((p) => p.id === me);
  switch (match.status) {
    case "not-started":
      return { word: "Not started", tone: "wait" };
    case "playing":
      if (!plays) {
        return { word: "Playing", tone: "accent" };
      }
      return match.nextPlayer === me ? { word: "Your turn", tone: "accent" } : { word: "Their turn", tone: "plain" };
    case "cancelled":
      return { word: "Cancelled", tone: "plain" };
    default:
      if (!plays) {
        return { word: "Finished", tone: "plain" };
      }
      return match.winner === me ? { word: "Finished: you won", tone: "good" } : { word: "Finished: you lost", tone: "bad" };
  }
}

export function isActive(match: MatchRecord): boolean {
  return match.status === "not-started" || match.status === "playing";
}

/** What to call a match, as "Ann against Bob". */
export function titleOf(match: MatchRecord, me: string): string {
  const [one, other] = match.players;
  if (other) {
    return `${one?.name} against ${other.name}`;
  }
  return match.createdBy === me ? "Your match" : `${one?.name ?? "Somebody"}’s match`;
}

export const sizeWords = (cells: number) => `${cells} × ${cells} boxes`;

/** Where a line is, counted from 1 as people do. */
export function lineWords({ from, direction }: BoardLine): string {
  return `line from column ${from.x + 1} row ${from.y + 1} ${direction === "right" ? "to the right" : "down"}`;
}

/** What a move did, as "Ann drew the line …, closed a box, and goes on." */
export function moveWords(move: Move, players: MatchScored[], me: string, isOver: boolean): string {
  const mine = move.player === me;
  const who = mine ? "You" : (players.find((p) => p.id === move.player)?.name ?? "Somebody");
  const what = `${who} drew the ${lineWords(move.line)}`;
  if (move.captured.length === 0) {
    return what + ".";
  }
  const closed = `${what}, closed ${move.captured.length === 1 ? "a box" : "two boxes"}`;
  return isOver ? closed.replace(", closed", " and closed") + "." : `${closed}, and ${mine ? "go" : "goes"} on.`;
}

/** What there is to say above the board. */
export function headline(match: MatchRecord, next: string | undefined, again: boolean, me: string): string {
  const name = (id: string | undefined) => match.players.find((p) => p.id === id)?.name ?? "somebody";
  if (match.status === "finished") {
    return ending(match, me, name);
  }
  if (!next) {
    return "The last line is drawn";
  }
  if (next === me) {
    return again ? "Your turn again" : "Your turn";
  }
  return again ? `${name(next)}’s turn again` : `${name(next)}’s turn`;
}

function ending(match: MatchRecord, me: string, name: (id: string | undefined) => string): string {
  const points = match.players.map((p) => p.score).sort((a, b) => b - a);
  const won = match.winner === me ? "You won" : `${name(match.winner)} won`;
  if (match.forfeitedBy === me) {
    return "You lost: you did not move in time";
  }
  if (match.forfeitedBy) {
    return `${won}: ${name(match.forfeitedBy)} did not move in time`;
  }
  const lost = match.winner !== me && match.players.some((p) => p.id === me);
  return lost ? `You lost, ${points[1]} to ${points[0]}` : `${won}, ${points[0]} to ${points[1]}`;
}
