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
	Turns  *Turns
	Store  Loader // from which generations beside the live one catch up; a view of many streams has the feed for that
}

// Begin implements [Handler].
func (p *Projector) Begin(ctx context.Context, stream es.StreamID) (Progress, error) {
	return p.Turns.begin(ctx, p.View.Name, func(standing Standing) (Progress, error) {
		live, err := p.row(ctx, standing.Live, stream.ID())
		if err != nil {
			return nil, err
		}
		return beside(ctx, live, standing.written(), func(generation uint64) (Progress, error) {
			row, err := p.row(ctx, generation, stream.ID())
			if err == nil {
				err = bringOn(ctx, row, live.version, Read(ctx, p.Store, stream, row.version))
			}
			return row, err
		})
	})
}

// row reads a row of a generation.
func (p *Projector) row(ctx context.Context, generation uint64, id string) (*rowProgress, error) {
	r := p.blank(generation, id)
	var err error
	if r.was, err = p.Views.Row(ctx, r.name, id); err != nil {
		return nil, fmt.Errorf("read a row of %s: %w", r.name, err)
	}
	r.version = r.was.Version
	if len(r.was.Doc) > 0 {
		if r.doc, err = p.View.DecodeDoc(r.was.Doc); err != nil {
			return nil, &es.Fault{Doing: fmt.Sprintf("read row %s of %s", id, r.name), Err: err}
		}
	}
	return r, nil
}

// blank is a row that is not there yet.
func (p *Projector) blank(generation uint64, id string) *rowProgress {
	return &rowProgress{Projector: p, name: GenerationName(p.View.Name, generation), id: id}
}

type rowProgress struct {
	*Projector
	name    string // of the view's generation
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
	now, err := r.now()
	if err != nil {
		return err
	}
	// First the index, which keeps the newest version only: if the row is then not saved, both are written again.
	if err := r.index(ctx); err != nil {
		return err
	}
	return r.Views.Save(ctx, r.name, r.id, r.was, now)
}

// index sets the text of the row, for a view that is searched.
func (r *rowProgress) index(ctx context.Context) error {
	if r.Search == nil {
		return nil
	}
	if err := r.Search.Index(ctx, r.name, r.id, r.version, r.View.Text(r.doc)); err != nil {
		return fmt.Errorf("index a row of %s: %w", r.name, err)
	}
	return nil
}

// now is the row as it is to be saved.
func (r *rowProgress) now() (Row, error) {
	now := Row{Version: r.version, Keys: r.View.Keys(r.doc)}
	if r.doc == nil {
		return now, nil
	}
	doc, err := es.Encode(r.doc)
	if err != nil {
		return Row{}, &es.Fault{Doing: "encode a row of " + r.name, Err: err}
	}
	now.Doc = bytes.Clone(doc)
	return now, nil
}
