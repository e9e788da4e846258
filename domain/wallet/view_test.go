package wallet_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// minute is a time so many minutes after noon.
func minute(n int) time.Time { return estest.Noon.Add(time.Duration(n) * time.Minute) }

func at(n int) *time.Time {
	m := minute(n)
	return &m
}

func of(n int, events ...es.Event[wallet.Wallet]) estest.Commit {
	return estest.Committed(wallet.Aggregate, "w1", events...).At(minute(n))
}

func fresh() wallet.Record {
	return wallet.Record{ID: "w1", Owner: "ann", Currency: money.EUR, Open: true, OpenedAt: minute(0)}
}

func TestRecords(t *testing.T) {
	show := func(later ...estest.Commit) estest.Shown[wallet.Record] {
		return estest.View(wallet.Records, append([]estest.Commit{of(0, opened)}, later...)...)
	}
	newest := es.Descending("2026-06-01T12:00:00.000Z w1")
	annsOwn := es.Key{Index: "owner", Partition: "ann", Sort: newest}
	listed := func(padded, inEuro string, currency money.Currency) []es.Key {
		return []es.Key{
			{Index: "open", Partition: "all", Sort: newest},
			annsOwn,
			{Index: "top", Partition: string(currency), Sort: es.Descending(padded) + " w1"},
			{Index: "top-converted", Partition: "all", Sort: es.Descending(inEuro) + " w1"},
		}
	}
	const none, six = "0000000000000000", "0000000000060000"
	t.Run("opened", func(t *testing.T) {
		show().Is(t, fresh()).ListedIn(t, listed(none, none, money.EUR)...)
	})
	t.Run("credits and debits, counted", func(t *testing.T) {
		want := fresh()
		want.Balance, want.BalanceInEuro, want.Transactions, want.LastCredit = eur("6"), eur("6"), 2, at(1)
		show(of(1, credited("10", "10")), of(2, debited("4", "6"))).Is(t, want).ListedIn(t, listed(six, six, money.EUR)...)
	})
	t.Run("mend: converted exactly", func(t *testing.T) {
		for currency, inEuro := range map[money.Currency]string{money.CAD: "3", money.USD: "4.5001", money.EUR: "6.0001"} {
			want := fresh()
			want.Currency, want.Balance, want.BalanceInEuro = currency, eur("6.0001"), eur(inEuro)
			want.Transactions, want.LastCredit = 1, at(1)
			estest.View(
				wallet.Records,
				of(0, wallet.Opened{Owner: "ann", Currency: currency}),
				of(1, wallet.Credited{Owner: "ann", Amount: eur("6.0001"), Currency: currency, Balance: eur("6.0001")}),
			).Is(t, want).ListedIn(t, listed("0000000000060001", want.BalanceInEuro.Padded(), currency)...)
		}
	})
	t.Run("a transfer from here", func(t *testing.T) {
		want := fresh()
		want.Balance, want.BalanceInEuro, want.Transactions, want.UnderWay, want.LastCredit = eur("6"), eur("6"), 2, 1, at(1)
		begun := []estest.Commit{of(1, credited("10", "10")), of(2, started("t1", "4", "6"))}
		show(begun...).Is(t, want)
		show(append(begun, of(3, wallet.TransferOverdue{TransferID: "t1", To: "w2", Chase: minute(9)}))...).Is(t, want)

		done := want
		done.UnderWay = 0
		show(append(begun, of(3, completed("t1", "4")))...).Is(t, done).ListedIn(t, listed(six, six, money.EUR)...)

		back := done
		back.Balance, back.BalanceInEuro, back.Transactions = eur("10"), eur("10"), 1
		show(append(begun, of(3, returned("t1", "4", "10", "WalletClosed")))...).Is(t, back)
	})
	t.Run("a transfer to here", func(t *testing.T) {
		want := fresh()
		want.Balance, want.BalanceInEuro, want.Transactions, want.LastCredit = eur("4"), eur("4"), 1, at(1)
		show(of(1, received("t1", "4", "4")), of(2, settled("t1"))).Is(t, want)
		show(of(1, declined("t1", wallet.ErrTransferExpired)), of(2, settled("t1"))).Is(t, fresh())
	})
	t.Run("closed: in none but its owner's list", func(t *testing.T) {
		want := fresh()
		want.Open, want.ClosedAt = false, at(3)
		show(of(3, closed)).Is(t, want).ListedIn(t, annsOwn)
	})
	t.Run("none of a wallet that was never opened", func(t *testing.T) {
		commits := []es.Commit{{Stream: "wallet-w1", Version: 1}, {Stream: "wallet-w1", Version: 2}}
		for i, e := range []es.Event[wallet.Wallet]{declined("t1", wallet.ErrNoSuchWallet), settled("t1")} {
			recorded, err := wallet.Aggregate.Record([]es.Event[wallet.Wallet]{e})
			if err != nil {
				t.Fatal(err)
			}
			commits[i].Events = recorded
			if doc, err := wallet.Records.Apply(nil, commits[i]); doc != nil || err != nil {
				t.Errorf("there is a document: %v, %v", doc, err)
			}
		}
	})
}

func TestListings(t *testing.T) {
	for query, c := range map[*es.QueryDecl]struct {
		input any
		want  string
	}{
		wallet.ListOpenWallets: {nil, "open/all"}, wallet.ListUserWallets: {wallet.OfUser{UserID: "ann"}, "owner/ann"},
		wallet.ListTopWallets: {wallet.Top{Currency: "EUR"}, "top/EUR"}, wallet.ListTopOfAll: {nil, "top-converted/all"},
	} {
		index, partition := query.Page(c.input)
		if got := index + "/" + partition; got != c.want || !query.Keep(c.input, fresh()) || query.Check(c.input) != nil {
			t.Errorf("%s lists %s, want %s", query.Name, got, c.want)
		}
		if !slices.ContainsFunc(wallet.Records.Keys(fresh()), func(k es.Key) bool { return k.Index+"/"+k.Partition == c.want }) {
			t.Errorf("%s reads %s, where the wallet is not", query.Name, c.want)
		}
	}
	t.Run("of a currency", func(t *testing.T) {
		if err := (wallet.Top{Currency: "GBP"}).Validate(); !errors.Is(err, es.Invalid("currency", "")) {
			t.Error(err)
		}
	})
	key := func(index string, r wallet.Record) string {
		for _, k := range wallet.Records.Keys(r) {
			if k.Index == index {
				return k.Sort
			}
		}
		return ""
	}
	t.Run("mend: those that hold most first, whatever the number of digits", func(t *testing.T) {
		last := ""
		for _, balance := range []string{money.Max.String(), "1000", "999.9999", "20", "9", "0.0001", "0"} {
			r := fresh()
			r.Balance = eur(balance)
			if sort := key("top", r); sort <= last {
				t.Errorf("%s is not behind what is more", balance)
			} else {
				last = sort
			}
		}
	})
	t.Run("newest first", func(t *testing.T) {
		later := fresh()
		later.OpenedAt = minute(1)
		if key("open", later) >= key("open", fresh()) || key("owner", later) >= key("owner", fresh()) {
			t.Error("a later wallet stands behind an earlier one")
		}
	})
}
