import { useState } from "preact/hooks";
import type { Timer } from "../../api";
import { ask } from "../../core/http";
import { left, now } from "../../core/time";
import { Button } from "../../parts/form";
import { Empty } from "../../parts/page";
import { Admin, Shown } from "./frame";
import { Moment, StreamLink, TraceLink } from "./telling";
import { usePolled } from "./watch";

/** Commands that are sent at a time. */
export function Timers() {
  const [pages, setPages] = useState(1);
  const timers = usePolled("", (signal) => read(pages, signal), () => 3000);
  return (
    <Admin title="Timers" hint="Commands that are sent when their time has come.">
      <Shown of={timers}>
        {({ items, soon = 0, next }) => (
          <>
            {items.length === 0 && !soon && <Empty>No timer is set. Sagas set them, such as the deadline of a turn in a match.</Empty>}
            {items.length > 0 && (
              <ol class="log">
                {items.map((timer) => (
                  <Row key={timer.id} of={timer} />
                ))}
              </ol>
            )}
            {soon > 0 && <p>About {soon} more are due within minutes, and can only be counted.</p>}
            {next && (
              <p class="more">
                <Button
                  onClick={() => {
                    setPages(pages + 1);
                    timers.again();
                  }}
                >
                  Show more
                </Button>
              </p>
            )}
          </>
        )}
      </Shown>
    </Admin>
  );
}

/** Reads the first pages. */
async function read(pages: number, signal: AbortSignal): Promise<{ items: Timer[]; soon?: number; next?: string }> {
  const first = (await ask("list-timers", {}, { limit: 50 }, signal)).value;
  for (let n = 1; n < pages && first.next; n++) {
    const { items, next = "" } = (await ask("list-timers", {}, { limit: 50, cursor: first.next }, signal)).value;
    first.items.push(...items);
    first.next = next;
  }
  return first;
}

function Row({ of: { at, command, aggregateId, saga, traceId } }: { of: Timer }) {
  return (
    <li class="timer">
      <strong>{Date.parse(at) > now.value ? left(at) : "due"}</strong>
      <div>
        <p>
          <strong>{command}</strong> to <StreamLink stream={aggregateId} />
        </p>
        <p class="hint">
          <Moment at={at} />
          {saga && `, set by ${saga}`}, <TraceLink id={traceId} />
        </p>
      </div>
    </li>
  );
}
