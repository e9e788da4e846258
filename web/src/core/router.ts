import { computed, signal } from "./signal";
import type { ComponentType } from "preact";
import { parse } from "regexparam";

/** The page's address behind the #: the path, and what is asked for behind a question mark. */
const address = signal(location.hash.slice(1) || "/");

addEventListener("hashchange", () => (address.value = location.hash.slice(1) || "/"));

/** The path, as "/matches/0192…". */
export const path = computed(() => address.value.split("?")[0] ?? "/");

/** The parameters behind the question mark. */
export const parameters = computed(() => new URLSearchParams(address.value.split("?")[1]));

/** Parameters of a page's path, as of "/matches/:id". */
export type PathParameters = Record<string, string>;

/** One page: where it is, who may see it, and what shows it. */
export interface Page {
  pattern: string;
  /** Role that it takes to see it; "" for anybody who is signed in, none for anybody at all. */
  role?: string;
  Shown: ComponentType<PathParameters>;
}

/** Finds the page at a path, with the parameters that the path has. */
export function find(pages: Page[], at: string): { page: Page; found: PathParameters } | undefined {
  for (const page of pages) {
    const { keys, pattern } = parse(page.pattern);
    const match = pattern.exec(at);
    if (match) {
      return { page, found: Object.fromEntries(keys.map((key, i) => [key, decoded(match[i + 1] ?? "")])) };
    }
  }
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by somebody, with a stray %
  }
}

/** The address of a path with parameters, for a link. */
export function to(at: string, query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return "#" + at + (given.length ? "?" + new URLSearchParams(given) : "");
}

/** Goes to a path; the page that is left can be gone back to, unless it is replaced. */
export function go(at: string, how: "push" | "replace" = "push"): void {
  const hash = at.startsWith("#") ? at : to(at);
  if (how === "replace") {
    history.replaceState(null, "", hash);
    address.value = hash.slice(1);
  } else {
    location.hash = hash;
  }
}
