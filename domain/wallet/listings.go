package wallet

import (
	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// The one partition of the indexes of open wallets, and of all that are converted.
const all = "all"

// whileOpen lists a wallet until it is closed.
func (r Record) whileOpen() []es.Key { return r.unlessClosed(all, es.NewestFirst(r.OpenedAt, r.ID)) }

// forOwner lists a wallet for its owner, closed or not.
func (r Record) forOwner() []es.Key {
	return []es.Key{{Partition: r.Owner, Sort: es.NewestFirst(r.OpenedAt, r.ID)}}
}

// inCurrency lists an open wallet among those of its currency.
func (r Record) inCurrency() []es.Key {
	return r.unlessClosed(string(r.Currency), r.largestFirst(r.Balance))
}

// inEuro lists an open wallet among those of all currencies.
func (r Record) inEuro() []es.Key { return r.unlessClosed(all, r.largestFirst(r.BalanceInEuro)) }

func (r Record) unlessClosed(partition, sort string) []es.Key {
	if !r.Open {
		return nil
	}
	return []es.Key{{Partition: partition, Sort: sort}}
}

// largestFirst has the id behind the amount, so that wallets of the same balance have an order too.
func (r Record) largestFirst(amount money.Amount) string {
	return es.Descending(amount.Padded()) + " " + r.ID
}

// OfUser lists a user's wallets, newest first.
type OfUser struct {
	UserID string `path:"userId"`
}

// Validate implements [es.Listing].
func (OfUser) Validate() error { return nil }

// Page implements [es.Listing].
func (q OfUser) Page() (index, partition string) { return "owner", q.UserID }

// Top lists the open wallets of a currency, those that hold most first.
type Top struct {
	Currency string `path:"currency"`
}

// Validate implements [es.Listing].
func (q Top) Validate() error { return money.Currency(q.Currency).Validate() }

// Page implements [es.Listing].
func (q Top) Page() (index, partition string) { return "top", q.Currency }

// The queries of wallets.
var (
	GetWallet       = es.Get(Records, "get-wallet", "GET /wallets/{walletId}")
	ListOpenWallets = es.ListAll(Records, "list-open-wallets", "GET /wallets", "open", all)
	ListUserWallets = es.List[OfUser](Records, "list-user-wallets", "GET /users/{userId}/wallets")
	ListTopWallets  = es.List[Top](Records, "list-top-wallets", "GET /top-wallets/{currency}")
	ListTopOfAll    = es.ListAll(Records, "list-top-wallets-converted", "GET /top-wallets", "top-converted", all)
)
