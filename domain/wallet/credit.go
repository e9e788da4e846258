package wallet

import "github.com/foldstream/foldstream/es"

// Credit puts money into a wallet.
type Credit struct {
	WalletID string `json:"-" path:"walletId"`
	Amount   string `json:"amount" jsonschema:"example=12.5"`
}

// DoCredit declares [Credit].
var DoCredit = es.Handles[Credit](Aggregate, "credit-wallet", "POST /wallets/{walletId}/credits")

// Stream implements [es.Command].
func (c Credit) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Credit) Validate() error { return checkAmount(c.Amount) }

// Decide gives [Credited], or [ErrNoSuchWallet], [ErrNotYourWallet], [ErrWalletClosed], [ErrBalanceTooLarge].
func (c Credit) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	if err := w.by(env.Invoker); err != nil {
		return nil, err
	}
	sum, err := amount(c.Amount)
	if err != nil {
		return nil, err
	}
	balance, err := w.with(sum)
	if err != nil {
		return nil, err
	}
	return []es.Event[Wallet]{Credited{Owner: w.Owner, Amount: sum, Currency: w.Currency, Balance: balance}}, nil
}
