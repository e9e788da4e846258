package engine

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// erased gives an opened commit as it reads once persons are forgotten, by what is declared of its events: whatever is sealed
// of them, and what was stored before that was declared.
func erased(folds []es.Folder, c es.Commit, whose func(subject string) bool) (es.Commit, error) {
	return retold(folds, c, func(t es.PersonalText) (jsontext.Value, error) {
		if whose(t.Subject) {
			return es.Encode(t.Erased)
		}
		return es.Encode(t.Text)
	})
}

func everybody(string) bool { return true }

// retold gives a commit with something else in place of what the shapes of its events declare to be personal. What does not
// say whose it is stays.
func retold(folds []es.Folder, c es.Commit, with func(es.PersonalText) (jsontext.Value, error)) (es.Commit, error) {
	events := make([]es.Recorded, len(c.Events))
	for i, e := range c.Events {
		for _, a := range folds {
			data, err := a.Personal(e.Type, e.Schema).Replace(c.Stream, e.Data, with)
			switch {
			case errors.Is(err, es.ErrNobodys):
			case err != nil:
				return c, &es.Fault{Doing: "look for personal texts in " + eventRef(c, i), Err: err}
			default:
				e.Data = data
			}
		}
		events[i] = e
	}
	c.Events = events
	return c, nil
}
