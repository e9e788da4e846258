import { useEffect, useState } from "preact/hooks";
import type { Queries } from "../api";
import { ask } from "./http";
import type { Listing, Lists } from "./list";
import { opened } from "./live";
import { parameters } from "./router";
import { system } from "./system";

/** The queries that find documents by words. */
type Searches = { [Q in Lists]: Queries[Q]["query"] extends { q: string } ? Q : never }[Lists];
type Found<Q extends Searches> = Queries[Q]["answer"]["items"][number];

/** Tells whether there is a search: not all installations have an index of words. */
export function useSearchable(): boolean {
  return system.value?.search ?? false;
}

/** The words to search for in the page's address, behind "?q=", where there is a search. */
export function useWords(): string {
  const words = parameters.value.get("q") ?? "";
  return useSearchable() ? words : "";
}

/** Finds documents by words, the best first. What was found stays until there is something else, and is undefined without words. */
export function useSearch<Q extends Searches>(query: Q, words: string): Listing<Found<Q>> {
  const [found, setFound] = useState<{ items: Found<Q>[] | undefined; error: unknown }>({ items: undefined, error: undefined });
  const connections = opened.value;
  useEffect(() => {
    if (!words) {
      setFound({ items: undefined, error: undefined });
      return undefined;
    }
    const gone = new AbortController();
    ask(query, {} as Queries[Q]["path"], { q: words } as Queries[Q]["query"], gone.signal).then(
      ({ value }) => setFound({ items: value.items, error: undefined }),
      (error: unknown) => {
        if (!gone.signal.aborted) {
          setFound((was) => ({ ...was, error }));
        }
      },
    );
    return () => gone.abort();
  }, [query, words, connections]);
  return { ...found, hasMore: false, more: async () => undefined };
}
