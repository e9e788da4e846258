import type { Job, Parked as Stuck } from "../../api";
import { useAction } from "../../core/document";
import { ask, send } from "../../core/http";
import { ago } from "../../core/time";
import { Button } from "../../parts/form";
import { Empty, Trouble } from "../../parts/page";
import { reason, type Question, useQuestion } from "./asking";
import { Admin, Shown } from "./frame";
import { isOpen, JobList, Progress, useWithJobs } from "./jobs";
import { Moment, StreamLink } from "./telling";

/** What consumers cannot get on with, and what can be done about it. */
export function Parked() {
  const parked = useWithJobs(["retry", "skip"], async (signal) => (await ask("list-parked", {}, {}, signal)).value);
  const [put, dialog] = useQuestion(parked.again);
  return (
    <Admin title="Parked" hint="Streams that a view, a saga or a listener cannot get on with. It goes on with all others.">
      <Shown of={parked}>
        {({ what: { items, more }, jobs }) => (
          <>
            {items.length === 0 && (
              <Empty>Nothing is parked. A stream with an event that a consumer cannot handle waits here, for that consumer alone.</Empty>
            )}
            {[...new Set(items.map((item) => item.consumer))].map((consumer) => (
              <section key={consumer} class="section" aria-labelledby={consumer}>
                <h2 id={consumer}>{consumer}</h2>
                <ul class="log">
                  {items
                    .filter((item) => item.consumer === consumer)
                    .map((item) => (
                      <Item
                        key={item.stream}
                        of={item}
                        job={jobs.find((job) => isOpen(job) && job.consumer === consumer && job.stream === item.stream)}
                        onAsk={put}
                        onDone={parked.again}
                      />
                    ))}
                </ul>
              </section>
            ))}
            {more && <p class="hint">There are more than one answer holds; they appear as these are dealt with.</p>}
            <JobList jobs={jobs} />
          </>
        )}
      </Shown>
      {dialog}
    </Admin>
  );
}

function Item({ of, job, ...props }: { of: Stuck; job: Job | undefined; onAsk: (question: Question) => void; onDone: () => void }) {
  const { consumer, stream, version, error, attempts, time } = of;
  const retry = useAction(() => send("retry-parked", { consumer, stream }, {}).then(props.onDone));
  return (
    <li>
      <p>
        <StreamLink stream={stream} version={version} />
      </p>
      <p>{error}</p>
      <p class="hint">
        Since <Moment at={time} /> ({ago(time)}). Attempts: {attempts}.
      </p>
      <Trouble error={retry.error} />
      {job && <Progress job={job} />}
      <div class="actions">
        <Button onClick={retry.run} busy={retry.busy} disabled={!!job} label={`Retry ${stream}`}>
          Retry
        </Button>
        <Button kind="danger" onClick={() => props.onAsk(skipping(of))} disabled={!!job} label={`Skip ${stream}`}>
          Skip
        </Button>
      </div>
    </li>
  );
}

function skipping({ consumer, stream, version }: Stuck): Question {
  return {
    title: "Leave an event out",
    text: (
      <>
        <strong>{consumer}</strong> goes on with {stream} behind version {version}, as if that commit had not happened; the event itself
        stays. If the cause can be mended, retry instead.
      </>
    ),
    button: "Leave it out",
    field: reason,
    act: (reason) => send("skip-parked", { consumer, stream }, { reason }),
  };
}
