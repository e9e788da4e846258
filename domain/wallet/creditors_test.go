package wallet_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func click(user string, n int) estest.Commit {
	return estest.Committed(button.Aggregate, user, button.Clicked{User: user}).At(minute(n))
}

func TestButtonCreditors(t *testing.T) {
	show := func(commits ...estest.Commit) estest.Shown[wallet.Creditor] {
		return estest.Row(wallet.ButtonCreditors, "ann", commits...)
	}
	annCredited := of(1, credited("10", "10"))
	listed := func(n int) es.Key {
		return es.Key{Index: "both", Partition: "all", Sort: es.Descending(minute(n).Format("2006-01-02T15:04:05.000Z") + " ann")}
	}
	t.Run("credited, and has not clicked", func(t *testing.T) {
		show(annCredited).Is(t, wallet.Creditor{User: "ann", Credits: 1, LastCredit: at(1)}).ListedIn(t)
	})
	t.Run("clicked, and was not credited", func(t *testing.T) {
		show(click("ann", 1), click("ann", 2)).
			Is(t, wallet.Creditor{User: "ann", Clicks: 2, FirstClick: at(1), LastClick: at(2)}).ListedIn(t)
	})
	t.Run("mend: both, in the one order of all events", func(t *testing.T) {
		want := wallet.Creditor{User: "ann", Credits: 1, LastCredit: at(1), Clicks: 1, FirstClick: at(2), LastClick: at(2)}
		show(annCredited, click("ann", 2)).Is(t, want).ListedIn(t, listed(1))
		want = wallet.Creditor{User: "ann", Credits: 2, LastCredit: at(3), Clicks: 1, FirstClick: at(0), LastClick: at(0)}
		show(click("ann", 0), annCredited, of(3, credited("5", "15"))).Is(t, want).ListedIn(t, listed(3))
	})
	t.Run("a transfer is a credit to who has received it", func(t *testing.T) {
		toAnn := wallet.TransferReceived{TransferID: "t1", From: "w2", Owner: "ann", Amount: eur("1"), Currency: "EUR", Balance: eur("1")}
		show(click("ann", 0), of(1, toAnn)).
			Is(t, wallet.Creditor{User: "ann", Credits: 1, LastCredit: at(1), Clicks: 1, FirstClick: at(0), LastClick: at(0)}).
			ListedIn(t, listed(1))
	})
	t.Run("of several wallets the latest credit counts, whichever comes last", func(t *testing.T) {
		other := estest.Committed(wallet.Aggregate, "w9", credited("1", "1"))
		show(of(5, credited("10", "10")), other.At(minute(4))).Is(t, wallet.Creditor{User: "ann", Credits: 2, LastCredit: at(5)})
	})
}

func TestButtonCreditorsRows(t *testing.T) {
	rows := func(events ...es.Event[wallet.Wallet]) []string {
		recorded, err := wallet.Aggregate.Record(events)
		if err != nil {
			t.Fatal(err)
		}
		ids, err := wallet.ButtonCreditors.Rows(es.Commit{Stream: "wallet-w1", Version: 1, Events: recorded})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if ids := rows(credited("1", "1"), received("t1", "1", "2")); len(ids) != 2 || ids[0] != "ann" || ids[1] != "bob" {
		t.Errorf("credits go to %v", ids)
	}
	if ids := rows(opened, debited("1", "0"), started("t1", "1", "0"), returned("t1", "1", "1", "WalletClosed"), closed); len(ids) > 0 {
		t.Errorf("what is no credit goes to %v", ids)
	}
}

func TestListButtonCreditors(t *testing.T) {
	credited := wallet.Creditor{User: "ann", Credits: 1, LastCredit: at(0), Clicks: 1, FirstClick: at(0), LastClick: at(0)}
	keeps := func(now time.Time) bool {
		q := wallet.Recent{Now: now.Format("2006-01-02T15:04:05.000Z")}
		if err := q.Validate(); err != nil {
			t.Fatal(err)
		}
		return wallet.ListButtonCreditors.Keep(q, credited)
	}
	t.Run("mend: credited in the last 30 days", func(t *testing.T) {
		days30 := minute(0).AddDate(0, 0, 30)
		for now, want := range map[time.Time]bool{
			minute(0): true, days30: true, days30.Add(time.Millisecond): false, days30.AddDate(1, 0, 0): false,
		} {
			if got := keeps(now); got != want {
				t.Errorf("at %v: %v", now, got)
			}
		}
	})
	t.Run("reads what the view lists", func(t *testing.T) {
		index, partition := wallet.ListButtonCreditors.Page(wallet.Recent{})
		if k := wallet.ButtonCreditors.Keys(credited); len(k) != 1 || k[0].Index != index || k[0].Partition != partition {
			t.Errorf("it reads %s/%s, and the view lists %v", index, partition, k)
		}
	})
	t.Run("without a time", func(t *testing.T) {
		if wallet.ListButtonCreditors.Check(wallet.Recent{}) == nil || wallet.ListButtonCreditors.Keep(wallet.Recent{}, credited) {
			t.Error("it does not say so")
		}
	})
}
