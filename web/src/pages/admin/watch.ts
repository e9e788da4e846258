import { useEffect, useState } from "preact/hooks";
import { pause } from "../../core/http";

const afterTrouble = 3000; // milliseconds

/** What was read last, and what went wrong since, if anything did. */
export interface Polled<T> {
  found: T | undefined;
  error: unknown;
  /** Reads at once. */
  again: () => void;
}

/**
 * Reads something again and again as long as somebody looks at this tab, so many milliseconds after what was found. Another
 * key is something else.
 */
export function usePolled<T>(key: string, read: (signal: AbortSignal) => Promise<T>, every: (found: T) => number): Polled<T> {
  const [known, setKnown] = useState<{ key?: string; found?: T; error?: unknown }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let seen = new AbortController();
    const look = async () => {
      seen.abort();
      const { signal } = (seen = new AbortController());
      while (!document.hidden && !signal.aborted) {
        let wait = afterTrouble;
        try {
          const found = await read(signal);
          setKnown({ key, found });
          wait = every(found);
        } catch (error) {
          if (!signal.aborted) {
            setKnown((was) => (was.key === key ? { ...was, error } : { key, error }));
          }
        }
        await pause(wait, signal).catch(() => undefined); // nobody looks any more
      }
    };
    void look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      seen.abort();
    };
  }, [key, turn]);
  const { found, error } = known.key === key ? known : {};
  return { found, error, again: () => setTurn((t) => t + 1) };
}
