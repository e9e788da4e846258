package wallet_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func TestBalanceCarried(t *testing.T) {
	t.Run("the balance goes on", func(t *testing.T) {
		given(credited("10", "10")).Closed(t).When(wallet.Debit{WalletID: "w1", Amount: "4"}, byAnn).Then(t, debited("4", "6")).AndState(t, holding("6"))
	})
	t.Run("as the one event that there is", func(t *testing.T) {
		given(wallet.BalanceCarried(holding("10"))).When(wallet.Debit{WalletID: "w1", Amount: "11"}, byAnn).ThenRejected(t, wallet.ErrInsufficientFunds)
	})
	t.Run("a wallet that is closed stays so", func(t *testing.T) {
		given(closed).Closed(t).When(wallet.Credit{WalletID: "w1", Amount: "1"}, byAnn).ThenRejected(t, wallet.ErrWalletClosed)
	})
	t.Run("a transfer that is under way can still come back", func(t *testing.T) {
		source := wallet.Wallet{Incoming: []wallet.Incoming{{ID: "t1", From: "w1", Declined: "WalletClosed"}}}
		given(credited("10", "10"), started("t1", "4", "6")).Closed(t).
			When(wallet.Resolve{WalletID: "w1", To: "w2", TransferID: "t1", Target: source}).
			Then(t, returned("t1", "4", "10", "WalletClosed")).AndState(t, holding("10"))
	})
	t.Run("what was received is not received again", func(t *testing.T) {
		from := wallet.Wallet{Currency: money.EUR, Outgoing: []wallet.Outgoing{{ID: "t1", To: "w1", Amount: eur("1"), Until: estest.Noon.Add(time.Hour)}}}
		in := wallet.TransferReceived{TransferID: "t1", From: "w2", Owner: "ann", Amount: eur("1"), Currency: money.EUR, Balance: eur("1")}
		given(in).Closed(t).When(wallet.Receive{WalletID: "w1", From: "w2", TransferID: "t1", Source: from}).ThenNothing(t)
	})
	t.Run("no view takes it for a transaction", func(t *testing.T) {
		before := []estest.Commit{of(0, opened), of(1, credited("10", "10"))}
		after := append(slices.Clone(before), of(2, wallet.BalanceCarried(holding("10"))))
		want := wallet.Record{
			ID: "w1", Owner: "ann", Currency: money.EUR, Balance: eur("10"), BalanceInEuro: eur("10"), Transactions: 1, Open: true,
			OpenedAt: minute(0), LastCredit: at(1),
		}
		for _, commits := range [][]estest.Commit{before, after} {
			estest.View(wallet.Records, commits...).Is(t, want)
			estest.Row(wallet.ButtonCreditors, "ann", commits...).Is(t, wallet.Creditor{User: "ann", Credits: 1, LastCredit: at(1)})
		}
	})
}

func TestAClosedWalletDecidesTheSame(t *testing.T) {
	amounts := rapid.SampledFrom([]string{"0.0001", "1", "2.5", "10"})
	n := 0
	estest.ClosedAnywhere(t, wallet.Aggregate, func(t *rapid.T, w wallet.Wallet) (es.Command[wallet.Wallet], []estest.Option) {
		n++
		amount := amounts.Draw(t, "amount")
		by := []estest.Option{rapid.SampledFrom([]estest.Option{byAnn, byAnn, byAnn, byBob}).Draw(t, "by"), estest.ID(fmt.Sprintf("t%d", n%7))}
		other := wallet.Wallet{Currency: money.EUR, Outgoing: []wallet.Outgoing{{ID: "t1", To: "w1", Amount: eur(amount), Until: estest.Noon.Add(time.Hour)}}}
		transfer := fmt.Sprintf("t%d", rapid.IntRange(0, 6).Draw(t, "transfer"))
		switch rapid.SampledFrom([]string{"open", "credit", "credit", "debit", "transfer", "transfer", "receive", "resolve", "settle", "close"}).Draw(t, "command") {
		case "open":
			return wallet.Open{ID: "w1", Owner: "ann", Currency: money.EUR}, by
		case "credit":
			return wallet.Credit{WalletID: "w1", Amount: amount}, by
		case "debit":
			return wallet.Debit{WalletID: "w1", Amount: amount}, by
		case "transfer":
			return wallet.Transfer{WalletID: "w1", To: "w2", Amount: amount}, by
		case "receive":
			return wallet.Receive{WalletID: "w1", From: "w2", TransferID: "t1", Source: other}, by
		case "resolve":
			declined := rapid.SampledFrom([]string{"", "WalletClosed"}).Draw(t, "declined")
			target := wallet.Wallet{Incoming: []wallet.Incoming{{ID: transfer, From: "w1", Declined: declined}}}
			return wallet.Resolve{WalletID: "w1", To: "w2", TransferID: transfer, Target: target}, by
		case "settle":
			return wallet.Settle{WalletID: "w1", From: "w2", TransferID: "t1"}, by
		default:
			return wallet.Close{WalletID: "w1"}, by
		}
	})
}
