package wallet

import "github.com/foldstream/foldstream/es"

// Resolve has the source of a transfer hear what became of it in the target: it is completed, or the money comes back.
// Only sagas send it.
type Resolve struct {
	WalletID   string `json:"walletId"`
	To         string `json:"to"`
	TransferID string `json:"transferId"`
	Target     Wallet `json:"-"` // asked anew for each decision
}

// DoResolve declares [Resolve].
var DoResolve = es.Internal[Resolve](Aggregate, "resolve-transfer", es.Asks(
	Aggregate,
	func(c Resolve) string { return c.To },
	func(c Resolve, target Wallet) Resolve {
		c.Target = target
		return c
	},
))

// Stream implements [es.Command].
func (c Resolve) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Resolve) Validate() error { return checkIDs(c.WalletID, "to", c.To, c.TransferID) }

// Decide gives [TransferCompleted] or [TransferReturned]; nothing when the transfer is over, or when the target has not
// answered.
func (c Resolve) Decide(w Wallet, _ es.Env) ([]es.Event[Wallet], error) {
	transfer, underWay := w.outgoing(c.To, c.TransferID)
	answer, answered := c.Target.incoming(c.WalletID, c.TransferID)
	switch {
	case !underWay || !answered:
		return nil, nil
	case answer.Declined == "":
		return []es.Event[Wallet]{TransferCompleted{TransferID: c.TransferID, To: transfer.To, Amount: transfer.Amount}}, nil
	}
	balance, err := w.Balance.Plus(transfer.Amount)
	if err != nil {
		return nil, ErrBalanceTooLarge // never: room was kept for it
	}
	return []es.Event[Wallet]{TransferReturned{
		TransferID: c.TransferID, To: transfer.To, Amount: transfer.Amount, Balance: balance, Reason: answer.Declined,
	}}, nil
}
