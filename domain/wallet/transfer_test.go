package wallet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var deadline = estest.Noon.Add(wallet.Patience)

// started is a transfer from w1 to w2.
func started(id, amount, balance string) wallet.TransferStarted {
	return wallet.TransferStarted{
		TransferID: id, Owner: "ann", To: "w2", Amount: eur(amount), Currency: money.EUR, Balance: eur(balance), Until: deadline,
	}
}

func completed(id, amount string) wallet.TransferCompleted {
	return wallet.TransferCompleted{TransferID: id, To: "w2", Amount: eur(amount)}
}

func returned(id, amount, balance, reason string) wallet.TransferReturned {
	return wallet.TransferReturned{TransferID: id, To: "w2", Amount: eur(amount), Balance: eur(balance), Reason: reason}
}

// received is a transfer from w1 to bob's w2.
func received(id, amount, balance string) wallet.TransferReceived {
	return wallet.TransferReceived{
		TransferID: id, From: "w1", Owner: "bob", Amount: eur(amount), Currency: money.EUR, Balance: eur(balance),
	}
}

func declined(id string, reason *es.Rejection) wallet.TransferDeclined {
	return wallet.TransferDeclined{TransferID: id, From: "w1", Reason: reason.Code}
}

func settled(id string) wallet.TransferSettled {
	return wallet.TransferSettled{TransferID: id, From: "w1"}
}

// fold is the state that events lead to.
func fold(events ...es.Event[wallet.Wallet]) wallet.Wallet {
	var w wallet.Wallet
	for _, e := range events {
		w = e.Evolve(w)
	}
	return w
}

var (
	bobs   = wallet.Opened{Owner: "bob", Currency: money.EUR}
	source = fold(opened, credited("10", "10"), started("t1", "4", "6"))
	over   = fold(opened, credited("10", "10"), started("t1", "4", "6"), completed("t1", "4"))
)

func target(events ...es.Event[wallet.Wallet]) estest.Past[wallet.Wallet] {
	return estest.Given(wallet.Aggregate, append([]es.Event[wallet.Wallet]{bobs}, events...)...)
}

func TestTransfer(t *testing.T) {
	transfer := func(to, amount string) wallet.Transfer {
		return wallet.Transfer{WalletID: "w1", To: to, Amount: amount}
	}
	rich := given(credited("10", "10"))
	t.Run("takes the money at once", func(t *testing.T) {
		w := holding("6")
		w.Outgoing = []wallet.Outgoing{{ID: "t1", To: "w2", Amount: eur("4"), Until: deadline, Chase: deadline}}
		rich.When(transfer("w2", "4"), byAnn, estest.ID("t1")).Then(t, started("t1", "4", "6")).AndState(t, w).
			AndAnswer(t, wallet.TransferID{TransferID: "t1"})
	})
	t.Run("mend: never below zero", func(t *testing.T) {
		rich.When(transfer("w2", "10.0001"), byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
		given(credited("10", "10"), started("t1", "4", "6")).When(transfer("w3", "6.0001"), byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
	})
	t.Run("who may", func(t *testing.T) {
		nothing.When(transfer("w2", "4"), byAnn).ThenRejected(t, wallet.ErrNoSuchWallet)
		rich.When(transfer("w2", "4"), byBob).ThenRejected(t, wallet.ErrNotYourWallet)
		given(closed).When(transfer("w2", "4"), byAnn).ThenRejected(t, wallet.ErrWalletClosed)
	})
	t.Run("not to itself", func(t *testing.T) {
		rich.When(transfer("w1", "4"), byAnn).ThenRejected(t, wallet.ErrSameWallet)
	})
	t.Run("not too many at a time", func(t *testing.T) {
		past := []es.Event[wallet.Wallet]{credited("200", "200")}
		for i := range wallet.MaxOutgoing {
			past = append(past, started(fmt.Sprint("t", i), "1", fmt.Sprint(199-i)))
		}
		given(past...).When(transfer("w2", "1"), byAnn).ThenRejected(t, wallet.ErrTooManyTransfers)
		given(append(past, completed("t7", "1"))...).When(transfer("w2", "1"), byAnn, estest.ID("t200")).Then(t, started("t200", "1", "99"))
	})
	t.Run("input", func(t *testing.T) {
		for _, to := range []string{"", "-", "w/2", "w 2", "wallet.w2", "wö", string(make([]byte, 65))} {
			rich.When(transfer(to, "4"), byAnn).ThenRejected(t, es.Invalid("to", ""))
		}
		badAmounts(t, func(text string) es.Command[wallet.Wallet] { return transfer("w2", text) })
	})
}

func TestReceive(t *testing.T) {
	receive := wallet.Receive{WalletID: "w2", From: "w1", TransferID: "t1", Source: source}
	t.Run("OK", func(t *testing.T) {
		target().When(receive).Then(t, received("t1", "4", "4")).AndState(t, wallet.Wallet{
			Owner: "bob", Currency: money.EUR, Balance: eur("4"), Incoming: []wallet.Incoming{{ID: "t1", From: "w1"}},
		})
	})
	t.Run("once", func(t *testing.T) {
		target(received("t1", "4", "4")).When(receive).ThenNothing(t)
		target(received("t1", "4", "4")).When(receive, estest.At(deadline)).ThenNothing(t)
		target(declined("t1", wallet.ErrTransferExpired)).When(receive).ThenNothing(t)
	})
	t.Run("not when it is over for the source, and has been forgotten here", func(t *testing.T) {
		late := receive
		late.Source = over
		target(received("t1", "4", "4"), settled("t1")).When(late).ThenNothing(t)
	})
	t.Run("not what is another's", func(t *testing.T) {
		other := receive
		other.WalletID = "w3"
		target().When(other).ThenNothing(t)
	})
	t.Run("declined, not refused", func(t *testing.T) {
		state := wallet.Wallet{Incoming: []wallet.Incoming{{ID: "t1", From: "w1", Declined: "NoSuchWallet"}}}
		nothing.When(receive).Then(t, declined("t1", wallet.ErrNoSuchWallet)).AndState(t, state)
		target(wallet.Closed{Owner: "bob"}).When(receive).Then(t, declined("t1", wallet.ErrWalletClosed))
		target().When(receive, estest.At(deadline.Add(-time.Millisecond))).Then(t, received("t1", "4", "4"))
		target().When(receive, estest.At(deadline)).Then(t, declined("t1", wallet.ErrTransferExpired))
		full := wallet.Credited{Owner: "bob", Amount: money.Max, Currency: money.EUR, Balance: money.Max}
		target(full).When(receive).Then(t, declined("t1", wallet.ErrBalanceTooLarge))
		dollars := wallet.Opened{Owner: "bob", Currency: money.USD}
		estest.Given(wallet.Aggregate, dollars).When(receive).Then(t, declined("t1", wallet.ErrCurrencyMismatch))
	})
	t.Run("not into a wallet that was opened after declining", func(t *testing.T) {
		estest.Given(wallet.Aggregate, declined("t1", wallet.ErrNoSuchWallet), bobs).When(receive).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		target().When(wallet.Receive{From: "w1", TransferID: "t1"}).ThenRejected(t, es.Invalid("walletId", ""))
		target().When(wallet.Receive{WalletID: "w2", TransferID: "t1"}).ThenRejected(t, es.Invalid("from", ""))
		target().When(wallet.Receive{WalletID: "w2", From: "w1"}).ThenRejected(t, es.Invalid("transferId", ""))
	})
}

func TestResolve(t *testing.T) {
	resolve := wallet.Resolve{WalletID: "w1", To: "w2", TransferID: "t1"}
	underWay := given(credited("10", "10"), started("t1", "4", "6"))
	told := func(events ...es.Event[wallet.Wallet]) wallet.Resolve {
		c := resolve
		c.Target = fold(append([]es.Event[wallet.Wallet]{bobs}, events...)...)
		return c
	}
	t.Run("received: completed", func(t *testing.T) {
		underWay.When(told(received("t1", "4", "4"))).Then(t, completed("t1", "4")).AndState(t, holding("6"))
	})
	t.Run("declined: the money is back", func(t *testing.T) {
		underWay.When(told(declined("t1", wallet.ErrWalletClosed))).
			Then(t, returned("t1", "4", "10", "WalletClosed")).AndState(t, holding("10"))
	})
	t.Run("not without the target's word, however late", func(t *testing.T) {
		underWay.When(told(), estest.At(deadline.Add(1000*time.Hour))).ThenNothing(t)
		underWay.When(told(received("t2", "4", "4"))).ThenNothing(t)
	})
	t.Run("once", func(t *testing.T) {
		given(credited("10", "10"), started("t1", "4", "6"), completed("t1", "4")).When(told(received("t1", "4", "4"))).ThenNothing(t)
		given(credited("10", "10"), started("t1", "4", "6"), returned("t1", "4", "10", "WalletClosed")).
			When(told(declined("t1", wallet.ErrWalletClosed))).ThenNothing(t)
		nothing.When(told(received("t1", "4", "4"))).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		underWay.When(wallet.Resolve{WalletID: "w1", TransferID: "t1"}).ThenRejected(t, es.Invalid("to", ""))
	})
}

func TestSettle(t *testing.T) {
	settle := wallet.Settle{WalletID: "w2", From: "w1", TransferID: "t1", Source: over}
	t.Run("OK", func(t *testing.T) {
		target(received("t1", "4", "4")).When(settle).Then(t, settled("t1")).
			AndState(t, wallet.Wallet{Owner: "bob", Currency: money.EUR, Balance: eur("4")})
		target(declined("t1", wallet.ErrTransferExpired)).When(settle).Then(t, settled("t1"))
		estest.Given(wallet.Aggregate, declined("t1", wallet.ErrNoSuchWallet)).When(settle).Then(t, settled("t1")).AndState(t, wallet.Wallet{})
	})
	t.Run("not while it is under way for the source", func(t *testing.T) {
		early := settle
		early.Source = source
		target(received("t1", "4", "4")).When(early).ThenNothing(t)
	})
	t.Run("once", func(t *testing.T) {
		target(received("t1", "4", "4"), settled("t1")).When(settle).ThenNothing(t)
		nothing.When(settle).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		target().When(wallet.Settle{WalletID: "w2", TransferID: "t1"}).ThenRejected(t, es.Invalid("from", ""))
	})
}

func TestChase(t *testing.T) {
	chase := wallet.Chase{WalletID: "w1", To: "w2", TransferID: "t1", Due: deadline}
	later := deadline.Add(2 * time.Second)
	overdue := wallet.TransferOverdue{TransferID: "t1", To: "w2", Chase: later.Add(wallet.Patience)}
	past := []es.Event[wallet.Wallet]{credited("10", "10"), started("t1", "4", "6")}
	t.Run("what is not over is overdue", func(t *testing.T) {
		w := holding("6")
		w.Outgoing = []wallet.Outgoing{{ID: "t1", To: "w2", Amount: eur("4"), Until: deadline, Chase: later.Add(wallet.Patience)}}
		given(past...).When(chase, estest.At(later)).Then(t, overdue).AndState(t, w)
	})
	t.Run("what is over needs no chase", func(t *testing.T) {
		given(append(past, completed("t1", "4"))...).When(chase, estest.At(later)).ThenNothing(t)
		given(append(past, returned("t1", "4", "10", "WalletClosed"))...).When(chase, estest.At(later)).ThenNothing(t)
		nothing.When(chase).ThenNothing(t)
	})
	t.Run("once, and again when it is due again", func(t *testing.T) {
		given(append(past, overdue)...).When(chase, estest.At(later)).ThenNothing(t)
		chase.Due = overdue.Chase
		again := wallet.TransferOverdue{TransferID: "t1", To: "w2", Chase: overdue.Chase.Add(wallet.Patience)}
		given(append(past, overdue)...).When(chase, estest.At(overdue.Chase)).Then(t, again)
	})
	t.Run("input", func(t *testing.T) {
		given().When(wallet.Chase{WalletID: "w1", To: "w2"}).ThenRejected(t, es.Invalid("transferId", ""))
	})
}

func TestTransfers(t *testing.T) {
	steps := func(chase time.Time) []es.Act {
		return []es.Act{
			es.Send(wallet.DoChase, wallet.Chase{WalletID: "w1", To: "w2", TransferID: "t1", Due: chase}).At(chase),
			es.Send(wallet.DoReceive, wallet.Receive{WalletID: "w2", From: "w1", TransferID: "t1"}),
			es.Send(wallet.DoResolve, wallet.Resolve{WalletID: "w1", To: "w2", TransferID: "t1"}),
			es.Send(wallet.DoSettle, wallet.Settle{WalletID: "w2", From: "w1", TransferID: "t1"}),
		}
	}
	of := func(events ...es.Event[wallet.Wallet]) estest.Commit {
		return estest.Committed(wallet.Aggregate, "w1", events...)
	}
	t.Run("started: received, resolved, settled, and chased in an hour", func(t *testing.T) {
		estest.Saga(wallet.Transfers).On(of(started("t1", "4", "6"))).Does(t, steps(deadline)...)
	})
	t.Run("overdue: the same once more", func(t *testing.T) {
		chase := deadline.Add(wallet.Patience)
		estest.Saga(wallet.Transfers).On(of(wallet.TransferOverdue{TransferID: "t1", To: "w2", Chase: chase})).Does(t, steps(chase)...)
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(wallet.Transfers).On(of(
			opened, credited("1", "1"), debited("1", "0"), closed, completed("t1", "4"), returned("t1", "4", "10", "WalletClosed"),
			received("t1", "4", "4"), declined("t1", wallet.ErrWalletClosed), settled("t1"),
		)).Does(t)
	})
}
