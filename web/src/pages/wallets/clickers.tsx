import { useEffect } from "preact/hooks";
import { useAction } from "../../core/document";
import { send } from "../../core/http";
import { useList } from "../../core/list";
import { hear } from "../../core/live";
import { say } from "../../core/notices";
import { ago } from "../../core/time";
import { Button } from "../../parts/form";
import { Table } from "../../parts/list";
import { Empty } from "../../parts/page";
import { Owner } from "./names";

/** Who was credited lately and clicked the button as well. */
export function Clickers() {
  const list = useClickers();
  const click = useAction(async () => {
    await send("click-button", {}, {});
    say("good", "Clicked.");
  });
  return (
    <section class="section card" aria-labelledby="button">
      <header>
        <h2 id="button">Credited and clicked</h2>
        <Button onClick={click.run} busy={click.busy}>
          Click the button
        </Button>
      </header>
      <p class="hint">Who has clicked the button, and has got money in the last 30 days.</p>
      <Table
        of={{ ...list, error: list.error ?? click.error }}
        label="Credited and clicked"
        class="money"
        heads={["Who", "Clicks"]}
        empty={<Empty>Nobody yet. Put money into a wallet, and click the button.</Empty>}
      >
        {({ user, credits, lastCredit, clicks, lastClick }) => (
          <tr key={user}>
            <td>
              <Owner id={user} />
              <p class="hint">
                Credited {credits === 1 ? "once" : `${credits} times`}
                {lastCredit && `, last ${ago(lastCredit)}`}
              </p>
            </td>
            <td class="number">
              {clicks}
              {lastClick && <p class="hint">last {ago(lastClick)}</p>}
            </td>
          </tr>
        )}
      </Table>
    </section>
  );
}

/** How long after an event the list is read, in milliseconds: its view is of all streams, and does not say how far it is. */
const soon = 300;
const surely = 2000;

/** The list, live: it has no documents that could be read one by one, so that it is read anew after what changes it. */
function useClickers() {
  const list = useList("list-button-creditors", {}, {});
  useEffect(() => {
    let first: ReturnType<typeof setTimeout> | undefined;
    let last: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      first ??= setTimeout(() => {
        first = undefined;
        void list.again();
      }, soon);
      clearTimeout(last);
      last = setTimeout(() => void list.again(), surely);
    };
    const stops = ["ButtonClicked", "WalletCredited", "TransferReceived"].map((event) => hear(event, heard));
    return () => {
      clearTimeout(first);
      clearTimeout(last);
      stops.forEach((stop) => stop());
    };
  }, []);
  return list;
}
