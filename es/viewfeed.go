package es

import (
	"fmt"
	"reflect"
	"slices"
)

// Routed is how one event changes a row of a view of many streams. It is made by [Into].
type Routed[D any] struct {
	category, event string
	route
}

// route says which row an event goes to, empty for none, and what becomes of the row.
type route struct {
	row   func(c Commit, i int) (string, error)
	apply func(doc any, c Commit, i int) (any, error)
}

// Into declares how an event changes the document of a row: row gives its id, empty to leave the event out.
func Into[S any, E Event[S], D any](a *Aggregate[S], row func(E, Meta) string, apply func(D, E, Meta) D) Routed[D] {
	upon := Upon(a, apply)
	past := a.byName[upon.event].past
	return Routed[D]{category: upon.category, event: upon.event, route: route{
		apply: upon.apply,
		row: func(c Commit, i int) (string, error) {
			e, err := readAs[E](past, c.Events[i])
			if err != nil {
				return "", c.fault(i, err)
			}
			return row(e, c.Meta(i)), nil
		},
	}}
}

// ProjectFeed declares a view of several categories' streams, whose rows see the events of all of them in the order of the
// feed. A row's version is its last commit's position in the feed.
func ProjectFeed[D any](name string, events ...Routed[D]) View[D] {
	v := View[D]{&ViewDecl{
		Name: name, Global: true, Doc: reflect.TypeFor[D](), into: map[string]route{}, keys: map[string]func(any) []Key{}, decode: decodeDoc[D],
	}}
	for _, e := range events {
		key := e.category + "/" + e.event
		if _, twice := v.into[key]; twice {
			panic(fmt.Sprintf("es.ProjectFeed(%q): %s is declared twice", name, key))
		}
		v.into[key] = e.route
		if !slices.Contains(v.Categories, e.category) {
			v.Categories = append(v.Categories, e.category)
		}
	}
	return v
}

// Rows are the ids of the rows that a commit changes in a view of many streams, each once.
func (v *ViewDecl) Rows(c Commit) ([]string, error) {
	var ids []string
	for i, e := range c.Events {
		r, ok := v.into[c.Stream.Category()+"/"+e.Type]
		if !ok {
			continue
		}
		id, err := r.row(c, i)
		if err != nil {
			return nil, err
		}
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ApplyTo gives the document of one of a commit's [ViewDecl.Rows] after it.
func (v *ViewDecl) ApplyTo(id string, doc any, c Commit) (any, error) {
	for i, e := range c.Events {
		r, ok := v.into[c.Stream.Category()+"/"+e.Type]
		if !ok {
			continue
		}
		row, err := r.row(c, i)
		if err == nil && row == id {
			doc, err = r.apply(doc, c, i)
		}
		if err != nil {
			return nil, err
		}
	}
	return doc, nil
}
