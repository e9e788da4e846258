package wallet

import (
	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// Open makes a wallet of the caller's. One can have several, of any currency.
type Open struct {
	ID       string         `json:"-" from:"id"`
	Owner    string         `json:"-" from:"invoker"`
	Currency money.Currency `json:"currency" jsonschema:"enum=CAD,enum=USD,enum=EUR"`
}

// DoOpen declares [Open].
var DoOpen = es.Handles[Open](Aggregate, "open-wallet", "POST /wallets", es.Creates("/wallets/{id}"))

// Stream implements [es.Command].
func (c Open) Stream() string { return c.ID }

// Validate implements [es.Command].
func (c Open) Validate() error { return c.Currency.Validate() }

// Decide gives [Opened], or [ErrWalletExists].
func (c Open) Decide(w Wallet, _ es.Env) ([]es.Event[Wallet], error) {
	if w.exists() {
		return nil, ErrWalletExists
	}
	return []es.Event[Wallet]{Opened{Owner: c.Owner, Currency: c.Currency}}, nil
}
