import type { MatchRecord } from "../../api";
import { useDocument } from "../../core/document";
import { to } from "../../core/router";
import { ago } from "../../core/time";
import { Badge } from "../../parts/badge";
import { Face } from "../people/face";
import { Cancel, Join } from "./acts";
import { isActive, sizeWords, standing, titleOf } from "./words";

/** A match of somebody's own in the lobby. As long as it goes on it is live. */
export function OwnMatch({ match, me }: { match: MatchRecord; me: string }) {
  const known = useDocument("get-match", isActive(match) ? { matchId: match.id } : undefined, "match-" + match.id);
  const shown = known.value ?? match;
  const { word, tone } = standing(shown, me);
  const isMine = shown.status === "playing" && shown.nextPlayer === me;
  const other = shown.players.find((p) => p.id !== me);
  return (
    <li class="match-card">
      <header class="player">
        <Face of={other} />
        <h3>{other ? other.name : "Nobody yet"}</h3>
        <Badge tone={tone}>{word}</Badge>
      </header>
      <Facts match={shown} me={me} />
      <p class="actions">
        <a class={"button " + (isMine ? "main" : "plain")} href={to("/matches/" + match.id)}>
          {isMine ? "Play" : "Open"}
          <span class="unseen">: {titleOf(shown, me)}</span>
        </a>
        {shown.status === "not-started" && shown.createdBy === me && <Cancel match={shown} />}
      </p>
    </li>
  );
}

/** A match that can be joined, unless somebody has no name to join with. */
export function OpenMatch({ match, me }: { match: MatchRecord; me: string | undefined }) {
  const [maker] = match.players;
  return (
    <li class="match-card">
      <header class="player">
        <Face of={maker} />
        <h3>{maker?.name ?? "Somebody"}</h3>
      </header>
      <Facts match={match} me={me ?? ""} />
      <p class="actions">{me && <Join match={match} me={me} />}</p>
    </li>
  );
}

function Facts({ match, me }: { match: MatchRecord; me: string }) {
  const mine = match.players.find((p) => p.id === me);
  const other = match.players.find((p) => p.id !== me);
  const facts = [sizeWords(match.settings.cells), `made ${ago(match.createdAt)}`];
  if (mine && other && match.startedAt) {
    facts.unshift(`You ${mine.score}, \u2068${other.name}\u2069 ${other.score}`);
  }
  return <p class="hint">{facts.join(" · ")}</p>;
}
