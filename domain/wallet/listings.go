package wallet

import (
	"time"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// The one partition of the indexes of open wallets, and of all that are converted.
const all = "all"

// whileOpen lists a wallet until it is closed.
func (r Record) whileOpen() []es.Key { return r.unlessClosed(all, r.newestFirst()) }

// forOwner lists a wallet for its owner, closed or not.
func (r Record) forOwner() []es.Key { return []es.Key{{Partition: r.Owner, Sort: r.newestFirst()}} }

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

// newestFirst has the id behind the time, so that wallets of the same moment have an order too.
func (r Record) newestFirst() string { return es.Descending(sortable(r.OpenedAt) + " " + r.ID) }

// largestFirst has the id behind the amount, for the same reason.
func (r Record) largestFirst(amount money.Amount) string {
	return es.Descending(amount.Padded()) + " " + r.ID
}

// sortable is a text whose order is that of times.
func sortable(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// Opens lists the wallets that are open, newest first.
type Opens struct{}

// Validate implements [es.Listing].
func (Opens) Validate() error { return nil }

// Page implements [es.Listing].
func (Opens) Page() (index, partition string) { return "open", all }

// Keep implements [es.Listing].
func (Opens) Keep(Record) bool { return true }

// OfUser lists a user's wallets, newest first.
type OfUser struct {
	UserID string `path:"userId"`
}

// Validate implements [es.Listing].
func (OfUser) Validate() error { return nil }

// Page implements [es.Listing].
func (q OfUser) Page() (index, partition string) { return "owner", q.UserID }

// Keep implements [es.Listing].
func (OfUser) Keep(Record) bool { return true }

// Top lists the open wallets of a currency, those that hold most first.
type Top struct {
	Currency string `path:"currency"`
}

// Validate implements [es.Listing].
func (q Top) Validate() error { return money.Currency(q.Currency).Validate() }

// Page implements [es.Listing].
func (q Top) Page() (index, partition string) { return "top", q.Currency }

// Keep implements [es.Listing].
func (Top) Keep(Record) bool { return true }

// TopConverted lists the open wallets of all currencies, those that hold most in euro first.
type TopConverted struct{}

// Validate implements [es.Listing].
func (TopConverted) Validate() error { return nil }

// Page implements [es.Listing].
func (TopConverted) Page() (index, partition string) { return "top-converted", all }

// Keep implements [es.Listing].
func (TopConverted) Keep(Record) bool { return true }

// The queries of wallets.
var (
	GetWallet       = es.Get(Records, "get-wallet", "GET /wallets/{walletId}")
	ListOpenWallets = es.List[Opens](Records, "list-open-wallets", "GET /wallets")
	ListUserWallets = es.List[OfUser](Records, "list-user-wallets", "GET /users/{userId}/wallets")
	ListTopWallets  = es.List[Top](Records, "list-top-wallets", "GET /top-wallets/{currency}")
	ListTopOfAll    = es.List[TopConverted](Records, "list-top-wallets-converted", "GET /top-wallets")
)
