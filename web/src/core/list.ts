import { useEffect, useRef, useState } from "preact/hooks";
import type { Queries } from "../api";
import { ask } from "./http";
import { hear, opened, type Outcome } from "./live";

const together = 50; // milliseconds in which a list's events are all heard, as a rule

/** The queries that list documents, page by page. */
export type Lists = { [Q in keyof Queries]: Queries[Q]["answer"] extends { items: unknown[] } ? Q : never }[keyof Queries];
type Item<Q extends Lists> = Queries[Q]["answer"] extends { items: (infer I)[] } ? I : never;

/** How a list is kept live. */
export interface Upkeep<T> {
  /** Wire names of the events that change it. */
  events: string[];
  /** Reads the document that an event is about, as it is behind it; undefined if the event is of no concern. */
  read: (outcome: Outcome) => Promise<T> | undefined;
  id: (item: T) => string;
  /** Whether a document belongs into the list; all do unless this is given. */
  keep?: (item: T) => boolean;
  /** The order of the list, as of sort; without it what is new comes first. */
  order?: (one: T, other: T) => number;
}

export interface Listing<T> {
  /** Undefined while the first page is read for the first time. */
  items: T[] | undefined;
  error: unknown;
  hasMore: boolean;
  /** Reads the next page. */
  more: () => Promise<void>;
}

/** A listing that can be read anew, from its first page, for who hears of changes otherwise. */
export interface Rereadable<T> extends Listing<T> {
  again: () => Promise<void>;
}

/** Reads a list, page by page, and keeps it live: what an event changes is put into its place, and the news at the top. */
export function useList<Q extends Lists>(query: Q, path: Queries[Q]["path"], parameters: Queries[Q]["query"], upkeep?: Upkeep<Item<Q>>): Rereadable<Item<Q>> {
  type Page = { items: Item<Q>[] | undefined; next: string | undefined; error: unknown };
  const [page, setPage] = useState<Page>({ items: undefined, next: undefined, error: undefined });
  const key = JSON.stringify([query, path, parameters]);
  const current = useRef(key);
  current.current = key;
  const rules = useRef(upkeep);
  rules.current = upkeep;
  const merges = useRef(0);
  const read = async (cursor?: string) => {
    const before = merges.current;
    try {
      const answer = (await ask(query, path, { ...parameters, ...(cursor ? { cursor } : {}) })).value as { items: Item<Q>[]; next?: string };
      if (current.current === key) {
        setPage((was) => ({ items: cursor ? joined(was.items ?? [], answer.items, rules.current) : answer.items, next: answer.next, error: undefined }));
        if (!cursor && merges.current !== before) {
          await read(); // the answer may be older than what events have brought meanwhile
        }
      }
    } catch (error) {
      setPage((was) => ({ ...was, error }));
    }
  };
  useEffect(() => {
    setPage({ items: undefined, next: undefined, error: undefined });
    if (!upkeep?.events.length) {
      return opened.subscribe(() => void read()); // at once, and after each connection
    }
    void read();
    return undefined;
  }, [key]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hears = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void read(), together);
    };
    const stops = (upkeep?.events ?? []).map((event) =>
      hear(event, (outcome) => {
        const reading = rules.current?.read(outcome);
        reading?.then(
          (item) => {
            merges.current++;
            setPage((was) => (was.items && rules.current ? { ...was, items: merged(was.items, item, rules.current, was.next !== undefined) } : was));
          },
          (error: unknown) => setPage((was) => ({ ...was, error })),
        );
      }, hears),
    );
    return () => {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }, [key, upkeep?.events.join()]);
  return { items: page.items, error: page.error, hasMore: page.next !== undefined, more: () => read(page.next), again: () => read() };
}

/** A page may bring what an event has brought before. */
function joined<T>(items: T[], page: T[], rules: Upkeep<T> | undefined): T[] {
  return rules ? [...items.filter((i) => !page.some((p) => rules.id(p) === rules.id(i))), ...page] : [...items, ...page];
}

function merged<T>(items: T[], item: T, { id, keep, order }: Upkeep<T>, hasMore: boolean): T[] {
  const at = items.findIndex((i) => id(i) === id(item));
  const others = items.filter((_, i) => i !== at);
  if (keep && !keep(item)) {
    return others;
  }
  if (!order) {
    return at >= 0 ? items.with(at, item) : [item, ...items];
  }
  const last = others.at(-1);
  const isOfLaterPage = hasMore && last !== undefined && order(last, item) < 0;
  return isOfLaterPage ? others : [...others, item].sort(order);
}

/**
 * Makes the reader of a list whose documents are of one stream each: one reading of a document at a time, and of many events
 * at once the last one counts.
 */
export function latest<T>(read: (id: string, version: number) => Promise<T>): (outcome: Outcome) => Promise<T> | undefined {
  const wanted = new Map<string, number>();
  async function reading(stream: string): Promise<T> {
    try {
      for (;;) {
        const version = wanted.get(stream) ?? 0;
        const item = await read(stream.slice(stream.indexOf("-") + 1), version);
        if (wanted.get(stream) === version) {
          return item;
        }
      }
    } finally {
      wanted.delete(stream);
    }
  }
  return ({ aggregateId, version = 0 }) => {
    const earlier = wanted.get(aggregateId);
    wanted.set(aggregateId, Math.max(earlier ?? 0, version));
    return earlier === undefined ? reading(aggregateId) : undefined;
  };
}
