import type { MatchJoined, MatchRecord } from "../../api";
import { ask } from "../../core/http";
import { useList, type Upkeep } from "../../core/list";
import { List } from "../../parts/list";
import { Empty, Page, Trouble } from "../../parts/page";
import { useMe } from "../people/me";
import { Naming } from "../people/naming";
import { OpenMatch, OwnMatch } from "./card";
import { NewMatch } from "./newmatch";
import { isActive } from "./words";

/** Where matches begin: somebody's own, and those that can be joined. */
export function Lobby() {
  const me = useMe();
  return (
    <Page
      wide
      title="Dots and Boxes"
      hint="Draw lines in turn. Whoever draws the fourth side of a box owns it, and goes on."
      actions={me.value && <NewMatch me={me.id} />}
    >
      {!me.isNameless && !me.value && <Trouble error={me.error} />}
      {me.isNameless ? <Naming why="To make or join a match, you need a name that others see." /> : <Own me={me.id} />}
      <Open me={me.id} canJoin={!!me.value} />
    </Page>
  );
}

const upkeep: Upkeep<MatchRecord> = {
  events: ["MatchJoined", "MatchStarted", "MatchCancelled"],
  read: (matchId, least, signal) => ask("get-match", { matchId }, least, signal),
  id: (match) => match.id,
};

function Own({ me }: { me: string }) {
  const list = useList("list-user-matches", { userId: me }, {}, {
    ...upkeep,
    heeds: ({ payload }) => (payload as Partial<MatchJoined> | undefined)?.player?.id === me,
  });
  const items = list.items && [...list.items.filter(isActive), ...list.items.filter((match) => !isActive(match))];
  return (
    <section class="section" aria-labelledby="own">
      <h2 id="own">Your matches</h2>
      <List of={{ ...list, items }} label="Your matches" empty={<Empty>You have not played yet. Make a match, or join one below.</Empty>}>
        {(match) => <OwnMatch key={match.id} match={match} me={me} />}
      </List>
    </section>
  );
}

function Open({ me, canJoin }: { me: string; canJoin: boolean }) {
  const list = useList("list-open-matches", {}, { "exclude-me": true }, {
    ...upkeep,
    keep: (match) => match.status === "not-started" && match.createdBy !== me,
  });
  return (
    <section class="section" aria-labelledby="open">
      <h2 id="open">Open matches</h2>
      <List
        of={list}
        label="Open matches"
        empty={<Empty>Nobody waits for an opponent just now. Make a match; who comes next finds it here.</Empty>}
      >
        {(match) => <OpenMatch key={match.id} match={match} me={canJoin ? me : undefined} />}
      </List>
    </section>
  );
}
