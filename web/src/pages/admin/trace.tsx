import { useEffect, useState } from "preact/hooks";
import type { CommandRejected, Outcome, TraceAnswer } from "../../api";
import { ask } from "../../core/http";
import { go, to, type PathParameters } from "../../core/router";
import { Badge } from "../../parts/badge";
import { Button, Field, Form } from "../../parts/form";
import { Admin, Shown } from "./frame";
import { Data, Moment, StreamLink } from "./telling";
import { usePolled } from "./watch";

/** A trace as a tree, or the way to one. */
export function Trace({ id = "" }: PathParameters) {
  const [typed, setTyped] = useState(id);
  useEffect(() => setTyped(id), [id]);
  return (
    <Admin title={id ? "Trace" : "Traces"} hint="Everything that one request caused: each event below the one that led to it.">
      <div class="card filters">
        <Form label="Find" error={undefined} onSubmit={() => go("/admin/traces/" + encodeURIComponent(typed.trim()))}>
          <Field
            label="Trace id"
            name="trace"
            hint="Answers and events carry one."
            value={typed}
            onValue={setTyped}
            input={{ autocomplete: "off", spellcheck: false }}
          />
          <Button>Show</Button>
        </Form>
      </div>
      {id && <Found id={id} />}
    </Admin>
  );
}

const young = 30_000; // milliseconds for which more is likely to come

function Found({ id }: { id: string }) {
  const trace = usePolled(
    id,
    async (signal) => (await ask("get-trace", { traceId: id }, {}, signal)).value,
    ({ outcomes }) => (Date.now() - Date.parse(outcomes.at(-1)!.time) < young ? 1000 : 5000),
  );
  return (
    <Shown of={trace} missing="There is no such trace, or nothing has come of it yet. It will be shown when something does.">
      {(found) => <Tree trace={found} />}
    </Shown>
  );
}

function Tree({ trace: { outcomes, traceId, more } }: { trace: TraceAnswer }) {
  const start = outcomes[0]!.time;
  const names = new Set(outcomes.map(nameOf));
  const isTop = (outcome: Outcome) => !names.has(outcome.causationId ?? "");
  const effects = (of: Outcome[]) =>
    of.length > 0 && (
      <ul>
        {of.map((outcome, i) => (
          <li key={i}>
            <Node outcome={outcome} after={Date.parse(outcome.time) - Date.parse(start)} isTop={isTop(outcome)} />
            {effects(outcomes.filter(({ causationId }) => causationId === nameOf(outcome)))}
          </li>
        ))}
      </ul>
    );
  return (
    <>
      <p>
        Begun <Moment at={start} />. <a href={to("/admin", { trace: traceId })}>In the event log</a>
      </p>
      <ul class="card tree" aria-label="Effects">
        <li>
          <strong>The request</strong>
          {effects(outcomes.filter(isTop))}
        </li>
      </ul>
      {more && <p class="hint">There is more than one answer holds. The event log has all of it.</p>}
    </>
  );
}

/** An event as causes are named. */
function nameOf(outcome: Outcome): string {
  return `${outcome.aggregateId}@${outcome.version}`;
}

function Node({ outcome, after, isTop }: { outcome: Outcome; after: number; isTop: boolean }) {
  const { type, payload, aggregateId, version, causationId } = outcome;
  const refused = type === "CommandRejected" ? (payload as CommandRejected | undefined) : undefined;
  return (
    <div class="node">
      <strong>{refused?.command ?? type}</strong>{" "}
      {refused && (
        <>
          <Badge tone="bad">refused</Badge> {refused.rejection?.detail || refused.rejection?.code}{" "}
        </>
      )}
      <StreamLink stream={aggregateId} version={version} /> <span class="hint">after {after} ms</span>
      {isTop && causationId && <span class="hint">, caused by {causationId}, which is not in this trace</span>}
      {payload !== undefined && (
        <details>
          <summary>Data</summary>
          <Data of={payload} />
        </details>
      )}
    </div>
  );
}
