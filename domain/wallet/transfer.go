package wallet

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Patience is how long a transfer waits for its target. One that has not been received by then is declined.
const Patience = time.Hour

// Transfer moves money to another wallet of the same currency, anybody's. It leaves this one at once, and comes back if
// the other one declines it; see [Transfers].
type Transfer struct {
	WalletID string `json:"-" path:"walletId"`
	To       string `json:"to"`
	Amount   string `json:"amount" jsonschema:"example=12.5"`
}

// TransferID is what [Transfer] answers.
type TransferID struct {
	TransferID string `json:"transferId"`
}

// DoTransfer declares [Transfer].
var DoTransfer = es.Handles[Transfer](Aggregate, "transfer", "POST /wallets/{walletId}/transfers", es.Answers[TransferID]())

// Stream implements [es.Command].
func (c Transfer) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Transfer) Validate() error {
	if err := checkID("to", c.To); err != nil {
		return err
	}
	if c.To == c.WalletID {
		return ErrSameWallet
	}
	return checkAmount(c.Amount)
}

// Decide gives [TransferStarted], or [ErrNoSuchWallet], [ErrNotYourWallet], [ErrWalletClosed], [ErrTooManyTransfers],
// [ErrInsufficientFunds].
func (c Transfer) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	if err := w.by(env.Invoker); err != nil {
		return nil, err
	}
	if len(w.Outgoing) >= MaxOutgoing {
		return nil, ErrTooManyTransfers
	}
	sum, err := amount(c.Amount)
	if err != nil {
		return nil, err
	}
	balance, err := w.without(sum)
	if err != nil {
		return nil, err
	}
	return []es.Event[Wallet]{TransferStarted{
		TransferID: env.ID, Owner: w.Owner, To: c.To, Amount: sum, Currency: w.Currency, Balance: balance, Until: env.Now.Add(Patience),
	}}, nil
}

// Answer implements [es.Answering]. A repeated command has the same [es.Env.ID], and so the same answer.
func (c Transfer) Answer(_ Wallet, env es.Env) (any, error) { return TransferID{env.ID}, nil }
