import type { CommandRejected } from "../api";
import { ask } from "./http";
import { hearAll, opened, type Outcome } from "./live";
import { Refusal } from "./problem";

const again = 5000; // milliseconds; a push may be missed, which stays in the trace
const looks = 24; // that is two minutes

/**
 * Waits for what came in the end of a request that was accepted: the first outcome of its trace that is wanted. A refusal
 * on the way is thrown, and so is that nothing comes for long.
 */
export function settled(traceId: string, isWanted: (outcome: Outcome) => boolean): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const judge = (outcome: Outcome) => {
      if (outcome.traceId !== traceId) {
        return;
      }
      if (outcome.type === "CommandRejected") {
        const refused = outcome.payload as CommandRejected | undefined;
        end(() => reject(new Refusal(409, refused?.rejection ?? {})));
      } else if (isWanted(outcome)) {
        end(() => resolve(outcome));
      }
    };
    let left = looks;
    const look = () => {
      if (left-- === 0) {
        end(() => reject(new Error("It takes longer than it should. What comes of it will be shown.")));
      }
      void ask("get-trace", { traceId }).then(
        ({ value }) => value.outcomes.forEach(judge),
        () => undefined, // nothing has come of it yet, or nobody can be asked: it is looked at again
      );
    };
    const stops = [hearAll(judge), opened.subscribe(look)];
    const timer = setInterval(look, again);
    const end = (tell: () => void) => {
      stops.forEach((stop) => stop());
      clearInterval(timer);
      tell();
    };
  });
}
