package wallet

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Transfers carries out transfers: it has the target receive the money, has the source hear of that, and then lets the
// target forget it. When the target declines (there is no such wallet, it is closed, has another currency, holds too much,
// or an hour has gone by) the source takes the money back.
//
// Two streams can't change at once, so that money leaves the source first. What keeps it from being lost or doubled
// after that, whatever is repeated, late, or done by two sagas at the same moment:
//
//   - The target alone decides, and once: [TransferReceived] or [TransferDeclined], whichever is first in its stream. Declining
//     is an event too, even of a wallet that does not exist: a mere refusal could be followed by an acceptance, when the
//     wallet has been opened in between.
//   - The source completes or takes back only upon the target's word, which [Resolve] reads from its stream. Nothing else
//     ends a transfer, neither time nor a fault: who doesn't know whether the target has received must not give back.
//   - The target remembers its word until the source has acted on it, and a transfer that has ended for the source is never
//     received: [Receive] asks the source first. The source is asked after the target's state was loaded, and the append
//     fails if that has changed since. If the transfer is still under way for the source then, the target can't have
//     forgotten it. So no ids have to be remembered for good.
//
// A transfer that is not over within [Patience] is chased by a timer, again and again. The chase takes the same steps; by
// then the target has either received the money or declines it. It matters only when an operator has skipped an event that
// this saga could not deal with: all else it is given again, in order, until it has been done.
var Transfers = es.NewSaga(
	"wallet-transfers",
	es.React(Aggregate, func(e TransferStarted, m es.Meta) []es.Act { return steps(m, e.To, e.TransferID, e.Until) }),
	es.React(Aggregate, func(e TransferOverdue, m es.Meta) []es.Act { return steps(m, e.To, e.TransferID, e.Chase) }),
).SetsTimers()

// steps can be taken any number of times. None of them refuses.
func steps(m es.Meta, to, transferID string, chase time.Time) []es.Act {
	from := m.Stream.ID()
	return []es.Act{
		es.Send(DoChase, Chase{WalletID: from, To: to, TransferID: transferID, Due: chase}).At(chase),
		es.Send(DoReceive, Receive{WalletID: to, From: from, TransferID: transferID}),
		es.Send(DoResolve, Resolve{WalletID: from, To: to, TransferID: transferID}),
		es.Send(DoSettle, Settle{WalletID: to, From: from, TransferID: transferID}),
	}
}
