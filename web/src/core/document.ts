import { useLayoutEffect, useState } from "preact/hooks";
import type { Accepted, Commands, Queries } from "../api";
import { ask, retrying, send, type Versioned } from "./http";
import { follow, opened, writtenTo, wrote } from "./live";

/** The queries of one document. */
type Documents = { [Q in keyof Queries]: "min-version" extends keyof Queries[Q]["query"] ? Q : never }[keyof Queries];

/** The commands of one stream. */
type Changes = { [C in keyof Commands]: Commands[C]["answer"] extends Accepted ? C : never }[keyof Commands];

/** A document as far as it is known; neither a value nor an error while it is read for the first time. */
export interface Known<T> extends Partial<Versioned<T>> {
  error?: unknown;
}

/**
 * Reads a document and keeps it live: an event of its stream says that there is more to be seen, and the view, asked for
 * that version, says what. Without a path there is nothing to be read yet.
 */
export function useDocument<Q extends Documents>(query: Q, path: Queries[Q]["path"] | undefined, stream: string): Known<Queries[Q]["answer"]> {
  const [known, setKnown] = useState<Known<Queries[Q]["answer"]>>({});
  const key = JSON.stringify(path);
  useLayoutEffect(() => {
    setKnown({}); // before anybody sees it as another document
    return path && keepReading(query, path, stream, setKnown);
  }, [query, key, stream]);
  return known;
}

function keepReading<Q extends Documents>(
  query: Q,
  path: Queries[Q]["path"],
  stream: string,
  set: (change: (was: Known<Queries[Q]["answer"]>) => Known<Queries[Q]["answer"]>) => void,
): () => void {
  const gone = new AbortController();
  let have = 0;
  let wanted = writtenTo(stream);
  let reading = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  async function read(): Promise<void> {
    if (reading) {
      return;
    }
    reading = true;
    clearTimeout(retry);
    try {
      do {
        const least = wanted;
        const found = await ask(query, path, (least > 0 ? { "min-version": least } : {}) as Queries[Q]["query"], gone.signal);
        if (found.version >= have) {
          have = Math.max(found.version, least);
          set(() => found);
        }
      } while (wanted > have);
    } catch (error) {
      if (!gone.signal.aborted) {
        set((was) => ({ ...was, error }));
        retrying(error, (wait) => (retry = setTimeout(read, wait)));
      }
    } finally {
      reading = false;
    }
  }
  const unfollow = follow(stream, () => have, (outcome) => {
    wanted = Math.max(wanted, outcome.version ?? 0);
    if (wanted > have) {
      void read();
    }
  });
  let first = true;
  const unwatch = opened.subscribe(() => {
    if (!first) {
      void read();
    }
    first = false;
  });
  void read();
  return () => {
    gone.abort();
    clearTimeout(retry);
    unfollow();
    unwatch();
  };
}

/** Sends a command to a stream of a category, and has the documents that are of it wait for what came of that. */
export async function write<C extends Changes>(
  category: string,
  command: C,
  path: Commands[C]["path"],
  input: Commands[C]["input"],
): Promise<Commands[C]["answer"]> {
  const answer = await send(command, path, input);
  wrote(`${category}-${answer.id}`, answer.version, answer.traceId);
  return answer;
}

/** Does something that takes a while, once at a time: who presses twice does it once. */
export function useAction<A extends unknown[]>(act: (...args: A) => Promise<void>): {
  run: (...args: A) => void;
  busy: boolean;
  error: unknown;
  clear: () => void;
} {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const [turn] = useState({ taken: false });
  const tell = (error?: unknown) => setState({ busy: turn.taken, error });
  const run = (...args: A) => {
    if (turn.taken) {
      return;
    }
    turn.taken = true;
    tell();
    act(...args)
      .finally(() => (turn.taken = false))
      .then(() => tell(), tell);
  };
  return { run, clear: () => tell(), ...state };
}
