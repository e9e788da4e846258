import { write } from "../../core/document";
import { Refusal } from "../../core/problem";

const ofOne = /^names\/(\d+)$/;

/** Adds players to a team, one name in a line: all of them or none. A refusal says which line it is about. */
export async function addPlayers(teamId: string, lines: string): Promise<void> {
  const names = lines.split("\n").filter((line) => line.trim());
  try {
    await write("team", "add-players", { teamId }, { names });
  } catch (error) {
    const place = error instanceof Refusal && ofOne.exec(error.field);
    if (!place) {
      throw error;
    }
    throw new Refusal(error.status, { field: "names", code: error.code, detail: `“${names[Number(place[1])]}”: ${error.message}` });
  }
}
