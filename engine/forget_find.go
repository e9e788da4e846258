package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Found is what a store has about a subject.
type Found struct {
	Streams int          `json:"streams"`
	Events  []FoundEvent `json:"events"` // by category and type
	Texts   int          `json:"texts"`  // that are sealed
	Plain   int          `json:"plain"`  // that were stored before they were declared to be personal, and cannot be forgotten
}

// FoundEvent is how many events of a type are about the subject.
type FoundEvent struct {
	Category string `json:"category"`
	Type     string `json:"type"`
	Count    int    `json:"count"`
}

// about is that with where it is.
type about struct {
	Found
	streams []es.StreamID
	rows    map[*es.ViewDecl][]string // of views of many streams
}

// find goes through the feed.
func (f *Forget) find(ctx context.Context) (*about, error) {
	a := &about{Found: Found{Events: []FoundEvent{}}, rows: map[*es.ViewDecl][]string{}}
	head, err := f.Feed.End(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the end of the feed: %w", err)
	}
	for c, err := range CatchUp(ctx, f.Feed, 0) {
		if err != nil {
			return nil, err
		}
		if c.Position%1000 == 0 {
			f.tell(Forgetness{Phase: PhaseFind, Position: c.Position, Head: max(head, c.Position)})
		}
		if err := f.look(ctx, a, c.Commit); err != nil {
			return nil, err
		}
	}
	a.Streams = len(a.streams)
	return a, nil
}

// look adds what a commit has about the subject.
func (f *Forget) look(ctx context.Context, a *about, c es.Commit) error {
	touched := false
	for i, e := range c.Events {
		sealed, err := f.texts(e.Data)
		if err != nil {
			return &es.Fault{Doing: "read the envelopes of " + eventRef(c, i), Err: err}
		}
		plain, err := f.plain(c.Stream, e)
		if err != nil {
			return &es.Fault{Doing: "look for personal texts in " + eventRef(c, i), Err: err}
		}
		a.Texts, a.Plain = a.Texts+sealed, a.Plain+plain
		if sealed+plain == 0 {
			continue
		}
		touched = true
		a.count(c.Stream.Category(), e.Type)
	}
	if !touched {
		return nil
	}
	if !slices.Contains(a.streams, c.Stream) {
		a.streams = append(a.streams, c.Stream)
	}
	return f.lookAtRows(ctx, a, c)
}

// lookAtRows notes the rows of views of many streams that a commit goes to.
func (f *Forget) lookAtRows(ctx context.Context, a *about, c es.Commit) error {
	for _, view := range f.App.Views() {
		if !view.Global || !slices.Contains(view.Categories, c.Stream.Category()) {
			continue
		}
		opened, err := f.Seals.Open(ctx, []es.Commit{c})
		if err != nil {
			return err
		}
		ids, err := view.Rows(opened[0])
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !slices.Contains(a.rows[view], id) {
				a.rows[view] = append(a.rows[view], id)
			}
		}
	}
	return nil
}

// texts counts the subject's envelopes.
func (f *Forget) texts(data jsontext.Value) (n int, err error) {
	_, err = unfolded(data, func(t sealedText) (jsontext.Value, error) {
		if t.Subject == f.Subject {
			n++
		}
		return nil, nil
	})
	return n, err
}

// plain counts texts that would be the subject's envelopes if the event were stored today.
func (f *Forget) plain(stream es.StreamID, e es.Recorded) (n int, err error) {
	for _, a := range f.App.FoldersOf(stream.Category()) {
		if shapes := a.EventShapes(e.Type); len(shapes) != e.Schema+1 {
			continue // of another shape, or none of this fold's
		}
		_, err = a.Personal(e.Type).Replace(stream, e.Data, func(t es.PersonalText) (jsontext.Value, error) {
			if t.Subject == f.Subject {
				n++
			}
			return nil, nil
		})
	}
	return n, err
}

func (a *about) count(category, name string) {
	i := slices.IndexFunc(a.Events, func(e FoundEvent) bool { return e.Category == category && e.Type == name })
	if i < 0 {
		i = len(a.Events)
		a.Events = append(a.Events, FoundEvent{Category: category, Type: name})
	}
	a.Events[i].Count++
}
