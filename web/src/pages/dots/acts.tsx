import type { MatchJoined, MatchRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { send } from "../../core/http";
import { wrote, type Outcome } from "../../core/live";
import { say } from "../../core/notices";
import { Refusal, wordsFor } from "../../core/problem";
import { go, path } from "../../core/router";
import { settled } from "../../core/settled";
import { Button } from "../../parts/form";

/** What to do about a refusal, by its code. */
const advice: Record<string, string> = {
  MatchFull: "Somebody was quicker. Join another match, or make one.",
  MatchCancelled: "Whoever made this match has cancelled it. Join another one, or make one.",
  MatchIsOver: "This match is over. Join another one, or make one.",
  AlreadyStarted: "Somebody has just joined: the match has started.",
};

function tell(error: unknown): void {
  say("bad", (error instanceof Refusal && advice[error.code]) || wordsFor(error));
}

/** Joins a match, and goes there. */
export function Join({ match, me }: { match: MatchRecord; me: string }) {
  const join = useAction(async () => {
    const from = path.value;
    const isMine = ({ type, payload }: Outcome) => type === "MatchJoined" && (payload as MatchJoined | undefined)?.player.id === me;
    try {
      const { traceId } = await send("request-join", { matchId: match.id }, {});
      const joined = await settled(traceId, isMine);
      wrote("match-" + match.id, joined.version, traceId);
      if (path.value === from) {
        go("/matches/" + match.id);
      }
    } catch (error) {
      tell(error);
    }
  });
  return (
    <Button kind="main" onClick={join.run} busy={join.busy} label={`Join the match of ${match.players[0]?.name ?? "somebody"}`}>
      Join
    </Button>
  );
}

/** Takes back a match that nobody has joined. */
export function Cancel({ match }: { match: MatchRecord }) {
  const cancel = useAction(async () => {
    try {
      await write("match", "cancel-match", { matchId: match.id }, {});
    } catch (error) {
      tell(error);
    }
  });
  return (
    <Button kind="danger" onClick={cancel.run} busy={cancel.busy}>
      Cancel match
    </Button>
  );
}
