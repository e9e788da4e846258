import { ask } from "../../core/http";
import { to } from "../../core/router";
import { when } from "../../core/time";
import { Empty } from "../../parts/page";
import { Filters, useAsked, type Fields } from "./filters";
import { Admin, Shown } from "./frame";
import { StreamLink } from "./telling";
import { usePolled } from "./watch";

const at = "/admin/streams";
const fields: Fields = [
  ["prefix", "Ids beginning with", "match-"],
  ["start", "Starting at", "match-7"],
  ["reverse", "Order", [["", "First to last"], ["true", "Last to first"]]],
  ["limit", "On a page", [["", "20"], ["50", "50"], ["100", "100"]]],
];

/** The key browser: streams in order of their ids. */
export function Streams() {
  const asked = useAsked(fields);
  const streams = usePolled(
    JSON.stringify(asked),
    async (signal) => (await ask("list-streams", {}, asked as object, signal)).value,
    () => 15_000,
  );
  return (
    <Admin title="Streams" hint="All streams in order of their ids, with their events and the states after them.">
      <Filters fields={fields} at={at} asked={asked} button="Find" />
      <Shown of={streams}>
        {({ items, next }) => (
          <section class="section" aria-label="Found">
            {items.length === 0 ? (
              <Empty>No stream has such an id. Ids begin with their category, as in match-0192…</Empty>
            ) : (
              <ol class="log">
                {items.map((item) => (
                  <li key={item.stream} class="key">
                    <StreamLink stream={item.stream} />
                    <span class="hint">since {when(item.since)}</span>
                  </li>
                ))}
              </ol>
            )}
            <p class="actions">
              {asked["start"] && <a class="button plain" href={to(at, { ...asked, start: "" })}>First page</a>}
              {next && <a class="button plain" href={to(at, { ...asked, start: next })}>Next page</a>}
            </p>
          </section>
        )}
      </Shown>
    </Admin>
  );
}
