package wallet

import "github.com/foldstream/foldstream/domain/money"

// Opened says that a wallet came to be, yet without money.
type Opened struct {
	Owner    string         `json:"owner"`
	Currency money.Currency `json:"currency"`
}

// Evolve implements [es.Event].
func (e Opened) Evolve(w Wallet) Wallet {
	w.Owner, w.Currency = e.Owner, e.Currency
	return w
}

// Credited says that money was put into the wallet. Like every event that moves money it carries the balance behind it,
// so that neither the fold nor a view has to reckon.
type Credited struct {
	Owner    string         `json:"owner"`
	Amount   money.Amount   `json:"amount"`
	Currency money.Currency `json:"currency"`
	Balance  money.Amount   `json:"balance"`
}

// Evolve implements [es.Event].
func (e Credited) Evolve(w Wallet) Wallet {
	w.Balance = e.Balance
	return w
}

// Debited says that money was taken out of the wallet.
type Debited struct {
	Owner    string         `json:"owner"`
	Amount   money.Amount   `json:"amount"`
	Currency money.Currency `json:"currency"`
	Balance  money.Amount   `json:"balance"`
}

// Evolve implements [es.Event].
func (e Debited) Evolve(w Wallet) Wallet {
	w.Balance = e.Balance
	return w
}

// BalanceCarried says what there was in the wallet, and what was under way, when its stream was closed. Nothing has moved by
// it: views and sagas pass over it.
type BalanceCarried Wallet

// Evolve implements [es.Event].
func (e BalanceCarried) Evolve(Wallet) Wallet { return Wallet(e) }

// Closed says that nothing more will come into the wallet, nor out of it.
type Closed struct {
	Owner string `json:"owner"`
}

// Evolve implements [es.Event].
func (Closed) Evolve(w Wallet) Wallet {
	w.Closed = true
	return w
}
