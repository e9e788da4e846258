import { useRef } from "preact/hooks";
import type { MatchRecord } from "../../api";
import { say } from "../../core/notices";
import { Button } from "../../parts/form";
import { Naming } from "../people/naming";
import type { Me } from "../people/me";
import { Cancel, Join } from "./acts";
import { sizeWords } from "./words";

/** A match that has yet to start: a link to send to somebody, or the way in. */
export function Waiting({ match, me }: { match: MatchRecord; me: Me }) {
  if (match.createdBy === me.id) {
    return (
      <section class="section card">
        <h2>Waiting for somebody to join</h2>
        <p>
          The match of {sizeWords(match.settings.cells)} starts by itself when somebody does: from the list of open matches, or by this
          link. Whoever joins begins.
        </p>
        <Link />
        <p class="actions">
          <Cancel match={match} />
        </p>
      </section>
    );
  }
  const maker = match.players[0]?.name ?? "Somebody";
  return (
    <section class="section card">
      <h2>{maker} waits for an opponent</h2>
      <p>The match of {sizeWords(match.settings.cells)} starts when you join, and you begin.</p>
      {me.isNameless && <Naming why="To join, you need a name that others see." />}
      <p class="actions">{me.value && <Join match={match} me={me.id} />}</p>
    </section>
  );
}

/** The page's address, to be sent to somebody. */
function Link() {
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say("good", "The link is copied. Send it to whom you want to play with.");
    } catch {
      field.current?.select(); // browsers give the clipboard to pages of secure origins alone
      say("good", "The link is selected. Copy it by hand.");
    }
  };
  return (
    <div class="link">
      <div class="field">
        <label for="link">Link to the match</label>
        <input id="link" ref={field} readOnly value={location.href} onFocus={(event) => event.currentTarget.select()} />
      </div>
      <Button onClick={() => void copy()}>Copy the link</Button>
    </div>
  );
}
