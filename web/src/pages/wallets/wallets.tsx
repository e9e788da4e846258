import { useState } from "preact/hooks";
import { useAction, write } from "../../core/document";
import { go, parameters, to } from "../../core/router";
import { session } from "../../core/session";
import { Badge } from "../../parts/badge";
import { Dialog } from "../../parts/dialog";
import { Button, Choice, Form } from "../../parts/form";
import { List, Table } from "../../parts/list";
import { Empty, Page } from "../../parts/page";
import { Clickers } from "./clickers";
import { useTop, useWalletsOf } from "./lists";
import { currencies, money, type Currency } from "./money";
import { Short, WalletLink } from "./names";

/** The wallets of whoever is signed in, and those that hold most. */
export function Wallets() {
  const [opening, setOpening] = useState(false);
  return (
    <>
      <Page
        title="Wallets"
        hint="Money for trying out: put some in, and transfer it to others."
        wide
        actions={
          <Button kind="main" onClick={() => setOpening(true)}>
            New wallet
          </Button>
        }
      >
        <Own onOpen={() => setOpening(true)} />
        <div class="beside">
          <Top />
          <Clickers />
        </div>
      </Page>
      <Dialog open={opening} title="New wallet" onClose={() => setOpening(false)}>
        <OpenForm />
      </Dialog>
    </>
  );
}

function Own({ onOpen }: { onOpen: () => void }) {
  const own = useWalletsOf(session.value?.userId ?? "");
  return (
    <section class="section" aria-labelledby="own-wallets">
      <h2 id="own-wallets">Your wallets</h2>
      <List
        of={own}
        label="Your wallets"
        empty={<Empty action={<Button onClick={onOpen}>Open your first</Button>}>You have no wallet yet.</Empty>}
      >
        {({ id, currency, balance, open, underWay, transactions }) => (
          <li key={id} class="entry">
            <h3>
              <a href={to("/wallets/" + id)}>
                {currency} wallet <Short id={id} />
              </a>{" "}
              {!open && <Badge tone="plain">Closed</Badge>}
              {underWay > 0 && <Badge tone="wait">{underWay} under way</Badge>}
            </h3>
            <p class="balance">{money(balance, currency)}</p>
            <p class="hint">{counted(transactions)}</p>
          </li>
        )}
      </List>
    </section>
  );
}

function counted(transactions: number): string {
  return transactions === 1 ? "1 transaction" : `${transactions} transactions`;
}

function OpenForm() {
  const [currency, setCurrency] = useState<Currency>("EUR");
  const open = useAction(async () => {
    const { id } = await write("wallet", "open-wallet", {}, { currency });
    go("/wallets/" + id);
  });
  return (
    <Form onSubmit={open.run} error={open.error}>
      <Choice legend="Currency" name="currency" value={currency} onValue={setCurrency} options={currencies} />
      <Button busy={open.busy}>Open wallet</Button>
    </Form>
  );
}

/** The wallets that hold most, in a currency or in all. */
function Top() {
  const asked = parameters.value.get("top");
  const currency = currencies.find(([code]) => code === asked)?.[0] ?? "";
  const top = useTop(currency);
  return (
    <section class="section card" aria-labelledby="top">
      <h2 id="top">Top wallets</h2>
      <Choice
        legend="Currency"
        name="top"
        value={currency}
        onValue={(chosen) => go(to("/wallets", { top: chosen }), "replace")}
        options={[["", "All, in euro"], ...currencies.map(([code]) => [code, code] as const)]}
      />
      <Table
        of={top}
        label="Top wallets"
        class="money"
        heads={["Wallet", "Balance"]}
        empty={<Empty>There is no open wallet in it yet.</Empty>}
      >
        {({ id, owner, balance, balanceInEuro, transactions, ...wallet }, i) => (
          <tr key={id}>
            <td>
              {i + 1}. <WalletLink id={id} owner={owner} />
              <p class="hint">{counted(transactions)}</p>
            </td>
            <td class="number">
              {money(currency ? balance : balanceInEuro, currency || "EUR")}
              {!currency && wallet.currency !== "EUR" && <p class="hint">{money(balance, wallet.currency)}</p>}
            </td>
          </tr>
        )}
      </Table>
    </section>
  );
}
