import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Queries } from "../api";
import { ask, retrying, type Versioned } from "./http";
import { hear, opened, type Outcome } from "./live";

const together = 50; // milliseconds in which a list's events are all heard, as a rule

/** The queries that list documents, page by page. */
export type Lists = { [Q in keyof Queries]: Queries[Q]["answer"] extends { items: unknown[] } ? Q : never }[keyof Queries];
type Item<Q extends Lists> = Queries[Q]["answer"] extends { items: (infer I)[] } ? I : never;

/** How a list is kept live. */
export interface Upkeep<T> {
  /** Wire names of the events that change it. */
  events: string[];
  /** Whether an event is of concern; all are unless this is given. */
  heeds?: (outcome: Outcome) => boolean;
  /** Reads the document that events are about, by the id of their stream, of a version at least. */
  read: (id: string, least: { "min-version": number }, signal: AbortSignal) => Promise<Versioned<T>>;
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

/** What is known of a list. */
interface Known<T> {
  items: T[] | undefined;
  next?: string | undefined;
  error?: unknown;
}

const nothing = { items: undefined };

/** Reads a list, page by page, and keeps it live: what an event changes is put into its place, and the news at the top. */
export function useList<Q extends Lists>(
  query: Q,
  path: Queries[Q]["path"],
  parameters: Queries[Q]["query"],
  upkeep?: Upkeep<Item<Q>>,
): Rereadable<Item<Q>> {
  const [known, setKnown] = useState<Known<Item<Q>>>(nothing);
  const source: Source<Item<Q>> = {
    ask: (page, signal) => ask(query, path, { ...parameters, ...page }, signal) as Promise<Versioned<never>>,
    rules: upkeep,
  };
  const current = useRef(source);
  current.current = source;
  const [keeper] = useState(() => keeperOf(current, setKnown));
  useLayoutEffect(() => {
    setKnown(nothing); // before anybody sees it as another list
    if (!upkeep) {
      return opened.subscribe(() => void keeper.read()); // at once, and after each connection
    }
    void keeper.read();
    return undefined;
  }, [JSON.stringify([query, path, parameters])]);
  useEffect(() => keeper.hear(), []);
  return { items: known.items, error: known.error, hasMore: !!known.next, more: () => keeper.read(known.next), again: () => keeper.read() };
}

/** Where a list comes from. */
interface Source<T> {
  ask: (page: { cursor?: string }, signal: AbortSignal) => Promise<Versioned<{ items: T[]; next?: string }>>;
  rules: Upkeep<T> | undefined;
}

/** Keeps what is known of a list, while somebody sees it. */
interface Keeper {
  /** Reads a page: the one at a cursor, or the first. */
  read: (cursor?: string) => Promise<void>;
  /** Hears what happens. It gives the way to stop, with all that is under way. */
  hear: () => () => void;
}

function keeperOf<T>(of: { current: Source<T> }, set: (change: (was: Known<T>) => Known<T>) => void): Keeper {
  const gone = new AbortController();
  const reading = new Set<T[]>(); // for each page that is being read what events bring meanwhile: the page may be older
  const wanted = new Map<string, number>(); // the versions of streams that are being read
  let first: T[] = []; // of the first page that was asked for last: it alone counts
  let again: ReturnType<typeof setTimeout> | undefined;
  const readLater = (milliseconds: number) => {
    clearTimeout(again);
    again = setTimeout(() => void keeper.read(), milliseconds);
  };
  const fail = (error: unknown) => {
    if (!gone.signal.aborted) {
      set((was) => ({ ...was, error }));
      retrying(error, readLater);
    }
  };
  const put = (item: T) => {
    reading.forEach((news) => news.push(item));
    set((was) => (was.items ? { ...was, items: merged(was.items, item, of.current.rules!, !!was.next) } : was));
  };
  /** Reads what an event is about: a document once at a time, and of many events at once the last one counts. */
  const heed = async (outcome: Outcome) => {
    const { aggregateId: stream, version = 0 } = outcome;
    const before = wanted.get(stream);
    if (of.current.rules!.heeds?.(outcome) !== false) {
      wanted.set(stream, Math.max(before ?? 0, version));
    }
    if (before !== undefined) {
      return;
    }
    try {
      for (let least; least !== wanted.get(stream); ) {
        least = wanted.get(stream)!;
        put((await of.current.rules!.read(stream.slice(stream.indexOf("-") + 1), { "min-version": least }, gone.signal)).value);
      }
    } catch (error) {
      fail(error);
    }
    wanted.delete(stream);
  };
  const keeper: Keeper = {
    async read(cursor) {
      const news: T[] = [];
      if (!cursor) {
        clearTimeout(again);
        first = news;
      }
      const since = first;
      reading.add(news);
      try {
        const { items, next } = (await of.current.ask(cursor ? { cursor } : {}, gone.signal)).value;
        set((was) => {
          if (first !== since || (cursor && was.next !== cursor)) {
            return was; // it is read anew
          }
          const all = cursor ? joined(was.items ?? [], items, of.current.rules) : items;
          return { items: news.reduce((known, item) => merged(known, item, of.current.rules!, !!next), all), next };
        });
      } catch (error) {
        if (first === since) {
          fail(error);
        }
      }
      reading.delete(news);
    },
    hear() {
      const events = of.current.rules?.events ?? [];
      const stops = events.map((event) => hear(event, heed, () => readLater(together)));
      return () => {
        stops.forEach((stop) => stop());
        clearTimeout(again);
        gone.abort();
      };
    },
  };
  return keeper;
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
