package wallet

import (
	"time"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// Record is all that can be known of a wallet.
type Record struct {
	ID            string         `json:"id"`
	Owner         string         `json:"owner"`
	Currency      money.Currency `json:"currency"`
	Balance       money.Amount   `json:"balance"`
	BalanceInEuro money.Amount   `json:"balanceInEuro"` // by the fixed table
	Transactions  int            `json:"transactions"`  // credits, debits, and transfers either way that have not come back
	UnderWay      int            `json:"underWay"`      // transfers from here whose money has left, and may come back
	Open          bool           `json:"open"`
	OpenedAt      time.Time      `json:"openedAt"`
	LastCredit    *time.Time     `json:"lastCredit,omitempty"` // or transfer that was received
	ClosedAt      *time.Time     `json:"closedAt,omitempty"`
}

// Records is the view of wallets: by id, those that are open, those that hold most, and those of a user.
var Records = es.Project(
	"wallets",
	es.Upon(Aggregate, func(_ Record, e Opened, m es.Meta) Record {
		return Record{ID: m.Stream.ID(), Owner: e.Owner, Currency: e.Currency, Open: true, OpenedAt: m.Time}
	}),
	es.Upon(Aggregate, func(r Record, e Credited, m es.Meta) Record { return r.credited(m).moved(e.Balance, 1) }),
	es.Upon(Aggregate, func(r Record, e Debited, _ es.Meta) Record { return r.moved(e.Balance, 1) }),
	es.Upon(Aggregate, func(r Record, _ Closed, m es.Meta) Record {
		r.Open, r.ClosedAt = false, &m.Time
		return r
	}),
	es.Upon(Aggregate, func(r Record, e TransferStarted, _ es.Meta) Record {
		r.UnderWay++
		return r.moved(e.Balance, 1)
	}),
	es.Upon(Aggregate, func(r Record, _ TransferCompleted, _ es.Meta) Record {
		r.UnderWay--
		return r
	}),
	es.Upon(Aggregate, func(r Record, e TransferReturned, _ es.Meta) Record {
		r.UnderWay--
		return r.moved(e.Balance, -1)
	}),
	es.Upon(Aggregate, func(r Record, e TransferReceived, m es.Meta) Record { return r.credited(m).moved(e.Balance, 1) }),
).
	IndexedBy("open", Record.whileOpen).
	IndexedBy("owner", Record.forOwner).
	IndexedBy("top", Record.inCurrency).
	IndexedBy("top-converted", Record.inEuro)

func (r Record) moved(balance money.Amount, transactions int) Record {
	r.Balance, r.BalanceInEuro = balance, balance.InEuro(r.Currency)
	r.Transactions += transactions
	return r
}

func (r Record) credited(m es.Meta) Record {
	r.LastCredit = &m.Time
	return r
}
