package wallet

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Chase looks whether a transfer is over at last. Only timers send it.
type Chase struct {
	WalletID   string    `json:"walletId"`
	To         string    `json:"to"`
	TransferID string    `json:"transferId"`
	Due        time.Time `json:"due"` // tells one chase of a transfer from the next
}

// DoChase declares [Chase].
var DoChase = es.Internal[Chase](Aggregate, "chase-transfer")

// Stream implements [es.Command].
func (c Chase) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Chase) Validate() error { return checkIDs(c.WalletID, "to", c.To, c.TransferID) }

// Decide gives [TransferOverdue]; nothing when the transfer is over, or when this chase has been made. It does not look at
// the clock: that of another machine set the timer, and a chase that came too early by a trifle would be the last.
func (c Chase) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	transfer, underWay := w.outgoing(c.To, c.TransferID)
	if !underWay || !transfer.Chase.Equal(c.Due) {
		return nil, nil
	}
	return []es.Event[Wallet]{TransferOverdue{TransferID: c.TransferID, To: transfer.To, Chase: env.Now.Add(Patience)}}, nil
}
