package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// wallet opens one, and puts money into it.
func (s *system) wallet(owner es.Identity, currency, amount string) string {
	s.t.Helper()
	var accepted handler.Accepted
	s.must(owner, wallet.DoOpen.Route, "/wallets", fmt.Sprintf(`{"currency":%q}`, currency), &accepted)
	if amount != "" {
		s.must(owner, wallet.DoCredit.Route, "/wallets/"+accepted.ID+"/credits", fmt.Sprintf(`{"amount":%q}`, amount), nil)
	}
	return accepted.ID
}

// holds waits until a wallet holds so much, and nothing from it is under way.
func (s *system) holds(owner es.Identity, id, balance string) {
	s.t.Helper()
	var r wallet.Record
	s.eventually(fmt.Sprintf("%s holds %s", id, balance), func() bool {
		return s.invoke(owner, wallet.GetWallet.Route, "/wallets/"+id, "", &r) == 200 && r.Balance.String() == balance && r.UnderWay == 0
	})
}

// creditors waits until so many are listed who have been credited and have clicked the button, and gives their names.
func (s *system) creditors(n int) (users []string) {
	s.t.Helper()
	var listed struct {
		Items []wallet.Creditor `json:"items"`
	}
	s.eventually(fmt.Sprintf("%d creditors are listed", n), func() bool {
		s.must(named("ann"), wallet.ListButtonCreditors.Route, "/button-creditors", "", &listed)
		return len(listed.Items) == n
	})
	for _, c := range listed.Items {
		users = append(users, c.User)
	}
	return users
}

// TestTransfers moves money to a wallet that takes it, and to one that doesn't, and follows the feed all the while.
func TestTransfers(t *testing.T) {
	s := start(t, "wallets")
	ann, bob := named("ann"), named("bob")
	from, to, dollars := s.wallet(ann, "EUR", "100.50"), s.wallet(bob, "EUR", ""), s.wallet(bob, "USD", "")
	send := func(to string) {
		t.Helper()
		var accepted struct {
			handler.Accepted
			wallet.TransferID
		}
		s.must(ann, wallet.DoTransfer.Route, "/wallets/"+from+"/transfers", fmt.Sprintf(`{"to":%q,"amount":"40.25"}`, to), &accepted)
		if accepted.TransferID.TransferID == "" {
			t.Fatalf("answered %+v", accepted)
		}
	}
	s.must(bob, button.DoClick.Route, "/button/clicks", "", nil)
	s.must(ann, button.DoClick.Route, "/button/clicks", "", nil)
	if users := s.creditors(1); users[0] != ann.User {
		t.Errorf("listed is %v", users)
	}

	send(to)
	s.holds(ann, from, "60.25")
	s.holds(bob, to, "40.25")
	if users := s.creditors(2); users[0] != bob.User {
		t.Errorf("the latest credit is not the first of %v", users)
	}

	send(dollars)
	s.eventually("the money comes back", func() bool {
		types := s.types(es.NewStreamID("wallet", from))
		return types[len(types)-1] == "TransferReturned"
	})
	s.holds(ann, from, "60.25")
	s.holds(bob, dollars, "0")

	t.Run("the timers of transfers find them over", func(t *testing.T) {
		before := len(s.commits(es.NewStreamID("wallet", from)))
		s.pass(wallet.Patience + time.Second)
		s.eventually("both have run", func() bool { return s.rang.Load() == 2 })
		if after := len(s.commits(es.NewStreamID("wallet", from))); after != before {
			t.Errorf("%v", s.types(es.NewStreamID("wallet", from)))
		}
	})
	t.Run("a month later nobody has been credited lately", func(t *testing.T) {
		s.pass(wallet.Recently)
		s.creditors(0)
	})
	s.fedAll(5) // three wallets, two clickers
}
