package engine

import (
	"context"
	"fmt"
	"iter"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// Takeover brings commits of another store into an installation as what has been dealt with there: its views show them, but
// sagas, listeners and the notifier are past them before they are there, and so never mail, push, send a command or set a
// timer for them. What happens behind them is dealt with as always.
//
// It costs a look at the end of each stream that it meets, and a checkpoint of each such consumer for each of a batch's
// streams.
type Takeover struct {
	Importer Importer
	Source   string // names the other store, and how its commits are changed on the way

	store EventStore
	muted map[string][]string              // categories by consumer; none for all
	heads *lru.Cache[es.StreamID, es.Head] // of streams, where it left them
}

// Arrival is what one position of a source's feed comes to: nothing, a commit, or a few.
type Arrival struct {
	Position uint64
	Drafts   []es.Draft
}

// rememberedHeads is how many streams need not be looked at again.
const rememberedHeads = 50_000

// NewTakeover prepares a takeover. Nobody else may append to the streams that it brings commits of while it does.
func NewTakeover(i *Installation, importer Importer, source string) *Takeover {
	heads, err := lru.New[es.StreamID, es.Head](rememberedHeads)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	muted := Acting(i.App)
	muted[NotifierName] = nil
	return &Takeover{Importer: importer, Source: source, store: i.Stored, muted: muted, heads: heads}
}

// Acting are the consumers of an app that act upon what has happened, by name, with the categories that they listen to.
func Acting(app *es.App) map[string][]string {
	all := map[string][]string{}
	for _, saga := range app.Sagas() {
		all[saga.Name] = saga.Listens
	}
	for _, listener := range app.Listeners() {
		all[listener.Name] = listener.Listens
	}
	return all
}

// All brings over what a sequence gives behind what has been copied before, in batches. It tells how far it has come in the
// source's feed behind each. While the store is busy it waits.
func (t *Takeover) All(ctx context.Context, arrivals iter.Seq2[Arrival, error], progress func(position uint64)) error {
	copied, err := t.Importer.Copied(ctx, t.Source)
	if err != nil {
		return err
	}
	h := t.haul(copied)
	flush := func() error {
		if err := t.insist(ctx, h); err != nil {
			return err
		}
		h = t.haul(h.now)
		progress(h.now)
		return nil
	}
	for a, err := range arrivals {
		if err != nil {
			return err
		}
		if a.Position <= copied {
			continue
		}
		if !h.takes(a) {
			if err := flush(); err != nil {
				return err
			}
		}
		h.add(a)
	}
	if h.now == h.was {
		return nil
	}
	return flush()
}

// haul is what is copied at once.
type haul struct {
	was, now      uint64
	drafts        []es.Draft
	bytes         int
	most, largest int // commits and bytes that there is room for
}

func (t *Takeover) haul(from uint64) haul {
	most, largest := t.Importer.Room()
	return haul{was: from, now: from, most: most, largest: largest}
}

// emptyHaul is how many positions that come to nothing make a haul.
const emptyHaul = 10_000

// takes reports whether there is room for an arrival too. An empty haul takes any.
func (h *haul) takes(a Arrival) bool {
	if h.now == h.was {
		return true
	}
	bytes := h.bytes
	for _, d := range a.Drafts {
		bytes += bound(d)
	}
	return len(h.drafts)+len(a.Drafts) <= h.most && bytes <= h.largest && h.now-h.was < emptyHaul
}

func (h *haul) add(a Arrival) {
	h.now = a.Position
	h.drafts = append(h.drafts, a.Drafts...)
	for _, d := range a.Drafts {
		h.bytes += bound(d)
	}
}

// bound is at least what a draft's commit takes as JSON: no character takes more than 6 bytes.
func bound(d es.Draft) int {
	o := d.Origin
	bytes := 512 + 6*(len(d.Stream)+len(o.CommandID)+len(o.TraceID)+len(o.CausationID)+len(o.Invoker)+len(o.Trace))
	for _, e := range d.Events {
		bytes += 64 + 6*len(e.Type) + len(e.Data)
	}
	return bytes
}

// insist takes a haul, and goes on trying while nothing but time is needed.
func (t *Takeover) insist(ctx context.Context, h haul) error {
	tried := false
	return patiently(ctx, func() error {
		if tried {
			if at, err := t.Importer.Copied(ctx, t.Source); err != nil || at == h.now {
				return err
			}
		}
		tried = true
		return t.Take(ctx, h.was, h.now, h.drafts...)
	})
}

// Take brings over the commits that a source's feed comes to behind one position up to another, as [Importer.Copy] takes them.
func (t *Takeover) Take(ctx context.Context, was, now uint64, drafts ...es.Draft) error {
	ends, err := t.join(ctx, drafts)
	if err != nil {
		return err
	}
	if err := t.Importer.Mute(ctx, t.marks(ends)...); err != nil {
		return fmt.Errorf("mute what is taken over: %w", err)
	}
	if err := t.Importer.Copy(ctx, t.Source, was, now, drafts...); err != nil {
		t.heads.Purge()
		return err
	}
	for stream, end := range ends {
		t.heads.Add(stream, end)
	}
	return nil
}

// join makes sure that drafts stand where their streams end, before anybody is told that they are there. It gives where the
// streams end then.
func (t *Takeover) join(ctx context.Context, drafts []es.Draft) (map[es.StreamID]es.Head, error) {
	ends := map[es.StreamID]es.Head{}
	for _, d := range drafts {
		end, known := ends[d.Stream]
		if !known {
			var err error
			if end, err = t.end(ctx, d.Stream); err != nil {
				return nil, err
			}
		}
		if end != d.After {
			return nil, fmt.Errorf("take over version %d of a stream that is at %d: %w", d.After.Version()+1, end.Version(), &Conflict{Stream: d.Stream})
		}
		ends[d.Stream] = d.Commit().Head()
	}
	return ends, nil
}

func (t *Takeover) end(ctx context.Context, stream es.StreamID) (es.Head, error) {
	if end, known := t.heads.Get(stream); known {
		return end, nil
	}
	tail, err := t.store.Tail(ctx, stream, 1)
	if err != nil {
		return es.Head{}, fmt.Errorf("find the end of %s: %w", stream, err)
	}
	if len(tail) == 0 {
		return es.Head{}, nil
	}
	return tail[len(tail)-1].Head(), nil
}

// marks are the checkpoints of those who are not to act on what comes to stand before these ends.
func (t *Takeover) marks(ends map[es.StreamID]es.Head) []Mark {
	var all []Mark
	for stream, end := range ends {
		for consumer, categories := range t.muted {
			if len(categories) == 0 || slices.Contains(categories, stream.Category()) {
				all = append(all, Mark{Consumer: consumer, Stream: stream, Version: end.Version()})
			}
		}
	}
	return all
}
