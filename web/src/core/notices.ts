import { signal } from "./signal";

/** Something to be told, and to be heard by who cannot see. */
export interface Said {
  id: number;
  kind: "good" | "bad";
  text: string;
}

export const said = signal<Said[]>([]);

let last = 0;

/** Tells something in a corner of the page, until it is dismissed, or for a while if it is good news. */
export function say(kind: Said["kind"], text: string): void {
  const id = ++last;
  said.value = [...said.value.filter((s) => s.text !== text), { id, kind, text }].slice(-3);
  if (kind === "good") {
    setTimeout(() => dismiss(id), 6000);
  }
}

export function dismiss(id: number): void {
  said.value = said.value.filter((s) => s.id !== id);
}
