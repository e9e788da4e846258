import { useEffect, useRef } from "preact/hooks";
import type { Step } from "../../api";
import { ask } from "../../core/http";
import { follow } from "../../core/live";
import { usePolled, type Polled } from "./watch";

const most = 500; // steps that are read without being asked for: each has the states after it
const rest = 60_000; // milliseconds, after which it is looked again whether nothing was missed
const breath = 1000; // milliseconds in which events come together: for each answer the whole stream is folded

/** Steps of a stream, as far as they have been read. */
export interface Steps {
  items: Step[];
  hasMore: boolean;
  /** Why the next one cannot be shown. */
  stuck: string | undefined;
}

/** Reads a stream event by event behind a version, with the states after each. Read to its end, it goes on as the stream grows. */
export function useSteps(stream: string, after: number): Polled<Steps> & { more: () => void } {
  const key = stream + " " + after;
  const kept = useRef({ key: "", items: [] as Step[], room: most, took: 0 });
  if (kept.current.key !== key) {
    kept.current = { key, items: [], room: most, took: 0 };
  }
  const mine = kept.current;
  const last = () => mine.items.at(-1)?.version ?? after;
  const steps = usePolled(
    key,
    async (signal): Promise<Steps> => {
      for (;;) {
        const begun = Date.now();
        const { items, next, error } = (await ask("get-stream", { stream }, { after: last(), limit: 50 }, signal)).value;
        mine.took = Date.now() - begun;
        mine.items = [...mine.items, ...items];
        if (!next || mine.items.length >= mine.room) {
          return { items: mine.items, hasMore: !!next, stuck: error };
        }
      }
    },
    () => rest,
  );
  const isAtEnd = steps.found?.hasMore === false;
  useEffect(() => {
    if (!isAtEnd) {
      return undefined; // what there is would come as if it were news
    }
    let soon: ReturnType<typeof setTimeout> | undefined;
    const unfollow = follow(stream, last, ({ version = 0 }) => {
      if (version > last()) {
        soon ??= setTimeout(() => {
          soon = undefined;
          steps.again();
        }, Math.max(breath, 3 * mine.took));
      }
    });
    return () => {
      clearTimeout(soon);
      unfollow();
    };
  }, [key, isAtEnd]);
  const more = () => {
    mine.room += most;
    steps.again();
  };
  return { ...steps, more };
}
