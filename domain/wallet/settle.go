package wallet

import "github.com/foldstream/foldstream/es"

// Settle lets the target of a transfer forget it, now that the source knows what became of it. Only sagas send it.
type Settle struct {
	WalletID   string `json:"walletId"`
	From       string `json:"from"`
	TransferID string `json:"transferId"`
	Source     Wallet `json:"-"` // asked anew for each decision
}

// DoSettle declares [Settle].
var DoSettle = es.Internal[Settle](Aggregate, "settle-transfer", es.Asks(
	Aggregate,
	func(c Settle) string { return c.From },
	func(c Settle, source Wallet) Settle {
		c.Source = source
		return c
	},
))

// Stream implements [es.Command].
func (c Settle) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Settle) Validate() error { return checkIDs(c.WalletID, "from", c.From, c.TransferID) }

// Decide gives [TransferSettled]; nothing when the transfer is forgotten, or still under way for the source.
func (c Settle) Decide(w Wallet, _ es.Env) ([]es.Event[Wallet], error) {
	_, answered := w.incoming(c.From, c.TransferID)
	if _, underWay := c.Source.outgoing(c.WalletID, c.TransferID); !answered || underWay {
		return nil, nil
	}
	return []es.Event[Wallet]{TransferSettled{TransferID: c.TransferID, From: c.From}}, nil
}
