package sqlite_test

import (
	"context"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
)

func TestRebuildAfterACrash(t *testing.T) {
	db := open(t)
	contract.Rebuilds(t, func(_ *testing.T, breaks *contract.Breaks) contract.Rebuilding {
		calm := engine.Rebuild{
			Events: db, Feed: db, Views: db, Checkpoints: db, Lot: db, Generations: db,
			Program: "this one", Bound: time.Millisecond, Patience: 10 * time.Second,
		}
		b, broken := breakable{db, breaks}, calm
		broken.Views, broken.Checkpoints, broken.Lot, broken.Generations = b, b, b, b
		return contract.Rebuilding{Store: db, Feed: db, Rebuild: broken, Calm: calm}
	})
}

// breakable is a store whose writes of a rebuild break off.
type breakable struct {
	*sqlite.DB
	breaks *contract.Breaks
}

func (b breakable) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	return b.breaks.Write(func() error { return b.DB.Save(ctx, view, id, was, now) })
}

func (b breakable) SaveAll(ctx context.Context, view string, changes []engine.RowChange) (stale []string, err error) {
	err = b.breaks.Write(func() error { stale, err = b.DB.SaveAll(ctx, view, changes); return err })
	return stale, err
}

func (b breakable) EraseRows(ctx context.Context, view string) error {
	return b.breaks.Write(func() error { return b.DB.EraseRows(ctx, view) })
}

func (b breakable) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	return b.breaks.Write(func() error { return b.DB.Advance(ctx, consumer, stream, was, now) })
}

func (b breakable) Park(ctx context.Context, p engine.Parked) error {
	return b.breaks.Write(func() error { return b.DB.Park(ctx, p) })
}

func (b breakable) Unpark(ctx context.Context, consumer string, stream es.StreamID) error {
	return b.breaks.Write(func() error { return b.DB.Unpark(ctx, consumer, stream) })
}

func (b breakable) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	return b.breaks.Write(func() error { return b.DB.SetStanding(ctx, view, was, now) })
}
