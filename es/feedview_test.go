package es_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/foldstream/foldstream/es"
)

func TestProjectFeed(t *testing.T) {
	gates := es.Of("gate", es.On[opened]("Opened"), es.On[painted]("Painted"))
	view := es.ProjectFeed(
		"openings",
		es.Into(doors, func(e opened, _ es.Meta) string { return e.By }, func(d []string, _ opened, m es.Meta) []string {
			return append(slices.Clone(d), string(m.Stream))
		}),
		es.Into(gates, func(opened, es.Meta) string { return "gates" }, func(d []string, _ opened, _ es.Meta) []string { return append(slices.Clone(d), "gate") }),
	)
	if !view.Global || !slices.Equal(view.Categories, []string{"door", "gate"}) {
		t.Fatalf("global: %v, categories %v", view.Global, view.Categories)
	}
	by := func(stream es.StreamID, who ...string) es.Commit {
		c := es.Commit{Stream: stream, Version: 4}
		for _, w := range who {
			c.Events = append(c.Events, es.Recorded{Type: "Opened", Data: []byte(`{"by":"` + w + `"}`)}, es.Recorded{Type: "Painted", Data: []byte(`{}`)})
		}
		return c
	}
	for name, c := range map[string]struct {
		commit es.Commit
		rows   []string
		docs   [][]string
	}{
		"each row once, in order":       {by("door-1", "b", "a", "b"), []string{"b", "a"}, [][]string{{"was", "door-1", "door-1"}, {"was", "door-1"}}},
		"an empty id leaves it out":     {by("door-1", ""), nil, nil},
		"by category, not only by name": {by("gate-1", "b", "b"), []string{"gates"}, [][]string{{"was", "gate", "gate"}}},
		"not of others":                 {by("window-1", "b"), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := view.Rows(c.commit)
			if err != nil || !slices.Equal(rows, c.rows) {
				t.Fatalf("rows %v, %v; want %v", rows, err, c.rows)
			}
			for i, id := range rows {
				if doc, err := view.ApplyTo(id, []string{"was"}, c.commit); err != nil || !slices.Equal(doc.([]string), c.docs[i]) {
					t.Fatalf("%s: %v, %v; want %v", id, doc, err, c.docs[i])
				}
			}
		})
	}
	t.Run("an unreadable event is a fault", func(t *testing.T) {
		c := es.Commit{Stream: "door-1", Version: 4, Events: []es.Recorded{{Type: "Opened", Data: []byte(`[]`)}}}
		var fault *es.Fault
		if _, err := view.Rows(c); !errors.As(err, &fault) {
			t.Fatalf("got %v", err)
		}
		if _, err := view.ApplyTo("a", nil, c); !errors.As(err, &fault) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestSearchable(t *testing.T) {
	view := countView().Searchable(func(n int) string { return string(rune('a' + n)) })
	if d := es.Search(view, "find-doors", "GET /doors"); !d.Finds || d.View != view.ViewDecl || d.IsList() || d.Role != es.RoleRead {
		t.Fatalf("declared %+v", d)
	}
	if view.Text(2) != "c" || view.Text(nil) != "" {
		t.Fatalf("the texts are %q and %q", view.Text(2), view.Text(nil))
	}
}
