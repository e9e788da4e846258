import { useRef } from "preact/hooks";
import type { Job, JobResult, Rebuilding } from "../../api";
import { ask } from "../../core/http";
import { say } from "../../core/notices";
import { Badge } from "../../parts/badge";
import { Data, Moment, StreamLink } from "./telling";
import { usePolled, type Polled } from "./watch";

/** Whether something more will come of a job. */
export function isOpen(job: Job): boolean {
  return job.state === "waiting" || job.state === "running";
}

/**
 * Reads something with the jobs of some kinds: often while one is under way, and now and then otherwise. A job that has ended
 * meanwhile is told.
 */
export function useWithJobs<T>(kinds: string[], read: (signal: AbortSignal) => Promise<T>): Polled<{ what: T; jobs: Job[] }> {
  const ended = useRef<string[]>();
  return usePolled(
    "",
    async (signal) => {
      const [what, all] = await Promise.all([read(signal), ask("list-jobs", {}, { limit: 50 }, signal)]);
      const jobs = all.value.items.filter((job) => kinds.includes(job.kind));
      const over = jobs.filter((job) => !isOpen(job));
      for (const job of over.filter(({ id }) => ended.current?.includes(id) === false)) {
        say(job.state === "done" ? "good" : "bad", `${titleOf(job)}: ${job.state}.`);
      }
      ended.current = over.map((job) => job.id);
      return { what, jobs };
    },
    ({ jobs }) => (jobs.some(isOpen) ? 700 : 5000),
  );
}

function titleOf(job: Job): string {
  return `${job.kind[0]!.toUpperCase()}${job.kind.slice(1)}: ${job.view ?? job.consumer ?? job.subject ?? "store"}`;
}

const tones = { waiting: "wait", running: "accent", done: "good", failed: "bad" } as const;

/** The jobs so far, the newest first, with who asked for each and what came of it. */
export function JobList({ jobs }: { jobs: Job[] }) {
  return (
    <section class="section" aria-labelledby="jobs">
      <h2 id="jobs">What was asked for</h2>
      {jobs.length === 0 ? (
        <p class="hint">Nothing so far.</p>
      ) : (
        <ol class="log">
          {jobs.map((job) => (
            <li key={job.id}>
              <p>
                <strong>{titleOf(job)}</strong> {job.stream && <StreamLink stream={job.stream} version={job.version} />}{" "}
                <Badge tone={tones[job.state]}>{job.state}</Badge>
              </p>
              {job.working && isOpen(job) && <Progress job={job} />}
              {job.error && <p class="trouble">{job.error}</p>}
              {job.result && <Result of={job.result} />}
              {job.reason && <p>The reason that was given: {job.reason}</p>}
              <p class="hint">
                <Moment at={job.askedAt} /> by <span class="mono id">{job.by}</span>
                {job.startedAt && job.endedAt && `, took ${seconds(Date.parse(job.endedAt) - Date.parse(job.startedAt))}`}
              </p>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** What came of a job. */
function Result({ of }: { of: JobResult }) {
  const { rebuilt, standing } = of;
  if (standing) {
    return (
      <p>
        Generation {standing.live} is live{standing.kept ? `, ${standing.kept} is kept` : ", and the only one"}.
      </p>
    );
  }
  if (!rebuilt) {
    return (
      <details>
        <summary>Result</summary>
        <Data of={of} />
      </details>
    );
  }
  const { rows, different, examples, parked, stuck, skipped } = rebuilt.comparison;
  const lists = {
    "Rows that differ": examples,
    Parked: parked,
    "Events that cannot be folded": stuck,
    "Events that were left out": skipped,
    Mended: rebuilt.mended,
  };
  return (
    <>
      <p>
        Generation {rebuilt.generation} was made of {rebuilt.events} events, in place of generation {rebuilt.was}.{" "}
        <strong>{different === 0 ? `Equal: all ${rows} rows are the same.` : `${different} of ${rows} rows differ.`}</strong>
      </p>
      {Object.entries(lists).map(
        ([label, list]) =>
          list && (
            <details key={label}>
              <summary>
                {label} ({list.length} shown)
              </summary>
              <Data of={list} />
            </details>
          ),
      )}
    </>
  );
}

const phases = {
  fill: "Filling the next generation",
  wait: "Waiting until every process knows",
  compare: "Comparing with the live generation",
  erase: "Erasing rows that nobody reads",
};

/** How far a job is, with its pace as it was seen from here. */
export function Progress({ job: { progress: p, working, state } }: { job: Job }) {
  const seen = useRef<Rebuilding & { at: number }>();
  if (p && seen.current?.phase !== p.phase) {
    seen.current = { ...p, at: Date.now() };
  }
  const filling = p?.phase === "fill" && p;
  const label = p ? phases[p.phase] : working?.doing;
  return label ? (
    <div class="progress">
      <progress aria-label={label} max={filling ? p.head : working?.total} value={filling ? p.position : working?.total && working.done} />
      <p>
        {label}
        {p && (p.rows ? `: ${p.rows} rows` : `: ${p.events} events`)}
        {filling && pace(seen.current!, p)}
      </p>
    </div>
  ) : (
    <p role="status">{state === "running" ? "At work." : "Waiting for its turn."}</p>
  );
}

function pace(since: Rebuilding & { at: number }, p: Rebuilding): string {
  const elapsed = Date.now() - since.at;
  const gone = p.position - since.position;
  if (elapsed < 500 || gone <= 0) {
    return "";
  }
  const rate = Math.round(((p.events - since.events) * 1000) / elapsed);
  return `, ${rate} a second, about ${seconds(((p.head - p.position) * elapsed) / gone)} left`;
}

/** A span of so many milliseconds. */
function seconds(milliseconds: number): string {
  const s = milliseconds / 1000;
  return s < 100 ? `${s.toFixed(1)} s` : `${Math.round(s / 60)} min`;
}
