// Package wallet is money that people have: it is credited, debited, and transferred from one wallet to another of the
// same currency.
//
// A wallet's balance is kept by its own stream alone, so that it is never below zero. A transfer concerns two streams; how
// it is kept from losing or doubling money is said at [Transfers].
package wallet

import (
	"embed"
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// MaxOutgoing is how many transfers from one wallet are under way at most.
const MaxOutgoing = 100

// Wallet is the state of a wallet; the zero value is one that has not been opened.
type Wallet struct {
	Owner    string         `json:"owner,omitzero"`
	Currency money.Currency `json:"currency,omitzero"`
	Balance  money.Amount   `json:"balance,omitzero"`
	Closed   bool           `json:"closed,omitzero"`
	Outgoing []Outgoing     `json:"outgoing,omitempty"` // transfers from here that are under way
	Incoming []Incoming     `json:"incoming,omitempty"` // transfers to here that the source may not know to be over
}

// Outgoing is a transfer that is under way. Its amount has left the balance, and comes back if the transfer is returned.
type Outgoing struct {
	ID     string       `json:"id"`
	To     string       `json:"to"`
	Amount money.Amount `json:"amount"`
	Until  time.Time    `json:"until"` // when the target declines it if it has not received it
	Chase  time.Time    `json:"chase"` // when to see to it if it is not over
}

// Incoming is what became of a transfer here: it was received, or declined.
type Incoming struct {
	ID       string `json:"id"`
	From     string `json:"from"`
	Declined string `json:"declined,omitzero"` // the code of why; empty if it was received
}

func (w Wallet) exists() bool { return w.Owner != "" }

// by refuses whoever may not act on the wallet, and everybody once it is closed.
func (w Wallet) by(invoker es.Identity) error {
	switch {
	case !w.exists():
		return ErrNoSuchWallet
	case w.Owner != invoker.User:
		return ErrNotYourWallet
	case w.Closed:
		return ErrWalletClosed
	}
	return nil
}

// with is the balance with an amount more. There is always room for what may come back from transfers.
func (w Wallet) with(amount money.Amount) (money.Amount, error) {
	balance, err := w.Balance.Plus(amount)
	most := balance
	for _, o := range w.Outgoing {
		if err == nil {
			most, err = most.Plus(o.Amount)
		}
	}
	if err != nil {
		return money.Amount{}, ErrBalanceTooLarge
	}
	return balance, nil
}

// without is the balance with an amount less.
func (w Wallet) without(amount money.Amount) (money.Amount, error) {
	balance, err := w.Balance.Minus(amount)
	if err != nil {
		return money.Amount{}, ErrInsufficientFunds
	}
	return balance, nil
}

func (w Wallet) outgoing(to, transferID string) (Outgoing, bool) {
	i := slices.IndexFunc(w.Outgoing, func(o Outgoing) bool { return o.To == to && o.ID == transferID })
	if i < 0 {
		return Outgoing{}, false
	}
	return w.Outgoing[i], true
}

func (w Wallet) incoming(from, transferID string) (Incoming, bool) {
	i := slices.IndexFunc(w.Incoming, func(in Incoming) bool { return in.From == from && in.ID == transferID })
	if i < 0 {
		return Incoming{}, false
	}
	return w.Incoming[i], true
}

//go:embed *.go
var source embed.FS

// Aggregate is the fold of wallets.
var Aggregate = es.Of(
	"wallet",
	es.On[Opened]("WalletOpened"),
	es.On[Credited]("WalletCredited"),
	es.On[Debited]("WalletDebited"),
	es.On[Closed]("WalletClosed"),
	es.On[TransferStarted]("TransferStarted"),
	es.On[TransferOverdue]("TransferOverdue"),
	es.On[TransferCompleted]("TransferCompleted"),
	es.On[TransferReturned]("TransferReturned"),
	es.On[TransferReceived]("TransferReceived"),
	es.On[TransferDeclined]("TransferDeclined"),
	es.On[TransferSettled]("TransferSettled"),
	es.On[BalanceCarried]("WalletBalanceCarried"),
).Snapshots(100, source, money.Sources).CarriedOver(func(w Wallet) []es.Event[Wallet] { return []es.Event[Wallet]{BalanceCarried(w)} })

// The refusals of wallets. The later ones are also why a transfer is declined.
var (
	ErrWalletExists      = es.Conflict("WalletAlreadyExists", "there is another wallet with this id")
	ErrNotYourWallet     = es.Forbidden("NotYourWallet", "only the owner of a wallet may do this")
	ErrInsufficientFunds = es.Conflict("InsufficientFunds", "there is not so much in the wallet")
	ErrSameWallet        = &es.Rejection{Code: "SameWallet", Kind: es.KindInvalid, Field: "to", Detail: "the money is in this wallet already"}
	ErrTooManyTransfers  = es.TooMany("TooManyTransfers", "too many transfers from this wallet are under way; wait for one to be over")
	ErrWalletNotEmpty    = es.Conflict("WalletNotEmpty", "there is money in the wallet; debit or transfer it first")
	ErrTransfersUnderWay = es.Conflict("TransfersUnderWay", "transfers from this wallet are under way; wait for them to be over")

	ErrNoSuchWallet     = es.NotFound("NoSuchWallet", "there is no such wallet, or not yet")
	ErrWalletClosed     = es.Conflict("WalletClosed", "the wallet is closed")
	ErrCurrencyMismatch = es.Conflict("CurrencyMismatch", "the wallet has another currency")
	ErrBalanceTooLarge  = es.Conflict("BalanceTooLarge", "a wallet does not hold so much")
	ErrTransferExpired  = es.Conflict("TransferExpired", "the transfer was not received in time")
)
