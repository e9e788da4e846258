package engine_test

import (
	"context"
	"slices"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// ledger is a memory whose closed eras can be taken out. Each removal is a write of its own.
type ledger struct {
	*memory
	copies  map[es.StreamID]map[int]string
	emptied map[es.StreamID]map[int]bool
	unfed   uint64 // how many versions the feed lacks
}

func newLedger() *ledger {
	return &ledger{memory: newMemory(), copies: map[es.StreamID]map[int]string{}, emptied: map[es.StreamID]map[int]bool{}}
}

func (l *ledger) Eras(_ context.Context, stream es.StreamID) ([]engine.Era, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []engine.Era
	first := uint64(1)
	for _, c := range l.streams[stream] {
		if c.Closes() {
			all = append(all, engine.Era{
				Number: c.Era, First: first, Last: c.Last(), Closed: c.Time, Archived: l.copies[stream][c.Era], Emptied: l.emptied[stream][c.Era],
			})
			first = c.Last() + 1
		}
	}
	return all, nil
}

func (l *ledger) Fed(_ context.Context, stream es.StreamID) (uint64, error) {
	all := l.streamOf(stream)
	if len(all) == 0 {
		return 0, nil
	}
	return all[len(all)-1].Last() - l.unfed, nil
}

func (l *ledger) Empty(_ context.Context, stream es.StreamID, e engine.Era, copied string) error {
	if err := l.write(func() error {
		if l.copies[stream] == nil {
			l.copies[stream], l.emptied[stream] = map[int]string{}, map[int]bool{}
		}
		l.copies[stream][e.Number] = copied
		return nil
	}); err != nil {
		return err
	}
	for _, c := range slices.Backward(l.streamOf(stream)) {
		if c.Era != e.Number || c.Closes() {
			continue
		}
		if err := l.write(func() error {
			is := func(other es.Commit) bool { return other.Stream == stream && other.Version == c.Version }
			l.streams[stream] = slices.DeleteFunc(slices.Clone(l.streams[stream]), is)
			l.order = slices.Clone(l.order)
			l.order[slices.IndexFunc(l.order, is)] = es.Commit{Stream: stream, Version: c.Version, Era: c.Era}
			return nil
		}); err != nil {
			return err
		}
	}
	return l.write(func() error {
		l.emptied[stream][e.Number] = true
		return nil
	})
}
