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
	return Global{&Consumer{
		Name: p.View.Name, Store: feedStore{feed}, Lot: lot, World: world, Handler: &feedProjector{Projector: p, checkpoints: checkpoints},
	}}
}

// Deliver goes on to the end of the feed, or to what cannot be projected, which parks the whole view.
func (g Global) Deliver(ctx context.Context, _ es.StreamID, _ []es.Commit, attempt int) error {
	return g.Consumer.Deliver(ctx, FeedStream, nil, attempt)
}

type feedProjector struct {
	*Projector
	checkpoints Checkpoints
}

// Begin implements [Handler].
func (p *feedProjector) Begin(ctx context.Context, stream es.StreamID) (Progress, error) {
	at, err := p.checkpoints.Applied(ctx, p.View.Name, stream)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint of %s: %w", p.View.Name, err)
	}
	return &feedProgress{feedProjector: p, saved: at, at: at}, nil
}

// feedProgress is how far a view is in the feed.
type feedProgress struct {
	*feedProjector
	saved, at uint64
}

// unsaved is how many positions may have to be looked at again after a crash.
const unsaved = 200

func (p *feedProgress) Version() uint64 { return p.at }

func (p *feedProgress) Skip(c es.Commit) { p.at = c.Last() }

func (p *feedProgress) Save(ctx context.Context) error {
	if p.at == p.saved {
		return nil
	}
	if err := p.checkpoints.Advance(ctx, p.View.Name, FeedStream, p.saved, p.at); err != nil {
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
		row, err := p.row(ctx, id)
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
			return fmt.Errorf("save a row of %s: %w", p.View.Name, err)
		}
	}
	return nil
}
