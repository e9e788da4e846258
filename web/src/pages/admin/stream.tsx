import { useState } from "preact/hooks";
import type { Step } from "../../api";
import { go, parameters, to, type PathParameters } from "../../core/router";
import { Button } from "../../parts/form";
import { Difference } from "./difference";
import { Admin, Shown } from "./frame";
import { useSteps } from "./steps";
import { Data, Moment, Origin, streamAt } from "./telling";

const before = 200; // events that are read before the one that was asked for

/** A stream, and the state after each of its events. */
export function Stream({ stream = "" }: PathParameters) {
  const asked = Number(parameters.value.get("version") ?? 0);
  const [after, setAfter] = useState(Math.max(0, asked - before));
  const steps = useSteps(stream, after);
  return (
    <Admin title={stream} hint="What happened to it, and its state after each event.">
      <p>
        <a href={to("/admin", { stream })}>In the event log</a>
      </p>
      <Shown of={steps} missing="There is no such stream. The list of streams says which there are.">
        {({ items, hasMore, stuck }) => (
          <>
            {stuck && (
              <p class="trouble" role="alert">
                The event behind the last one cannot be read by this program: {stuck}
              </p>
            )}
            {after > 0 && <Button onClick={() => setAfter(0)}>Begin with the first event</Button>}
            {items.length > 0 && <Travel stream={stream} steps={items} asked={asked} />}
            {hasMore && <Button onClick={steps.more}>Read on behind version {items.at(-1)?.version}</Button>}
          </>
        )}
      </Shown>
    </Admin>
  );
}

/** Goes to and fro in time. Who stands at the end stays there while events come. */
function Travel(props: { stream: string; steps: Step[]; asked: number }) {
  const { steps } = props;
  const first = steps[0]!.version;
  const last = steps.at(-1)!.version;
  const version = props.asked ? Math.min(Math.max(props.asked, first), last) : last;
  const at = version - first;
  const step = steps[at]!;
  const set = (to: number) => go(streamAt(props.stream, to < last ? to : 0), "replace");
  return (
    <>
      <div class="card slider">
        <label for="version">
          Version {version} of {last}: {step.type}
        </label>
        <input
          id="version"
          type="range"
          min={first}
          max={last}
          value={version}
          aria-valuetext={`${version} of ${last}, ${step.type}`}
          onInput={(event) => set(Number(event.currentTarget.value))}
        />
        <div class="actions">
          <Button onClick={() => set(version - 1)} disabled={version === first}>
            Earlier
          </Button>
          <Button onClick={() => set(version + 1)} disabled={version === last}>
            Later
          </Button>
          {version < last && <Button onClick={() => set(last)}>Newest</Button>}
        </div>
      </div>
      <div class="sides">
        <section class="card section" aria-labelledby="event">
          <h2 id="event">{step.type}</h2>
          <Origin of={step} />
          <Data of={step.data} />
        </section>
        <States was={at > 0 ? steps[at - 1]!.states : first > 1 ? step.states : undefined} is={step.states} />
      </div>
      <details class="card">
        <summary>All events</summary>
        <ol class="log steps">
          {steps.map((s) => (
            <li key={s.version}>
              <a href={streamAt(props.stream, s.version)} aria-current={s === step ? "step" : undefined}>
                {s.version} {s.type}
              </a>
              <Moment at={s.time} />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}

/** The states of all folds side by side. */
function States({ was, is = {} }: { was: Step["states"]; is: Step["states"] }) {
  const names = Object.keys(is);
  if (names.length === 0) {
    return <p class="hint">No state is shown: it is private, or nothing is folded from this stream.</p>;
  }
  return (
    <>
      {names.map((name) => (
        <section key={name} class="card section" aria-label={"State " + name}>
          <h2>{name}</h2>
          <Difference was={was?.[name]} is={is[name]} />
        </section>
      ))}
    </>
  );
}
