import { useState } from "preact/hooks";
import { Ago } from "../../parts/ago";
import { Badge } from "../../parts/badge";
import { Table } from "../../parts/list";
import { inWords, type Entry, type Transfer } from "./history";
import { money } from "./money";
import { WalletLink } from "./names";

const pageful = 20;

/** The history of a wallet. */
export function Entries({ of, currency }: { of: Entry[] | undefined; currency: string }) {
  const [most, setMost] = useState(pageful);
  const listing = {
    items: of?.slice(0, most),
    error: undefined,
    hasMore: (of?.length ?? 0) > most,
    more: async () => setMost(most + pageful),
  };
  return (
    <section class="section card" aria-labelledby="history">
      <h2 id="history">History</h2>
      <Table of={listing} label="History" class="money" heads={["What", "Amount and balance"]} empty={null}>
        {({ version, what, other, time, sign, amount, balance, transfer, reason }) => (
          <tr key={version}>
            <td>
              {what} {other && <WalletLink id={other} />} {transfer && <State of={transfer} />}
              {reason && <p>{inWords(reason)}</p>}
              <p class="hint">
                <Ago at={time} />
              </p>
            </td>
            <td class="number">
              {amount && <span class={sign === "+" ? "gain" : undefined}>{money(amount, currency, sign)}</span>}
              {balance && <p class="hint">{money(balance, currency)}</p>}
            </td>
          </tr>
        )}
      </Table>
    </section>
  );
}

const tones = { "under way": "wait", overdue: "bad", arrived: "good", returned: "plain" } as const;

function State({ of }: { of: Transfer }) {
  return <Badge tone={tones[of.state]}>{of.state}</Badge>;
}
