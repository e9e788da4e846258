package wallet_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	opened = wallet.Opened{Owner: "ann", Currency: money.EUR}
	empty  = wallet.Wallet{Owner: "ann", Currency: money.EUR}
	closed = wallet.Closed{Owner: "ann"}

	byAnn, byBob = estest.By("ann"), estest.By("bob")
	nothing      = estest.Given(wallet.Aggregate)
)

func eur(text string) money.Amount { return money.MustParse(text) }

func credited(amount, balance string) wallet.Credited {
	return wallet.Credited{Owner: "ann", Amount: eur(amount), Currency: money.EUR, Balance: eur(balance)}
}

func debited(amount, balance string) wallet.Debited {
	return wallet.Debited{Owner: "ann", Amount: eur(amount), Currency: money.EUR, Balance: eur(balance)}
}

// given is ann's wallet w1, in euro.
func given(events ...es.Event[wallet.Wallet]) estest.Past[wallet.Wallet] {
	return estest.Given(wallet.Aggregate, append([]es.Event[wallet.Wallet]{opened}, events...)...)
}

func holding(balance string) wallet.Wallet {
	w := empty
	w.Balance = eur(balance)
	return w
}

func TestOpen(t *testing.T) {
	open := wallet.Open{ID: "w1", Owner: "ann", Currency: money.EUR}
	t.Run("OK", func(t *testing.T) {
		nothing.When(open, byAnn).Then(t, opened).AndState(t, empty)
	})
	t.Run("not twice", func(t *testing.T) {
		given().When(open, byAnn).ThenRejected(t, wallet.ErrWalletExists)
		given(closed).When(open, byAnn).ThenRejected(t, wallet.ErrWalletExists)
	})
	t.Run("input", func(t *testing.T) {
		for _, currency := range []money.Currency{"", "eur", "GBP"} {
			nothing.When(wallet.Open{ID: "w1", Owner: "ann", Currency: currency}).ThenRejected(t, es.Invalid("currency", ""))
		}
	})
	t.Run("where a transfer has been declined before", func(t *testing.T) {
		declined := wallet.TransferDeclined{TransferID: "t1", From: "w2", Reason: "NoSuchWallet"}
		estest.Given(wallet.Aggregate, declined).When(open, byAnn).Then(t, opened)
	})
}

func TestCredit(t *testing.T) {
	credit := func(amount string) wallet.Credit { return wallet.Credit{WalletID: "w1", Amount: amount} }
	t.Run("OK", func(t *testing.T) {
		given().When(credit("12.50"), byAnn).Then(t, credited("12.5", "12.5")).AndState(t, holding("12.5"))
	})
	t.Run("mend: to the last of four places", func(t *testing.T) {
		given(credited("0.1", "0.1")).When(credit("0.2001"), byAnn).Then(t, credited("0.2001", "0.3001"))
	})
	t.Run("who may", func(t *testing.T) {
		nothing.When(credit("1"), byAnn).ThenRejected(t, wallet.ErrNoSuchWallet)
		given().When(credit("1"), byBob).ThenRejected(t, wallet.ErrNotYourWallet)
		given().When(credit("1")).ThenRejected(t, wallet.ErrNotYourWallet)
		given(closed).When(credit("1"), byAnn).ThenRejected(t, wallet.ErrWalletClosed)
	})
	t.Run("not more than there can be", func(t *testing.T) {
		most := money.Max.String()
		given().When(credit(most), byAnn).Then(t, credited(most, most))
		given(credited(most, most)).When(credit("0.0001"), byAnn).ThenRejected(t, wallet.ErrBalanceTooLarge)
	})
	t.Run("not more than leaves room for what may come back", func(t *testing.T) {
		most := money.Max.String()
		given(credited(most, most), started("t1", most, "0")).When(credit("0.0001"), byAnn).ThenRejected(t, wallet.ErrBalanceTooLarge)
		given(credited("2", "2"), started("t1", "2", "0")).When(credit(most), byAnn).ThenRejected(t, wallet.ErrBalanceTooLarge)
	})
	t.Run("input", func(t *testing.T) { badAmounts(t, func(text string) es.Command[wallet.Wallet] { return credit(text) }) })
}

// badAmounts tries a command with what is no amount, or nothing.
func badAmounts(t *testing.T, of func(string) es.Command[wallet.Wallet]) {
	t.Helper()
	for _, text := range []string{"", "0", "0.0000", "-1", "1.00001", "1e3", "ten", "1000000000000", "NaN", " 1"} {
		given(credited("100", "100")).When(of(text), byAnn).ThenRejected(t, es.Invalid("amount", ""))
	}
}

func TestDebit(t *testing.T) {
	debit := func(amount string) wallet.Debit { return wallet.Debit{WalletID: "w1", Amount: amount} }
	t.Run("mend: a wallet can be debited", func(t *testing.T) {
		given(credited("10", "10")).When(debit("2.75"), byAnn).Then(t, debited("2.75", "7.25")).AndState(t, holding("7.25"))
		given(credited("10", "10")).When(debit("10"), byAnn).Then(t, debited("10", "0")).AndState(t, empty)
	})
	t.Run("mend: never below zero", func(t *testing.T) {
		given().When(debit("0.0001"), byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
		given(credited("10", "10")).When(debit("10.0001"), byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
		given(credited("10", "10"), started("t1", "4", "6")).When(debit("6.0001"), byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
	})
	t.Run("who may", func(t *testing.T) {
		nothing.When(debit("1"), byAnn).ThenRejected(t, wallet.ErrNoSuchWallet)
		given(credited("10", "10")).When(debit("1"), byBob).ThenRejected(t, wallet.ErrNotYourWallet)
		given(closed).When(debit("1"), byAnn).ThenRejected(t, wallet.ErrWalletClosed)
	})
	t.Run("input", func(t *testing.T) { badAmounts(t, func(text string) es.Command[wallet.Wallet] { return debit(text) }) })
}

func TestClose(t *testing.T) {
	end := wallet.Close{WalletID: "w1"}
	gone := empty
	gone.Closed = true
	t.Run("OK", func(t *testing.T) {
		given().When(end, byAnn).Then(t, closed).AndState(t, gone)
		given(credited("1", "1"), debited("1", "0")).When(end, byAnn).Then(t, closed)
	})
	t.Run("once", func(t *testing.T) { given(closed).When(end, byAnn).ThenNothing(t) })
	t.Run("who may", func(t *testing.T) {
		nothing.When(end, byAnn).ThenRejected(t, wallet.ErrNoSuchWallet)
		given().When(end, byBob).ThenRejected(t, wallet.ErrNotYourWallet)
		given(closed).When(end, byBob).ThenRejected(t, wallet.ErrNotYourWallet)
	})
	t.Run("with nothing in it, now or soon", func(t *testing.T) {
		given(credited("0.0001", "0.0001")).When(end, byAnn).ThenRejected(t, wallet.ErrWalletNotEmpty)
		given(credited("1", "1"), started("t1", "1", "0")).When(end, byAnn).ThenRejected(t, wallet.ErrTransfersUnderWay)
		given(credited("1", "1"), started("t1", "1", "0"), completed("t1", "1")).When(end, byAnn).Then(t, closed)
	})
}

func TestSnapshots(t *testing.T) {
	full := holding("7.25")
	full.Closed = true
	full.Outgoing = []wallet.Outgoing{{ID: "t1", To: "w2", Amount: eur("1"), Until: estest.Noon, Chase: estest.Noon}}
	full.Incoming = []wallet.Incoming{{ID: "t2", From: "w2", Declined: "WalletClosed"}, {ID: "t3", From: "w2"}}
	for _, w := range []wallet.Wallet{{}, empty, full} {
		text, err := es.Encode(w)
		if err != nil {
			t.Fatal(err)
		}
		read, err := wallet.Aggregate.DecodeState(text)
		if err != nil || fmt.Sprint(read) != fmt.Sprint(w) {
			t.Errorf("%s is read as %v, %v; want %v", text, read, err, w)
		}
	}
	if traits := wallet.Aggregate.Traits(); traits.Snapshot == 0 || wallet.Aggregate.FoldID().Fingerprint == "" {
		t.Error("no snapshots of wallets are taken")
	}
}

// Whatever is asked of a wallet, its balance is what its events add up to, and what was refused would have made it less
// than nothing or more than there can be.
func TestEveryBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, balance := empty, money.Amount{}
		for range rapid.IntRange(1, 50).Draw(t, "commands") {
			text := rapid.SampledFrom([]string{"0.0001", "0.3", "12.5", "99", money.Max.String()}).Draw(t, "amount")
			var command es.Command[wallet.Wallet] = wallet.Credit{WalletID: "w1", Amount: text}
			want, wantErr := balance.Plus(eur(text))
			if rapid.Bool().Draw(t, "debit") {
				command = wallet.Debit{WalletID: "w1", Amount: text}
				want, wantErr = balance.Minus(eur(text))
			}
			events, err := command.Decide(w, es.Env{Invoker: es.Identity{User: "ann"}})
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("%T of %s with %v: %v, want %v", command, text, balance, err, wantErr)
			}
			if err == nil {
				balance = want
			}
			for _, e := range events {
				w = e.Evolve(w)
			}
			if w.Balance != balance {
				t.Fatalf("the balance is %v, want %v", w.Balance, balance)
			}
		}
	})
}
