import { useState } from "preact/hooks";
import type { BoardLine, MatchRecord } from "../../api";
import { useDocument } from "../../core/document";
import { to, type PathParameters } from "../../core/router";
import { Empty, Loading, Page, Trouble } from "../../parts/page";
import { useMe, type Me } from "../people/me";
import { Board } from "./board";
import { useGame, type Game } from "./game";
import { NewMatch } from "./newmatch";
import { Deadline, Players } from "./players";
import { lineKey } from "./position";
import { Turns } from "./turns";
import { Waiting } from "./waiting";
import { headline, isActive, moveWords, titleOf } from "./words";

/** One match: waiting, being played, or over. */
export function Match({ id = "" }: PathParameters) {
  const me = useMe();
  const { value: match, error } = useDocument("get-match", { matchId: id }, "match-" + id);
  if (!match) {
    return (
      <Page title="Match">
        {!error && <Loading />}
        <Trouble error={error} missing="There is no such match, or not yet: if it has just been made, it appears by itself." />
        <p>
          <a href={to("/")}>To the lobby</a>
        </p>
      </Page>
    );
  }
  if (match.status === "not-started") {
    return (
      <Page title={titleOf(match, me.id)} tab="Waiting for an opponent">
        <Waiting match={match} me={me} />
      </Page>
    );
  }
  if (!match.startedAt) {
    return (
      <Page title={titleOf(match, me.id)} tab="Cancelled">
        <Empty action={<Next me={me} />}>The match was cancelled before anybody joined.</Empty>
      </Page>
    );
  }
  return <Played match={match} me={me} />;
}

function Played({ match, me }: { match: MatchRecord; me: Me }) {
  const game = useGame(match, me.id);
  const { position } = game;
  const said = headline(match, position.next, position.next === position.last?.player, me.id);
  const plays = match.players.some((p) => p.id === me.id);
  return (
    <Page
      wide
      title={titleOf(match, me.id)}
      tab={`${said} · ${titleOf(match, me.id)}`}
      hint={!plays && "You are watching: only the two players can draw."}
    >
      <div class="game">
        <Players match={match} position={position} me={me.id} />
        <Table match={match} game={game} me={me.id} said={said} plays={plays} />
        {!isActive(match) && <Next me={me} />}
        <Turns match={match} me={me.id} />
      </div>
    </Page>
  );
}

/** The board, with what there is to say about it. */
function Table(props: { match: MatchRecord; game: Game; me: string; said: string; plays: boolean }) {
  const { match, game, me, said, plays } = props;
  const { position } = game;
  const [why, setWhy] = useState({ text: "", lines: 0 });
  const isMine = match.status === "playing" && position.next === me;
  const onDraw = (line: BoardLine) => {
    const by = position.drawn.get(lineKey(line));
    if (isMine && !by) {
      game.draw(line);
    } else if (isActive(match) && by !== me) {
      setWhy({ text: refusal(plays, isMine), lines: position.drawn.size });
    }
  };
  const last = position.last && moveWords(position.last, match.players, me, position.owners.size === position.cells ** 2);
  const mood = isMine ? "mine" : !plays || !match.winner ? "" : match.winner === me ? "won" : "lost";
  return (
    <div class="play">
      <div class={"turn " + mood}>
        {match.status === "playing" && match.deadline && <Deadline until={match.deadline} />}
        <div role="status">
          <p class="headline">{said}</p>
          {why.text && why.lines === position.drawn.size ? <p class="why">{why.text}</p> : <p>{last ?? "Nobody has drawn a line yet."}</p>}
        </div>
      </div>
      <Board position={position} players={match.players} waiting={game.waiting} me={me} isOpen={isMine} onDraw={onDraw} />
    </div>
  );
}

/** Why nothing happens. */
function refusal(plays: boolean, isMine: boolean): string {
  if (!plays) {
    return "You are watching: only the two players can draw.";
  }
  return isMine ? "This line is drawn already. Choose a free one." : "It is not your turn yet.";
}

/** The way to the next match. */
function Next({ me }: { me: Me }) {
  return (
    <p class="actions">
      {me.value && <NewMatch me={me.id} />}
      <a class="button plain" href={to("/")}>
        To the lobby
      </a>
    </p>
  );
}
