import { useRef } from "preact/hooks";
import type { LoggedCommit, Queries } from "../../api";
import { ask } from "../../core/http";
import { usePolled } from "./watch";

/** A stretch of the feed: what was found between two positions, the newest first. */
export interface Log {
  commits: LoggedCommit[];
  from: number;
  to: number;
}

const most = 400; // commits that are kept in memory
const breath = 250; // milliseconds between two answers: what comes quickly comes together
const rest = 60_000;

/**
 * Reads the feed: the newest at first, from then on what comes as long as it is followed, and what was before on demand.
 * What is too much is let go at the other end, from which one can go on again; who is far behind begins with the newest again.
 */
export function useLog(asked: Record<string, string>, following: boolean) {
  const key = JSON.stringify(asked);
  const kept = useRef<{ key: string; log?: Log }>({ key });
  if (kept.current.key !== key) {
    kept.current = { key };
  }
  const mine = kept.current;
  const read = async (where: Queries["list-events"]["query"], signal?: AbortSignal): Promise<Log & { left: number }> => {
    const { items, from, to, end } = (await ask("list-events", {}, { ...asked, limit: 50, ...where }, signal)).value;
    return { commits: items.reverse(), from, to, left: end - to };
  };
  const { error, again } = usePolled(
    key + following,
    async (signal) => {
      const { log } = mine;
      if (!log) {
        mine.log = await read({}, signal);
      } else if (following) {
        const found = await read({ after: log.to, wait: true }, signal);
        mine.log = found.left > most ? await read({}, signal) : extended(log, found);
      }
    },
    () => (following ? breath : rest),
  );
  const older = async () => {
    const { log } = mine;
    if (log) {
      const found = await read({ before: log.from });
      mine.log = deepened(log, found);
      again();
    }
  };
  return { log: mine.log, error, older };
}

/** The log with what came behind it; the oldest are let go. */
function extended(log: Log, { commits, to }: Log): Log {
  const all = [...commits, ...log.commits];
  return { commits: all.slice(0, most), from: all[most - 1]?.position ?? log.from, to: Math.max(to, log.to) };
}

/** The log with what was before it; the newest are let go. */
function deepened(log: Log, { commits, from }: Log): Log {
  const all = [...log.commits, ...commits];
  return { commits: all.slice(-most), from, to: all.at(-most)?.position ?? log.to };
}
