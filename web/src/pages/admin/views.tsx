import type { Job, ViewState } from "../../api";
import { useAction } from "../../core/document";
import { ask, send } from "../../core/http";
import { Badge } from "../../parts/badge";
import { Button, Choice } from "../../parts/form";
import { Trouble } from "../../parts/page";
import { type Question, useQuestion } from "./asking";
import { Admin, Shown } from "./frame";
import { isOpen, JobList, Progress, useWithJobs } from "./jobs";

/** The views with their generations, and what can be done about those. */
export function Views() {
  const views = useWithJobs(["rebuild", "return", "drop", "verify"], async (signal) => (await ask("list-views", {}, {}, signal)).value.items);
  const verify = useAction(() => send("verify-store", {}, {}).then(views.again));
  const [put, dialog] = useQuestion(views.again);
  return (
    <Admin title="Views" hint="What is read from. A view is made of events, and can be made anew of them while it is in use.">
      <Shown of={views}>
        {({ what, jobs }) => (
          <>
            <ul class="cards" aria-label="Views">
              {what.map((view) => (
                <View key={view.view} of={view} job={jobs.find((job) => job.view === view.view && isOpen(job))} onAsk={put} />
              ))}
            </ul>
            <div class="actions">
              <Button onClick={verify.run} busy={verify.busy}>
                Verify the store
              </Button>
            </div>
            <Trouble error={verify.error} />
            <JobList jobs={jobs} />
          </>
        )}
      </Shown>
      {dialog}
    </Admin>
  );
}

function View({ of, job, onAsk }: { of: ViewState; job: Job | undefined; onAsk: (question: Question) => void }) {
  const { view, live, next, kept, trial } = of;
  const button = (label: string, question: Omit<Question, "title">) => (
    <Button onClick={() => onAsk({ title: `${label}: ${view}`, ...question })} label={`${label}: ${view}`} disabled={!!job}>
      {label}
    </Button>
  );
  return (
    <li class="section">
      <h2>{view}</h2>
      <p class="badges">
        <Badge tone="good">live: {live}</Badge>
        {next && <Badge tone="accent">next: {next}</Badge>}
        {kept && <Badge tone="plain">kept: {kept}</Badge>}
        {trial && <Badge tone="plain">on trial: {trial}</Badge>}
      </p>
      <p class="hint">{behind(of)}</p>
      {job && <Progress job={job} />}
      <div class="actions">
        {button("Rebuild", rebuilding(view, live))}
        {kept &&
          button(`Return to ${kept}`, {
            text: `Readers get generation ${kept} again, which has been kept up to date. Generation ${live} is kept in turn.`,
            button: "Return",
            act: () => send("return-view", { view }, {}),
          })}
        {(kept || next || trial) &&
          button("Drop others", {
            text: `All generations but ${live} are erased, also one that a rebuild has not finished. There is no returning to them.`,
            button: "Drop",
            act: () => send("drop-generations", { view }, {}),
          })}
      </div>
    </li>
  );
}

function rebuilding(view: string, live: number): Omit<Question, "title"> {
  return {
    text:
      `The next generation is filled from all events, compared with generation ${live}, and takes its place. ` +
      "Readers notice nothing. Rows that differ are reported, and do not stop it.",
    button: "Rebuild",
    field: (value, onValue) => (
      <Choice
        legend={`Generation ${live} then`}
        name="keep"
        value={value}
        onValue={onValue}
        options={[
          ["", "Keep it", "You can return to it."],
          ["drop", "Drop it", "Its rows are erased."],
        ]}
      />
    ),
    act: (value) => send("rebuild-view", { view }, { keep: !value }),
  };
}

/** How far behind a view is. One of many streams follows the feed, in which most events are none of its own. */
function behind({ global, backlog: { waiting, oldestSeconds } }: ViewState): string {
  if (waiting === 0) {
    return "Up to date.";
  }
  if (global) {
    return `${waiting} positions before the end of the feed, which count all events.`;
  }
  return `${waiting} waiting${oldestSeconds ? `, the oldest for ${Math.ceil(oldestSeconds)} s` : ""}.`;
}
