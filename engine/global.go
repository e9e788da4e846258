package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// Global is the consumer of a view of many streams: it follows the feed, in the feed's order.
//
// What is delivered to it only tells it that there may be more in the feed. A row carries the position that it shows, and
// is only ever brought on from an older one; the checkpoint is moved behind the rows. So a position that is applied again,
// after a crash or by somebody who competes, changes nothing.
type Global struct{ *Consumer }

// NewGlobal makes the consumer of a view of many streams.
func NewGlobal(p *Projector, feed Feed, checkpoints Checkpoints, lot ParkingLot, world World) Global {
	store := feedStore{feed}
	return Global{&Consumer{
		Name: p.View.Name, Store: store, Lot: lot, World: world, Handler: &feedProjector{Projector: p, store: store, checkpoints: checkpoints},
	}}
}

// Deliver goes on to the end of the feed, or to what cannot be projected, which parks the whole view.
func (g Global) Deliver(ctx context.Context, _ es.StreamID, _ []es.Commit, attempt int) error {
	return g.Consumer.Deliver(ctx, FeedStream, nil, attempt)
}

type feedProjector struct {
	*Projector
	store       Loader
	checkpoints Checkpoints
}

// near is how many positions a generation may be behind the live one for the projector to bring it on. One that is further
// behind is left to the rebuild that fills it.
const near = 1000

// Begin implements [Handler].
func (p *feedProjector) Begin(ctx context.Context, stream es.StreamID) (Progress, error) {
	return p.Turns.begin(ctx, p.View.Name, func(standing Standing) (Progress, error) {
		live, err := p.progress(ctx, standing.Live)
		if err != nil {
			return nil, err
		}
		return beside(ctx, live, standing.written(), func(generation uint64) (Progress, error) {
			other, err := p.progress(ctx, generation)
			if err != nil || other.at+near < live.at {
				return nil, err
			}
			return other, bringOn(ctx, other, live.at, Read(ctx, p.store, stream, other.at))
		})
	})
}

// progress reads how far a generation is in the feed.
func (p *feedProjector) progress(ctx context.Context, generation uint64) (*feedProgress, error) {
	name := GenerationName(p.View.Name, generation)
	at, err := p.checkpoints.Applied(ctx, name, FeedStream)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint of %s: %w", name, err)
	}
	return &feedProgress{feedProjector: p, generation: generation, name: name, saved: at, at: at}, nil
}

// feedProgress is how far a generation of a view is in the feed.
type feedProgress struct {
	*feedProjector
	generation uint64
	name       string
	saved, at  uint64
}

// unsaved is how many positions may have to be looked at again after a crash.
const unsaved = 200

func (p *feedProgress) Version() uint64 { return p.at }

func (p *feedProgress) Skip(c es.Commit) { p.at = c.Last() }

func (p *feedProgress) Save(ctx context.Context) error {
	if p.at == p.saved {
		return nil
	}
	if err := p.checkpoints.Advance(ctx, p.name, FeedStream, p.saved, p.at); err != nil {
		return err
	}
	p.saved = p.at
	return nil
}

func (p *feedProgress) Apply(ctx context.Context, fed es.Commit) error {
	var c es.Commit
	if err := es.Decode(fed.Events[0].Data, &c); err != nil {
		return &es.Fault{Doing: fmt.Sprintf("read the feed at position %d", fed.Version), Err: err}
	}
	if slices.Contains(p.View.Categories, c.Stream.Category()) {
		if len(c.Events) == 0 {
			return hollow(es.Positioned{Position: fed.Version, Commit: c})
		}
		if err := p.project(ctx, fed.Version, c); err != nil {
			return err
		}
	}
	p.at = fed.Version
	if p.at-p.saved >= unsaved {
		return p.Save(ctx)
	}
	return nil
}

func (p *feedProgress) project(ctx context.Context, position uint64, c es.Commit) error {
	ids, err := p.View.Rows(c)
	if err != nil {
		return err
	}
	for _, id := range ids {
		row, err := p.row(ctx, p.generation, id)
		if err != nil {
			return err
		}
		if row.version >= position {
			continue
		}
		if row.doc, err = p.View.ApplyTo(id, row.doc, c); err != nil {
			return err
		}
		row.version = position
		if err := row.Save(ctx); err != nil {
			return fmt.Errorf("save a row of %s: %w", p.name, err)
		}
	}
	return nil
}
