import { useState } from "preact/hooks";
import type { WalletRecord } from "../../api";
import { useAction, useDocument, write } from "../../core/document";
import { say } from "../../core/notices";
import { to, type PathParameters } from "../../core/router";
import { session } from "../../core/session";
import { ago, when } from "../../core/time";
import { Badge } from "../../parts/badge";
import { Dialog } from "../../parts/dialog";
import { Button, Form } from "../../parts/form";
import { Loading, Page, Trouble } from "../../parts/page";
import { Entries } from "./entries";
import { useHistory } from "./history";
import { money } from "./money";
import { Moving } from "./moving";
import { Owner } from "./names";

/** A wallet: what is in it, what came and went, and, for its owner, the ways to change that. */
export function Wallet({ walletId = "" }: PathParameters) {
  const { value, error } = useDocument("get-wallet", { walletId }, "wallet-" + walletId);
  return (
    <Page title={value ? `${value.currency} wallet` : "Wallet"} hint={<span class="mono">{walletId}</span>} wide>
      <Trouble error={error} missing="There is no such wallet, or not yet." />
      {!value && !error && <Loading />}
      {value && <Opened of={value} />}
      <p>
        <a href={to("/wallets")}>All wallets</a>
      </p>
    </Page>
  );
}

function Opened({ of }: { of: WalletRecord }) {
  const history = useHistory(of.id);
  const isMine = of.owner === session.value?.userId;
  return (
    <div class="beside">
      <div class="section">
        <Balance of={of} />
        {isMine && of.open && <Moving of={of} history={history} />}
        {isMine && of.open && <Closing of={of} />}
      </div>
      <Entries of={history} currency={of.currency} />
    </div>
  );
}

function Balance({ of }: { of: WalletRecord }) {
  return (
    <section class="section card" aria-labelledby="balance">
      <h2 id="balance">Balance</h2>
      <p class="balance" aria-live="polite">
        {money(of.balance, of.currency)}
      </p>
      {of.currency !== "EUR" && <p class="hint">About {money(of.balanceInEuro, "EUR")}</p>}
      {!of.open && (
        <p>
          <Badge tone="plain">Closed</Badge>
        </p>
      )}
      {of.underWay > 0 && (
        <p>
          <Badge tone="wait">{of.underWay === 1 ? "A transfer is under way" : `${of.underWay} transfers are under way`}</Badge>
        </p>
      )}
      <dl class="facts">
        <dt>Owner</dt>
        <dd>
          <Owner id={of.owner} />
        </dd>
        <dt>Opened</dt>
        <dd>{when(of.openedAt)}</dd>
        <dt>Transactions</dt>
        <dd>
          {of.transactions}
          {of.lastCredit && `; money came in last ${ago(of.lastCredit)}`}
        </dd>
        {of.closedAt && (
          <>
            <dt>Closed</dt>
            <dd>{when(of.closedAt)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Closes an empty wallet, for good. */
function Closing({ of }: { of: WalletRecord }) {
  const [asking, setAsking] = useState(false);
  const close = useAction(async () => {
    await write("wallet", "close-wallet", { walletId: of.id }, {});
    say("good", "The wallet is closed.");
  });
  if (of.balance !== "0" || of.underWay > 0) {
    return <p class="hint">To close the wallet, first take out what is in it, and wait for transfers that are under way.</p>;
  }
  return (
    <>
      <p>
        <Button kind="danger" onClick={() => setAsking(true)}>
          Close the wallet
        </Button>
      </p>
      <Dialog open={asking} title="Close the wallet?" onClose={() => setAsking(false)}>
        <p>Nothing more comes into it, nor out of it. It cannot be opened again; its history stays.</p>
        <Form onSubmit={close.run} error={close.error}>
          <Button busy={close.busy}>Close it for good</Button>
        </Form>
      </Dialog>
    </>
  );
}
