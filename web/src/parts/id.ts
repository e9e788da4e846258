import { useState } from "preact/hooks";

let last = 0;

/** An id for an element, which no other has. Preact's own hook gives one out twice once what stands above was drawn again. */
export function useId(): string {
  return useState(() => `id-${++last}`)[0];
}
