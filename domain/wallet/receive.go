package wallet

import "github.com/foldstream/foldstream/es"

// Receive has the target of a transfer receive the money, or decline it, once and for all. Only sagas send it.
type Receive struct {
	WalletID   string `json:"walletId"`
	From       string `json:"from"`
	TransferID string `json:"transferId"`
	Source     Wallet `json:"-"` // asked anew for each decision
}

// DoReceive declares [Receive].
var DoReceive = es.Internal[Receive](Aggregate, "receive-transfer", es.Asks(
	Aggregate,
	func(c Receive) string { return c.From },
	func(c Receive, source Wallet) Receive {
		c.Source = source
		return c
	},
))

// Stream implements [es.Command].
func (c Receive) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Receive) Validate() error { return checkIDs(c.WalletID, "from", c.From, c.TransferID) }

// Decide gives [TransferReceived] or [TransferDeclined]; nothing when one of these has been given before, or when the
// transfer is over. It never refuses: why it is declined has to be on record, or it could be received a moment later.
func (c Receive) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	transfer, underWay := c.Source.outgoing(c.WalletID, c.TransferID)
	if _, answered := w.incoming(c.From, c.TransferID); answered || !underWay {
		return nil, nil
	}
	balance, err := w.with(transfer.Amount)
	decline := func(because *es.Rejection) ([]es.Event[Wallet], error) {
		return []es.Event[Wallet]{TransferDeclined{TransferID: c.TransferID, From: c.From, Reason: because.Code}}, nil
	}
	switch {
	case !w.exists():
		return decline(ErrNoSuchWallet)
	case w.Closed:
		return decline(ErrWalletClosed)
	case w.Currency != c.Source.Currency:
		return decline(ErrCurrencyMismatch)
	case err != nil:
		return decline(ErrBalanceTooLarge)
	case !env.Now.Before(transfer.Until):
		return decline(ErrTransferExpired)
	}
	return []es.Event[Wallet]{TransferReceived{
		TransferID: c.TransferID, From: c.From, Owner: w.Owner, Amount: transfer.Amount, Currency: w.Currency, Balance: balance,
	}}, nil
}

// checkIDs is about the ids of the wallet that is addressed, of the other one, and of the transfer between them.
func checkIDs(walletID, field, otherID, transferID string) error {
	if err := checkID("walletId", walletID); err != nil {
		return err
	}
	if err := checkID(field, otherID); err != nil {
		return err
	}
	return checkID("transferId", transferID)
}
