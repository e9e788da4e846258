package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// history is a store of rows that keeps in mind which versions they have had.
type history struct {
	*memory
	saving   sync.Mutex
	versions map[string][]uint64
}

func (h *history) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	runtime.Gosched() // so that others come in between
	h.saving.Lock()
	defer h.saving.Unlock()
	err := h.memory.Save(ctx, view, id, was, now)
	if err == nil {
		h.versions[id] = append(h.versions[id], now.Version)
	}
	return err
}

// TestCompetitors has several processes project the same streams: what they are delivered overlaps, and has gaps.
func TestCompetitors(t *testing.T) {
	t.Run("mend: competing consumers project each event once, and never go back", func(t *testing.T) {
		m := newMemory()
		h := &history{memory: m, versions: map[string][]uint64{}}
		commits, want := map[es.StreamID][]es.Commit{}, tally{}
		for i := range 40 {
			want.Sum, want.Seen = want.Sum+i%9, append(want.Seen, i+1)
		}
		for i := range 3 {
			ns := make([]int, 40)
			for j := range ns {
				ns[j] = j % 9
			}
			stream := es.StreamID(fmt.Sprint("counter-c", i))
			commits[stream] = fill(t, m, stream, ns...)
		}
		var processes sync.WaitGroup
		for seed := range uint64(4) {
			processes.Go(func() {
				lot := rand.New(rand.NewPCG(1, seed))
				p := &engine.Consumer{Name: "tallies", Store: m, Lot: m, Handler: &engine.Projector{View: tallies.ViewDecl, Views: h}}
				for stream, all := range commits {
					for to := 1; to <= len(all); to += 1 + lot.IntN(3) {
						hammer(t, p, stream, all[lot.IntN(to):to])
					}
					hammer(t, p, stream, all[len(all)-1:])
				}
			})
		}
		processes.Wait()
		for i := range 3 {
			id := fmt.Sprint("c", i)
			got, version := shown(t, m, id)
			if got.Sum != want.Sum || !slices.Equal(got.Seen, want.Seen) || version != 40 || len(m.parked) > 0 {
				t.Fatalf("version %d, %+v; want %+v; parked %v", version, got, want, m.parked)
			}
			if v := h.versions[id]; !slices.IsSorted(v) || len(slices.Compact(slices.Clone(v))) != len(v) {
				t.Fatalf("the row has had the versions %v", h.versions[id])
			}
		}
	})
}

// hammer delivers until it is taken, as a queue does: whoever loses a race is given the commits again.
func hammer(t *testing.T, p *engine.Consumer, stream es.StreamID, commits []es.Commit) {
	for {
		err := p.Deliver(context.Background(), stream, commits, 1)
		if err == nil {
			return
		}
		if !errors.Is(err, engine.ErrStale) {
			t.Error(err)
			return
		}
	}
}
