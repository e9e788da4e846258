package wallet

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/money"
)

// TransferStarted says, in the source, that money has left for another wallet.
type TransferStarted struct {
	TransferID string         `json:"transferId"`
	Owner      string         `json:"owner"`
	To         string         `json:"to"`
	Amount     money.Amount   `json:"amount"`
	Currency   money.Currency `json:"currency"`
	Balance    money.Amount   `json:"balance"`
	Until      time.Time      `json:"until"` // when it is declined if it has not been received
}

// Evolve implements [es.Event].
func (e TransferStarted) Evolve(w Wallet) Wallet {
	w.Balance = e.Balance
	w.Outgoing = append(slices.Clone(w.Outgoing), Outgoing{ID: e.TransferID, To: e.To, Amount: e.Amount, Until: e.Until, Chase: e.Until})
	return w
}

// TransferOverdue says, in the source, that a transfer should long have been over, and that it is seen to again.
type TransferOverdue struct {
	TransferID string    `json:"transferId"`
	To         string    `json:"to"`
	Chase      time.Time `json:"chase"` // when to see to it once more
}

// Evolve implements [es.Event].
func (e TransferOverdue) Evolve(w Wallet) Wallet {
	w.Outgoing = slices.Clone(w.Outgoing)
	for i, o := range w.Outgoing {
		if o.ID == e.TransferID {
			w.Outgoing[i].Chase = e.Chase
		}
	}
	return w
}

// TransferCompleted says, in the source, that the target has received the money.
type TransferCompleted struct {
	TransferID string       `json:"transferId"`
	To         string       `json:"to"`
	Amount     money.Amount `json:"amount"`
}

// Evolve implements [es.Event].
func (e TransferCompleted) Evolve(w Wallet) Wallet { return w.over(e.TransferID) }

// TransferReturned says, in the source, that the target has declined the money and that it is back.
type TransferReturned struct {
	TransferID string       `json:"transferId"`
	To         string       `json:"to"`
	Amount     money.Amount `json:"amount"`
	Balance    money.Amount `json:"balance"`
	Reason     string       `json:"reason"` // the code of a refusal
}

// Evolve implements [es.Event].
func (e TransferReturned) Evolve(w Wallet) Wallet {
	w.Balance = e.Balance
	return w.over(e.TransferID)
}

func (w Wallet) over(transferID string) Wallet {
	w.Outgoing = slices.DeleteFunc(slices.Clone(w.Outgoing), func(o Outgoing) bool { return o.ID == transferID })
	return w
}

// TransferReceived says, in the target, that money has come from another wallet.
type TransferReceived struct {
	TransferID string         `json:"transferId"`
	From       string         `json:"from"`
	Owner      string         `json:"owner"` // of the target
	Amount     money.Amount   `json:"amount"`
	Currency   money.Currency `json:"currency"`
	Balance    money.Amount   `json:"balance"`
}

// Evolve implements [es.Event].
func (e TransferReceived) Evolve(w Wallet) Wallet {
	w.Balance = e.Balance
	return w.answered(Incoming{ID: e.TransferID, From: e.From})
}

// TransferDeclined says, in the target, that money from another wallet was not taken, and never will be. It may be the
// first event of a stream, of a wallet that does not exist.
type TransferDeclined struct {
	TransferID string `json:"transferId"`
	From       string `json:"from"`
	Reason     string `json:"reason"` // the code of a refusal
}

// Evolve implements [es.Event].
func (e TransferDeclined) Evolve(w Wallet) Wallet {
	return w.answered(Incoming{ID: e.TransferID, From: e.From, Declined: e.Reason})
}

func (w Wallet) answered(in Incoming) Wallet {
	w.Incoming = append(slices.Clone(w.Incoming), in)
	return w
}

// TransferSettled says, in the target, that the source knows what became of the transfer. It need not be remembered here.
type TransferSettled struct {
	TransferID string `json:"transferId"`
	From       string `json:"from"`
}

// Evolve implements [es.Event].
func (e TransferSettled) Evolve(w Wallet) Wallet {
	w.Incoming = slices.DeleteFunc(slices.Clone(w.Incoming), func(in Incoming) bool { return in.ID == e.TransferID })
	return w
}
