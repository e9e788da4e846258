package engine

import (
	"bytes"
	"context"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// Projector keeps the rows of a view. A row carries the version that it shows, so that it is its own checkpoint: one
// conditional write brings it on.
type Projector struct {
	View   *es.ViewDecl
	Views  Views
	Search Search // nil for a view that cannot be searched
}

// Begin implements [Handler].
func (p *Projector) Begin(ctx context.Context, stream es.StreamID) (Progress, error) {
	return p.row(ctx, stream.ID())
}

func (p *Projector) row(ctx context.Context, id string) (*rowProgress, error) {
	row, err := p.Views.Row(ctx, p.View.Name, id)
	if err != nil {
		return nil, fmt.Errorf("read a row of %s: %w", p.View.Name, err)
	}
	r := &rowProgress{Projector: p, id: id, was: row, version: row.Version}
	if len(row.Doc) > 0 {
		if r.doc, err = p.View.DecodeDoc(row.Doc); err != nil {
			return nil, &es.Fault{Doing: "read a row of " + p.View.Name, Err: err}
		}
	}
	return r, nil
}

type rowProgress struct {
	*Projector
	id      string
	was     Row
	doc     any
	version uint64
}

func (r *rowProgress) Version() uint64 { return r.version }

func (r *rowProgress) Apply(_ context.Context, c es.Commit) error {
	doc, err := r.View.Apply(r.doc, c)
	if err != nil {
		return err
	}
	r.doc, r.version = doc, c.Last()
	return nil
}

func (r *rowProgress) Skip(c es.Commit) { r.version = c.Last() }

func (r *rowProgress) Save(ctx context.Context) error {
	if r.version == r.was.Version {
		return nil
	}
	now := Row{Version: r.version, Keys: r.View.Keys(r.doc)}
	if r.doc != nil {
		doc, err := es.Encode(r.doc)
		if err != nil {
			return &es.Fault{Doing: "encode a row of " + r.View.Name, Err: err}
		}
		now.Doc = bytes.Clone(doc)
	}
	if r.Search != nil {
		// First the index, which keeps the newest version only: if the row is then not saved, both are written again.
		if err := r.Search.Index(ctx, r.View.Name, r.id, r.version, r.View.Text(r.doc)); err != nil {
			return fmt.Errorf("index a row of %s: %w", r.View.Name, err)
		}
	}
	return r.Views.Save(ctx, r.View.Name, r.id, r.was, now)
}
