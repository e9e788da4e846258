import { useEffect, useRef, useState } from "preact/hooks";
import type { TournamentRecord } from "../../api";
import { nameOf, phases, played, told, type Phase } from "./fixture";
import { Match } from "./match";

/** The bracket of a tournament that has started. */
export function Bracket({ of, isMine }: { of: TournamentRecord; isMine: boolean }) {
  const all = phases(of);
  return (
    <>
      {of.status === "started" && (
        <p class="hint">
          {isMine
            ? "Enter how each match ended. The next phase begins when all matches of the one before have a result."
            : "Whoever created the tournament enters the results. They appear here by themselves."}
        </p>
      )}
      <div class="bracket">
        {all.map((phase) => (
          <section key={phase.name} class="phase" aria-labelledby={phase.name}>
            <header>
              <h2 id={phase.name}>{phase.title}</h2>
              <span class="hint">{progress(phase)}</span>
            </header>
            <ol>
              {phase.slots.map((slot) => (
                <Match key={slot.title} of={of} slot={slot} isMine={isMine} />
              ))}
            </ol>
          </section>
        ))}
      </div>
      <News of={of} phases={all} />
    </>
  );
}

function progress(phase: Phase): string {
  const done = played(phase);
  switch (true) {
    case done === phase.slots.length:
      return "Played";
    case phase.slots.length === 1:
      return "To be played";
    default:
      return `${done} of ${phase.slots.length} played`;
  }
}

/** Tells screen readers each result as it comes in. */
function News({ of, phases: all }: { of: TournamentRecord; phases: Phase[] }) {
  const results = all.flatMap(({ slots }) => slots.map((slot) => told(of, slot))).filter(Boolean);
  const known = useRef(results.length);
  const [news, setNews] = useState("");
  useEffect(() => {
    if (results.length > known.current) {
      const end = of.champion ? [`${nameOf(of, of.champion)} is the champion.`] : [];
      setNews([...results.slice(known.current - results.length), ...end].join(" "));
    }
    known.current = results.length;
  }, [results.length]);
  return (
    <p class="unseen" role="status">
      {news}
    </p>
  );
}
