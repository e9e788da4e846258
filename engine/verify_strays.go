package engine

import (
	"context"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// strays looks for rows and snapshots of streams that there are not.
func (w *verifying) strays(ctx context.Context, f *fedStreams, first bool) error {
	lacks := func(stream es.StreamID) (bool, error) {
		key, ours := f.of(stream)
		if _, known := f.next[key]; !ours || known {
			return false, nil
		}
		there, err := w.isThere(ctx, stream)
		return !there, err
	}
	for _, view := range w.App.Views() {
		if view.Global {
			continue
		}
		name := GenerationName(view.Name, w.generation(view.Name))
		for row, err := range w.Views.Rows(ctx, name) {
			if err != nil {
				return fmt.Errorf("read the rows of %s: %w", name, err)
			}
			stream := es.NewStreamID(view.Categories[0], row.ID)
			stray, err := lacks(stream)
			if err != nil {
				return err
			}
			if stray {
				w.found(Finding{
					Check: CheckView, Where: view.Name + " " + row.ID, Expected: fmt.Sprintf("no row: %s has no events", stream),
					Found: fmt.Sprintf("a row at version %d", row.Version), Next: nextStray(view.Name),
				})
			}
		}
	}
	known := w.foldIDs()
	for s, err := range w.Inventory.Snapshotted(ctx) {
		if err != nil {
			return err
		}
		current := known[s.Fold.Name] == s.Fold.Fingerprint
		if first && current {
			w.count(func(v *Verified) { v.Snapshots++ })
		} else if first {
			w.count(func(v *Verified) { v.Stale++ })
		}
		stray, err := lacks(s.Stream)
		if err != nil {
			return err
		}
		if stray && current {
			w.found(Finding{
				Check: CheckSnapshot, Where: string(s.Stream), Expected: "no snapshot: the stream has no events",
				Found: fmt.Sprintf("a snapshot of %s at version %d", s.Fold.Name, s.Version), Next: nextSnapshot(s.Fold.Name),
			})
		}
	}
	return nil
}

// foldIDs are the fingerprints of this program's folds by name.
func (w *verifying) foldIDs() map[string]string {
	ids := map[string]string{}
	for _, a := range w.App.Folders() {
		if a.Traits().Snapshot > 0 {
			ids[a.FoldID().Name] = a.FoldID().Fingerprint
		}
	}
	return ids
}
