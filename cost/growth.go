package cost

import (
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// streams is how the loading of a cold command grows with the commits of its stream: all of them, and as it is with a
// snapshot every 100 versions.
func (e *Estimator) streams() []Growth {
	var all []Growth
	for _, n := range []int{1, 10, 100, 1000, 10_000, 100_000} {
		var whole, short Bill
		s := e.sizes()
		s[Stretch] = e.CommitBytes * n
		whole.take(Decision, LoadStream, s, 1)
		s[Stretch] = e.CommitBytes * min(n, every+engine.SnapshotLag)
		short.take(Decision, LoadSnapshot, s, 1)
		short.take(Decision, LoadStream, s, 1)
		all = append(all, Growth{Of: n, Dollars: million * whole.Dollars(), Other: million * short.Dollars()})
	}
	return all
}

// every is the distance of the snapshots that the growth of streams is shown with.
const every = 100

// views is how a commit grows with the views of its category.
func (e *Estimator) views() []Growth {
	var all []Growth
	one := e.view().Dollars()
	for _, n := range []int{0, 1, 2, 5, 10} {
		all = append(all, Growth{Of: n, Dollars: million * float64(n) * one})
	}
	return all
}

// view is what one more view costs each commit of its category.
func (e *Estimator) view() Bill {
	b := e.delivery(Projectors)
	b.take(Projectors, ReadStanding, e.sizes(), 1/e.Batch) // it is remembered for seconds, but a commit that comes alone finds nothing
	return append(b, e.row()...)
}

// row is what it takes to bring a document on by a commit.
func (e *Estimator) row() Bill {
	var b Bill
	s := e.sizes()
	b.take(Projectors, ReadRow, s, 1)
	b.take(Projectors, SaveRow, s, 1)
	return b
}

// batches is how the average command gets cheaper when more messages come at once.
func (e *Estimator) batches() []Growth {
	var all []Growth
	routed := func(d *es.CommandDecl) bool { return d.Route != "" }
	for _, n := range []int{1, 2, 5, 10} {
		busy := *e
		busy.Batch, busy.RelayBatch = float64(n), float64(n)
		of := func(d *es.CommandDecl) Bill { return busy.Command(d, e.Cold) }
		all = append(all, Growth{Of: n, Dollars: average("", e.app.Commands(), routed, of).Dollars})
	}
	return all
}
