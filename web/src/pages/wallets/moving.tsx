import { useState } from "preact/hooks";
import type { WalletRecord } from "../../api";
import { useAction, write } from "../../core/document";
import { Button, Choice, Field, Form } from "../../parts/form";
import { List } from "../../parts/list";
import { Empty } from "../../parts/page";
import { inWords, type Entry, type Transfer } from "./history";
import { useTop } from "./lists";
import { decimal, money, understood } from "./money";
import { Owner, Short, short } from "./names";

const moves = [
  ["credit-wallet", "Put in"],
  ["debit-wallet", "Take out"],
  ["transfer", "Transfer"],
] as const;
type Move = (typeof moves)[number][0];

/** Puts money into a wallet, takes it out, or has it go to another one, and tells what became of that. */
export function Moving({ of, history }: { of: WalletRecord; history: Entry[] | undefined }) {
  const [move, setMove] = useState<Move>("credit-wallet");
  const [amount, setAmount] = useState("");
  const [to, setTo] = useState("");
  const [sent, setSent] = useState("");
  const act = useAction(async () => {
    setSent(await carryOut(move, of.id, decimal(amount), to.trim()));
    setAmount("");
  });
  const label = moves.find(([value]) => value === move)?.[1];
  return (
    <section class="section card" aria-labelledby="move">
      <h2 id="move">Move money</h2>
      <Form onSubmit={act.run} error={act.error} fields={["amount", "to"]} label="Move money">
        <Choice
          legend="What to do"
          name="move"
          value={move}
          onValue={(chosen) => {
            setMove(chosen);
            act.clear();
          }}
          options={moves}
        />
        {move === "transfer" && (
          <>
            <Field
              label="To wallet"
              hint={`The id of a wallet in ${of.currency}.`}
              name="to"
              value={to}
              onValue={setTo}
              error={act.error}
              input={{ autocomplete: "off", class: "mono" }}
            />
            <Pick from={of} onPick={setTo} />
          </>
        )}
        <Field
          label={`Amount in ${of.currency}`}
          name="amount"
          value={amount}
          onValue={setAmount}
          error={act.error}
          input={{ inputMode: "decimal", autocomplete: "off" }}
        />
        <Button busy={act.busy}>
          {label} {understood(amount, of.currency)}
        </Button>
      </Form>
      <p role="status">{sent && <Became of={history?.find(({ transfer }) => transfer?.id === sent)} currency={of.currency} />}</p>
    </section>
  );
}

/** Does what is asked for, and tells the id of the transfer if it is one. */
async function carryOut(move: Move, walletId: string, amount: string, to: string): Promise<string> {
  if (move === "transfer") {
    return (await write("wallet", move, { walletId }, { to, amount })).transferId;
  }
  await write("wallet", move, { walletId }, { amount });
  return "";
}

const words: Record<Transfer["state"], string> = {
  "under way": "is under way.",
  overdue: "takes longer than it should, and is being seen to.",
  arrived: "has arrived.",
  returned: "was declined, and is back in this wallet.",
};

/** What became of the transfer that was asked for last. */
function Became({ of, currency }: { of: Entry | undefined; currency: string }) {
  if (!of?.amount || !of.transfer) {
    return <>Your transfer is under way.</>;
  }
  const { state, reason } = of.transfer;
  return (
    <>
      Your transfer of {money(of.amount, currency)} {words[state]} {reason && inWords(reason)}
    </>
  );
}

/** Other wallets of the same currency, to be picked from. */
function Pick({ from, onPick }: { from: WalletRecord; onPick: (id: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="pick" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Pick a wallet</summary>
      {isOpen && (
        <Others
          of={from}
          onPick={(id) => {
            onPick(id);
            setOpen(false);
          }}
        />
      )}
    </details>
  );
}

function Others({ of, onPick }: { of: WalletRecord; onPick: (id: string) => void }) {
  const top = useTop(of.currency);
  const items = top.items?.filter(({ id }) => id !== of.id);
  return (
    <List
      of={{ ...top, ...(items ? { items } : {}) }}
      label="Wallets"
      class="rows"
      empty={<Empty>There is no other wallet in {of.currency} yet. Ask for one.</Empty>}
    >
      {({ id, owner }) => (
        <li key={id}>
          <span>
            <Owner id={owner} /> <Short id={id} />
          </span>
          <Button onClick={() => onPick(id)} label={`Pick ${short(id)}`}>
            Pick
          </Button>
        </li>
      )}
    </List>
  );
}
