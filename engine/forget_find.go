package engine

import (
	"context"
	"errors"
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
	Unread  int          `json:"unread"` // events that this program cannot read, and so whatever they hold that is not sealed
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
			f.tell(Working{"look through the feed", "commits", c.Position, max(head, c.Position)})
		}
		if len(c.Events) == 0 {
			return nil, hollow(c)
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
		plain, err := f.plain(c, i)
		var fault *es.Fault
		if errors.As(err, &fault) {
			a.Unread++
		} else if err != nil {
			return err
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

// plain counts texts of the i-th event of a commit, as it is stored, that would be the subject's envelopes if it were stored
// today: those that the shape that it has declares to be personal, and those of today's shape that are made of no such text.
func (f *Forget) plain(c es.Commit, i int) (n int, err error) {
	e := c.Events[i]
	for _, a := range f.App.FoldersOf(c.Stream.Category()) {
		last := len(a.EventShapes(e.Type)) - 1
		if last < 0 {
			continue // an event of another fold
		}
		then, err := f.inPlace(a.Personal(e.Type, e.Schema), c.Stream, e.Data)
		if err != nil {
			return n, err
		}
		n += len(then)
		if now := a.Personal(e.Type, last); now != nil && e.Schema != last {
			made, err := f.madeOfNone(a, now, c, i)
			if err != nil {
				return n, err
			}
			n += made
		}
	}
	return n, nil
}

// madeOfNone counts texts of today's shape of an event that stay as they are whatever stands in the place of those that are
// sealed, or declared to be personal in its own shape.
func (f *Forget) madeOfNone(a es.Folder, now *es.Personal, c es.Commit, i int) (n int, err error) {
	var sides [2][]string
	for side, mark := range []string{"1", "2"} {
		data, err := marked(a, c, i, mark)
		if err != nil {
			return 0, err
		}
		if sides[side], err = f.inPlace(now, c.Stream, data); err != nil {
			return 0, err
		}
	}
	for i, text := range sides[0] {
		if i < len(sides[1]) && sides[1][i] == text {
			n++
		}
	}
	return n, nil
}

// marked gives the i-th event of a commit in today's shape, with a mark in place of each text that is sealed, or declared to
// be personal in its own shape.
func marked(a es.Folder, c es.Commit, i int, mark string) (jsontext.Value, error) {
	put, err := es.Encode(mark)
	if err != nil {
		return nil, err
	}
	c.Events = slices.Clone(c.Events[i : i+1])
	c, err = retold([]es.Folder{a}, c, func(es.PersonalText) (jsontext.Value, error) { return put, nil })
	if err != nil {
		return nil, err
	}
	if c.Events[0].Data, err = unfolded(c.Events[0].Data, func(sealedText) (jsontext.Value, error) { return put, nil }); err != nil {
		return nil, err
	}
	return a.Today(c, 0)
}

// inPlace are the subject's texts of an event's data by what is declared to be personal, but for what is sealed.
func (f *Forget) inPlace(p *es.Personal, stream es.StreamID, data jsontext.Value) (texts []string, err error) {
	_, err = p.Replace(stream, data, func(t es.PersonalText) (jsontext.Value, error) {
		if t.Subject == f.Subject {
			texts = append(texts, t.Text)
		}
		return nil, nil
	})
	switch {
	case errors.Is(err, es.ErrNobodys):
		return texts, nil
	case err != nil:
		return nil, &es.Fault{Doing: "look for personal texts in " + string(stream), Err: err}
	}
	return texts, nil
}

func (a *about) count(category, name string) {
	i := slices.IndexFunc(a.Events, func(e FoundEvent) bool { return e.Category == category && e.Type == name })
	if i < 0 {
		i = len(a.Events)
		a.Events = append(a.Events, FoundEvent{Category: category, Type: name})
	}
	a.Events[i].Count++
}
