import { useState } from "preact/hooks";
import type { LoggedCommit } from "../../api";
import { useAction } from "../../core/document";
import { Button } from "../../parts/form";
import { Empty } from "../../parts/page";
import { Filters, useAsked, type Fields } from "./filters";
import { Admin, Shown } from "./frame";
import { useLog, type Log } from "./log";
import { Data, Origin, StreamLink } from "./telling";

const fields: Fields = [
  ["stream", "Stream", "match-0192…"],
  ["category", "Category", "match"],
  ["type", "Event type", "TurnTaken"],
  ["trace", "Trace", ""],
];

/** The event log as it happens. */
export function Events() {
  const asked = useAsked(fields);
  const [following, setFollowing] = useState(true);
  const { log, error, older } = useLog(asked, following);
  const dig = useAction(async () => {
    setFollowing(false); // who reads on is not to be disturbed
    await older();
  });
  return (
    <Admin title="Event log" hint="Every commit of every stream, the newest first, as it happens.">
      <Filters fields={fields} at="/admin" asked={asked} button="Filter" />
      <section class="section" aria-label="Commits">
        <header>
          <p role="status">
            {following ? "Live: what happens is added at the top." : "Paused until you go on."}
          </p>
          <Button onClick={() => setFollowing(!following)}>{following ? "Pause" : "Go on"}</Button>
        </header>
        <Shown of={{ found: log, error: error ?? dig.error, again: dig.run }}>
          {(found) => (
            <>
              {found.commits.length > 0 && (
                <ol class="log">
                  {found.commits.map((commit) => (
                    <Commit key={commit.position} commit={commit} />
                  ))}
                </ol>
              )}
              <Older log={found} onMore={dig.run} busy={dig.busy} />
            </>
          )}
        </Shown>
      </section>
    </Admin>
  );
}

function Older({ log, ...props }: { log: Log; onMore: () => void; busy: boolean }) {
  const isEmpty = log.commits.length === 0;
  const more = log.from > 1 && (
    <Button onClick={props.onMore} busy={props.busy}>
      {isEmpty ? "Look further back" : "Show older ones"}
    </Button>
  );
  if (isEmpty) {
    return (
      <Empty action={more}>
        {more ? `Nothing like this from position ${log.from} on.` : "Nothing like this has happened yet."}
      </Empty>
    );
  }
  return <p class="more">{more || "This is where it all began."}</p>;
}

function Commit({ commit }: { commit: LoggedCommit }) {
  const { position, aggregateId, version, events } = commit;
  return (
    <li class="commit">
      <p>
        <span class="mono position">{position}</span>
        <StreamLink stream={aggregateId} version={version + events.length - 1} />
      </p>
      <div>
        {events.map((event) => (
          <details key={event.version}>
            <summary>{event.type}</summary>
            <Data of={event.data} />
          </details>
        ))}
      </div>
      <Origin of={commit} />
    </li>
  );
}
