package es

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// View declares a read model: one document D for each stream of one category, folded from the stream's events, and the
// indexes by which documents are listed.
type View[D any] struct{ *ViewDecl }

// ViewDecl is a declared view, with its types erased.
type ViewDecl struct {
	Name       string // kebab-case; names the projector's Lambda and queue
	Categories []string
	Global     bool // whether it is of several streams' events, by [ProjectFeed]; else a row is of one stream
	Doc        reflect.Type
	Indexes    []Index
	into       map[string]route
	text       func(doc any) string // nil for a view that cannot be searched
	whens      map[string]func(doc any, c Commit, i int) (any, error)
	keys       map[string]func(doc any) []Key
	decode     func([]byte) (any, error)
}

// Index is a declared way to list a view's documents.
type Index struct{ Name string }

// Key places a document in an index: List reads one partition in order of Sort.
type Key struct {
	Index     string `json:"i"`
	Partition string `json:"p"`
	Sort      string `json:"s"`
}

// When is how one event changes a view's document. It is made by [Upon].
type When[D any] struct {
	category, event string
	apply           func(doc any, c Commit, i int) (any, error)
}

// Upon declares how a view's document changes with an event of the aggregate. An event without an Upon leaves the
// document as it is. Like Evolve, it must not change what the old document refers to.
func Upon[S any, E Event[S], D any](a *Aggregate[S], apply func(D, E, Meta) D) When[D] {
	t, known := a.byType[reflect.TypeFor[E]()]
	if !known {
		panic(fmt.Sprintf("es.Upon: %v is not an event of %s", reflect.TypeFor[E](), a.category))
	}
	return When[D]{category: a.category, event: t.name, apply: func(doc any, c Commit, i int) (any, error) {
		e, err := readAs[E](t.past, c.Events[i])
		if err != nil {
			return nil, c.fault(i, err)
		}
		d, _ := doc.(D)
		return apply(d, e, c.Meta(i)), nil
	}}
}

// Project declares a view of the streams that its events belong to.
func Project[D any](name string, whens ...When[D]) View[D] {
	v := View[D]{&ViewDecl{
		Name: name, Categories: []string{whens[0].category}, Doc: reflect.TypeFor[D](),
		whens: map[string]func(any, Commit, int) (any, error){}, keys: map[string]func(any) []Key{}, decode: decodeDoc[D],
	}}
	for _, w := range whens {
		if w.category != v.Categories[0] {
			panic(fmt.Sprintf("es.Project(%q): events of both %s and %s", name, v.Categories[0], w.category))
		}
		if v.whens[w.event] != nil {
			panic(fmt.Sprintf("es.Project(%q): %s is declared twice", name, w.event))
		}
		v.whens[w.event] = w.apply
	}
	return v
}

func decodeDoc[D any](data []byte) (any, error) {
	var d D
	err := Decode(data, &d)
	return d, err
}

// Searchable lets documents be found by the words of a text, by a query that [Search] declares.
func (v View[D]) Searchable(text func(D) string) View[D] {
	v.text = func(doc any) string {
		d, _ := doc.(D)
		return text(d)
	}
	return v
}

// IsSearchable reports whether [View.Searchable] was declared.
func (v *ViewDecl) IsSearchable() bool { return v.text != nil }

// Text is what a document is found by; empty when there is no document.
func (v *ViewDecl) Text(doc any) string {
	if doc == nil {
		return ""
	}
	return v.text(doc)
}

// IndexedBy adds an index: keys gives the places of a document in it, none to leave it out.
func (v View[D]) IndexedBy(name string, keys func(D) []Key) View[D] {
	v.Indexes = append(v.Indexes, Index{Name: name})
	v.keys[name] = func(doc any) []Key {
		d, _ := doc.(D)
		places := keys(d)
		for i := range places {
			places[i].Index = name
		}
		return places
	}
	return v
}

// Apply gives the document after a commit from the one before it; nil stands for none.
func (v *ViewDecl) Apply(doc any, c Commit) (any, error) {
	var err error
	for i, e := range c.Events {
		when, ok := v.whens[e.Type]
		if !ok {
			continue
		}
		if doc, err = when(doc, c, i); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// Keys are the places of a document in all the view's indexes.
func (v *ViewDecl) Keys(doc any) []Key {
	var keys []Key
	if doc == nil {
		return nil
	}
	for _, index := range v.Indexes {
		keys = append(keys, v.keys[index.Name](doc)...)
	}
	return keys
}

// DecodeDoc reads a stored document.
func (v *ViewDecl) DecodeDoc(data []byte) (any, error) { return v.decode(data) }

// Descending makes a Sort of an ascending one (of ASCII), for lists whose latest comes first.
func Descending(sort string) string {
	return strings.Map(func(r rune) rune { return '~' - (r - ' ') }, sort)
}

// Sortable writes a time as text whose order is that of times, to the millisecond.
func Sortable(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// NewestFirst is the Sort of a document in a list whose latest comes first. The id gives documents of the same moment an
// order too.
func NewestFirst(at time.Time, id string) string { return Descending(Sortable(at) + " " + id) }
