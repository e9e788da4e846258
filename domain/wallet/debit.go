package wallet

import "github.com/foldstream/foldstream/es"

// Debit takes money out of a wallet.
type Debit struct {
	WalletID string `json:"-" path:"walletId"`
	Amount   string `json:"amount" jsonschema:"example=12.5"`
}

// DoDebit declares [Debit].
var DoDebit = es.Handles[Debit](Aggregate, "debit-wallet", "POST /wallets/{walletId}/debits")

// Stream implements [es.Command].
func (c Debit) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Debit) Validate() error { return checkAmount(c.Amount) }

// Decide gives [Debited], or [ErrNoSuchWallet], [ErrNotYourWallet], [ErrWalletClosed], [ErrInsufficientFunds].
func (c Debit) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	if err := w.by(env.Invoker); err != nil {
		return nil, err
	}
	sum, err := amount(c.Amount)
	if err != nil {
		return nil, err
	}
	balance, err := w.without(sum)
	if err != nil {
		return nil, err
	}
	return []es.Event[Wallet]{Debited{Owner: w.Owner, Amount: sum, Currency: w.Currency, Balance: balance}}, nil
}
