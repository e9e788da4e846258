package wallet_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// The last two wallets are not there in the beginning.
var wallets = []struct {
	id, owner string
	currency  money.Currency
}{
	{"w1", "ann", money.EUR},
	{"w2", "bob", money.EUR},
	{"w3", "cat", money.EUR},
	{"w4", "dan", money.USD},
	{"w5", "eve", money.EUR},
	{"w6", "eve", money.USD},
}

// bank is a world with wallets, and a book of what was credited and debited in each currency.
type bank struct {
	*estest.World
	book map[money.Currency]money.Amount
}

func must(t *rapid.T, a money.Amount, err error) money.Amount {
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (b bank) state(id string) wallet.Wallet { return estest.StateOf(b.World, wallet.Aggregate, id) }

// act is something that somebody does; much of it is refused, which is as good.
func (b bank) act() {
	at := rapid.SampledFrom(wallets).Draw(b.T, "wallet")
	amount := rapid.SampledFrom([]string{"0.0001", "1", "2.5", "10"}).Draw(b.T, "amount")
	by := estest.By(at.owner)
	switch rapid.SampledFrom([]string{"open", "credit", "debit", "transfer", "transfer", "transfer", "close", "close the books"}).Draw(b.T, "act") {
	case "open":
		_ = b.Do(wallet.DoOpen, wallet.Open{ID: at.id, Owner: at.owner, Currency: at.currency}, by)
	case "credit":
		if b.Do(wallet.DoCredit, wallet.Credit{WalletID: at.id, Amount: amount}, by) == nil {
			sum, err := b.book[at.currency].Plus(eur(amount))
			b.book[at.currency] = must(b.T, sum, err)
		}
	case "debit":
		if b.Do(wallet.DoDebit, wallet.Debit{WalletID: at.id, Amount: amount}, by) == nil {
			rest, err := b.book[at.currency].Minus(eur(amount))
			b.book[at.currency] = must(b.T, rest, err)
		}
	case "transfer":
		to := rapid.SampledFrom(wallets).Draw(b.T, "to").id
		_ = b.Do(wallet.DoTransfer, wallet.Transfer{WalletID: at.id, To: to, Amount: amount}, by)
	case "close":
		_ = b.Do(wallet.DoClose, wallet.Close{WalletID: at.id}, by)
	case "close the books":
		estest.CloseBooks(b.World, wallet.Aggregate, at.id)
	}
}

// ghost has a saga that everybody thought dead take one of its steps, for any transfer that there has been.
func (b bank) ghost() {
	at := rapid.SampledFrom(wallets).Draw(b.T, "source").id
	var transfers []wallet.TransferStarted
	for e := range b.events(at) {
		if s, ok := e.(*wallet.TransferStarted); ok {
			transfers = append(transfers, *s)
		}
	}
	if len(transfers) == 0 {
		return
	}
	s := rapid.SampledFrom(transfers).Draw(b.T, "transfer")
	bySystem := estest.By("", es.RoleSystem)
	var err error
	switch rapid.SampledFrom([]string{"receive", "resolve", "settle", "chase"}).Draw(b.T, "step") {
	case "receive":
		err = b.Do(wallet.DoReceive, wallet.Receive{WalletID: s.To, From: at, TransferID: s.TransferID}, bySystem)
	case "resolve":
		err = b.Do(wallet.DoResolve, wallet.Resolve{WalletID: at, To: s.To, TransferID: s.TransferID}, bySystem)
	case "settle":
		err = b.Do(wallet.DoSettle, wallet.Settle{WalletID: s.To, From: at, TransferID: s.TransferID}, bySystem)
	case "chase":
		err = b.Do(wallet.DoChase, wallet.Chase{WalletID: at, To: s.To, TransferID: s.TransferID, Due: s.Until}, bySystem)
	}
	if err != nil {
		b.Fatalf("no step of a transfer refuses: %v", err)
	}
}

// events are those of a wallet, as pointers to their types.
func (b bank) events(id string) func(func(any) bool) {
	types := map[string]func() any{
		"WalletCredited": func() any { return &wallet.Credited{} }, "WalletDebited": func() any { return &wallet.Debited{} },
		"TransferStarted": func() any { return &wallet.TransferStarted{} }, "TransferReturned": func() any { return &wallet.TransferReturned{} },
		"TransferReceived": func() any { return &wallet.TransferReceived{} },
	}
	return func(yield func(any) bool) {
		for _, c := range b.Commits(es.NewStreamID("wallet", id)) {
			for _, r := range c.Events {
				if types[r.Type] == nil {
					continue
				}
				e := types[r.Type]()
				if err := es.Decode(r.Data, e); err != nil {
					b.Fatal(err)
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}

// balanced makes sure that all the money is somewhere, once: in a balance, or on its way.
func (b bank) balanced() {
	there := map[money.Currency]money.Amount{}
	add := func(currency money.Currency, amount money.Amount) {
		sum, err := there[currency].Plus(amount)
		there[currency] = must(b.T, sum, err)
	}
	for _, at := range wallets {
		w := b.state(at.id)
		add(at.currency, w.Balance)
		for _, o := range w.Outgoing {
			if !hasReceived(b.state(o.To), o.ID) {
				add(at.currency, o.Amount)
			}
		}
	}
	for _, currency := range []money.Currency{money.EUR, money.USD} {
		if there[currency] != b.book[currency] {
			b.Fatalf("there are %v %s, and there should be %v", there[currency], currency, b.book[currency])
		}
	}
}

func hasReceived(w wallet.Wallet, transferID string) bool {
	for _, in := range w.Incoming {
		if in.ID == transferID {
			return in.Declined == ""
		}
	}
	return false
}

// reckoned makes sure that each balance that an event carries is what the amounts add up to.
func (b bank) reckoned() {
	for _, at := range wallets {
		var balance, said money.Amount
		var err error
		for e := range b.events(at.id) {
			switch e := e.(type) {
			case *wallet.Credited:
				balance, err = balance.Plus(e.Amount)
				said = e.Balance
			case *wallet.Debited:
				balance, err = balance.Minus(e.Amount)
				said = e.Balance
			case *wallet.TransferStarted:
				balance, err = balance.Minus(e.Amount)
				said = e.Balance
			case *wallet.TransferReturned:
				balance, err = balance.Plus(e.Amount)
				said = e.Balance
			case *wallet.TransferReceived:
				balance, err = balance.Plus(e.Amount)
				said = e.Balance
			}
			if err != nil || balance != said {
				b.Fatalf("%s: the balance is %v, and %T says %v: %v", at.id, balance, e, said, err)
			}
		}
	}
}

// through lets everything come to its end, and makes sure that nothing is under way or kept in mind any more.
func (b bank) through() {
	b.Settle()
	for range 3 { // of Patience: some transfers have just been started, and some are overdue
		b.Pass(wallet.Patience)
		b.Settle()
	}
	for _, at := range wallets {
		if w := b.state(at.id); len(w.Outgoing) > 0 || len(w.Incoming) > 0 {
			b.Fatalf("%s is not through: %+v", at.id, w)
		}
	}
}

func TestMoneyIsNeitherLostNorDoubled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bank{estest.NewWorld(t, wallet.Context), map[money.Currency]money.Amount{}}
		for _, at := range wallets[:4] {
			err := errors.Join(
				b.Do(wallet.DoOpen, wallet.Open{ID: at.id, Owner: at.owner, Currency: at.currency}, estest.By(at.owner)),
				b.Do(wallet.DoCredit, wallet.Credit{WalletID: at.id, Amount: "20"}, estest.By(at.owner)),
			)
			if err != nil {
				t.Fatal(err)
			}
			sum, err := b.book[at.currency].Plus(eur("20"))
			b.book[at.currency] = must(t, sum, err)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0, 1, 2, 3:
				b.act()
			case 4, 5, 6:
				b.Step()
			case 7, 8:
				b.ghost()
			default:
				b.Pass(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			}
			b.balanced()
		}
		b.through()
		b.balanced()
		b.reckoned()
		for range 20 {
			b.Redeliver()
			b.ghost()
		}
		b.through()
		b.balanced()
	})
}
