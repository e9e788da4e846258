package wallet

import (
	"errors"

	"github.com/foldstream/foldstream/es"
)

// Close ends the use of a wallet that is empty. It is not opened again.
type Close struct {
	WalletID string `json:"-" path:"walletId"`
}

// DoClose declares [Close].
var DoClose = es.Handles[Close](Aggregate, "close-wallet", "POST /wallets/{walletId}/closure")

// Stream implements [es.Command].
func (c Close) Stream() string { return c.WalletID }

// Validate implements [es.Command].
func (c Close) Validate() error { return nil }

// Decide gives [Closed], nothing when the wallet is closed, or [ErrNoSuchWallet], [ErrNotYourWallet], [ErrWalletNotEmpty],
// [ErrTransfersUnderWay].
func (c Close) Decide(w Wallet, env es.Env) ([]es.Event[Wallet], error) {
	switch err := w.by(env.Invoker); {
	case errors.Is(err, ErrWalletClosed):
		return nil, nil
	case err != nil:
		return nil, err
	case !w.Balance.IsZero():
		return nil, ErrWalletNotEmpty
	case len(w.Outgoing) > 0:
		return nil, ErrTransfersUnderWay // the money may come back
	}
	return []es.Event[Wallet]{Closed{Owner: w.Owner}}, nil
}
