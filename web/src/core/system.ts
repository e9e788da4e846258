import { signal } from "./signal";
import type { SystemAnswer } from "../api";
import { ask } from "./http";
import { opened } from "./live";

/** Which system this is; undefined until it has answered. If it does not, it is asked again with the next connection. */
export const system = signal<SystemAnswer | undefined>(undefined);

opened.subscribe(() => {
  if (!system.value) {
    ask("get-system", {}).then(
      ({ value }) => (system.value = value),
      () => undefined, // what takes knowing it is not shown
    );
  }
});
