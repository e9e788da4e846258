package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// hotRows are the rows of a generation that are being filled. They stay from one batch to the next, so that a row that many
// batches are about is read once and saved once. The checkpoint in the feed stands behind what is saved.
type hotRows struct {
	rows  map[es.StreamID]*hotRow
	held  int // bytes that the rows hold, about
	round uint64
	since time.Time     // when all was saved
	pause time.Duration // until it is saved again
}

// hotRow is a row with the commits of a batch that it is about.
type hotRow struct {
	*rowProgress // nil until it is read
	stream       es.StreamID
	commits      []*es.Positioned
	held         int
	round        uint64 // of saving, in which it was last changed
	sum          uint64 // of its document as it is stored
}

const (
	hotBytes  = 32 << 20         // that rows hold at most, about
	hotTime   = 2 * time.Second  // between times of saving, at least
	hotMost   = 15 * time.Second // and at most, however long it takes
	hotShare  = 10               // of the time that goes by, a tenth is for saving
	rowBytes  = 1 << 10          // that a row holds beside its document
	docFactor = 4                // how many bytes a document holds for each byte of its JSON

	savedRows  = 512 // at once, or as many as have so many bytes
	savedBytes = 4 << 20
)

func newHotRows() *hotRows {
	return &hotRows{rows: map[es.StreamID]*hotRow{}, since: time.Now(), pause: hotTime}
}

// sort adds the commits of a batch to their rows, and gives those rows.
func (h *hotRows) sort(commits []*es.Positioned) (rows []*hotRow) {
	for _, c := range commits {
		row := h.rows[c.Stream]
		if row == nil {
			row = &hotRow{stream: c.Stream, held: rowBytes}
			h.rows[c.Stream] = row
			h.held += rowBytes
		}
		if len(row.commits) == 0 {
			rows = append(rows, row)
		}
		row.commits, row.round = append(row.commits, c), h.round
		size := dataBytes(c.Commit) // a document grows by what its events hold, as a rule
		row.held, h.held = row.held+size, h.held+size
	}
	return rows
}

func dataBytes(c es.Commit) (n int) {
	for _, e := range c.Events {
		n += len(e.Data)
	}
	return n
}

// full reports whether it is time to save. What rows hold is only guessed from their events until it is too much.
func (h *hotRows) full() bool {
	if time.Since(h.since) >= h.pause {
		return true
	}
	if h.held < hotBytes {
		return false
	}
	h.held = 0
	for _, row := range h.rows {
		row.measure()
		h.held += row.held
	}
	return h.held >= hotBytes/2
}

// measure finds out what a row holds. A document that cannot be encoded is left to whoever saves it.
func (r *hotRow) measure() {
	if r.rowProgress == nil {
		r.held = rowBytes
	} else if now, err := r.now(); err == nil {
		r.held = rowBytes + docFactor*len(now.Doc)
	}
}

// unsaved gives the rows that are not as they are stored, in the order of their ids.
func (h *hotRows) unsaved() (rows []*hotRow) {
	for _, row := range h.rows {
		if row.rowProgress != nil && row.version != row.was.Version {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *hotRow) int { return cmp.Compare(a.id, b.id) })
	return rows
}

// saved is called when all rows are stored, which took a while. Those that have stood still since the time before go, or all
// when they hold much.
func (h *hotRows) saved(took time.Duration) {
	h.held = 0
	for stream, row := range h.rows {
		if row.round < h.round {
			delete(h.rows, stream)
			continue
		}
		h.held += row.held
	}
	if h.held > hotBytes/2 {
		clear(h.rows)
		h.held = 0
	}
	h.round, h.since, h.pause = h.round+1, time.Now(), min(max(hotTime, hotShare*took), hotMost)
}

// streams folds a batch into the rows of a view with a row for each stream, each stream's commits at once.
func (f *filler) streams(ctx context.Context, b batch) error {
	return each(ctx, f.hot.sort(b.commits), func(ctx context.Context, row *hotRow) error {
		return patiently(ctx, func() error { return f.warm(ctx, row) })
	})
}

// warm folds commits into a row.
func (f *filler) warm(ctx context.Context, row *hotRow) error {
	if row.rowProgress == nil {
		read := f.projector.blank(f.generation, row.stream.ID())
		if row.commits[0].Version > 1 { // a stream that begins has no row as a rule
			var err error
			if read, err = f.projector.row(ctx, f.generation, row.stream.ID()); err != nil {
				return err
			}
			row.held += docFactor * len(read.was.Doc)
			row.sum, read.was.Doc = docSum(read.was.Doc), nil
		}
		row.rowProgress = read
	}
	err := f.apply(ctx, row.rowProgress, row.stream, row.commits)
	if err == nil {
		clear(row.commits)
		row.commits = row.commits[:0]
	}
	return err
}

// save stores all rows, and moves the checkpoint behind them.
func (f *filler) save(ctx context.Context, name string, end uint64) error {
	began := time.Now()
	if f.Personal {
		if err := f.reread(ctx, name, f.hot.unsaved()); err != nil {
			return err
		}
	}
	rows := f.hot.unsaved()
	if f.Search != nil {
		if err := each(ctx, rows, func(ctx context.Context, row *hotRow) error {
			return patiently(ctx, func() error { return row.index(ctx) })
		}); err != nil {
			return err
		}
	}
	for len(rows) > 0 {
		n, err := f.saveSome(ctx, name, rows)
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	f.hot.saved(time.Since(began))
	return f.advance(ctx, name, end)
}

// saveSome stores the first of some rows, and gives how many.
func (f *filler) saveSome(ctx context.Context, name string, rows []*hotRow) (n int, err error) {
	var changes []RowChange
	for size := 0; n < min(len(rows), savedRows) && size < savedBytes; n++ {
		now, err := rows[n].now()
		if err != nil {
			return 0, err
		}
		changes = append(changes, RowChange{ID: rows[n].id, Was: rows[n].was, Now: now})
		size += len(now.Doc)
	}
	var stale []string
	if err := patiently(ctx, func() (err error) {
		stale, err = f.Views.SaveAll(ctx, name, changes)
		return err
	}); err != nil {
		return 0, fmt.Errorf("save %d rows: %w", n, err)
	}
	for i, row := range rows[:n] {
		now := changes[i].Now
		row.was, row.held, row.sum = Row{Version: now.Version, Keys: now.Keys}, rowBytes+docFactor*len(now.Doc), docSum(now.Doc)
	}
	return n, f.refresh(ctx, rows[:n], stale)
}

// reread brings rows on from what is stored, where that has been changed without another version: somebody has been forgotten
// who may be in what is to be saved.
func (f *filler) reread(ctx context.Context, name string, rows []*hotRow) error {
	return each(ctx, rows, func(ctx context.Context, row *hotRow) error {
		if row.was.Version == 0 {
			return nil
		}
		return patiently(ctx, func() error {
			is, err := f.Views.Row(ctx, name, row.id)
			if err != nil {
				return fmt.Errorf("read a row of %s: %w", name, err)
			}
			if is.Version == row.was.Version && docSum(is.Doc) == row.sum {
				return nil
			}
			row.rowProgress = nil
			return f.bring(ctx, row.stream)
		})
	})
}

var docSeed = maphash.MakeSeed()

func docSum(doc []byte) uint64 { return maphash.Bytes(docSeed, doc) }

// refresh brings rows on that somebody else has brought on meanwhile.
func (f *filler) refresh(ctx context.Context, rows []*hotRow, stale []string) error {
	if len(stale) == 0 {
		return nil
	}
	others := map[string]bool{}
	for _, id := range stale {
		others[id] = true
	}
	return each(ctx, rows, func(ctx context.Context, row *hotRow) error {
		if !others[row.id] {
			return nil
		}
		row.rowProgress = nil
		return patiently(ctx, func() error { return f.bring(ctx, row.stream) })
	})
}

// bring brings a stream's row on by what the store has, again when somebody else has done so meanwhile.
func (f *filler) bring(ctx context.Context, stream es.StreamID) error {
	for {
		row, err := f.projector.row(ctx, f.generation, stream.ID())
		if err != nil {
			return err
		}
		if err := f.apply(ctx, row, stream, nil); err != nil {
			return err
		}
		if err := row.Save(ctx); !errors.Is(err, ErrStale) {
			return err
		}
	}
}
