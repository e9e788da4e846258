package es

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Event is a fact of an aggregate with state S. Evolve gives the state after it, from the state before. It must not
// refuse, nor change what the old state refers to: copy maps and slices that change.
type Event[S any] interface{ Evolve(S) S }

// EventType is an event as [On] declares it.
type EventType[S any] struct {
	name     string
	goType   reflect.Type
	past     chain
	personal []*Personal // by schema version, as past and the type itself declare it
	decode   func(Recorded) (Event[S], error)
}

// On declares an event type under its wire name. The name is the event's for ever; the Go type may be renamed, and its
// shape may change with an [Upcast] for each shape that it has had, oldest first. Their number is the event's schema version.
func On[E Event[S], S any](name string, upcasters ...Upcaster) EventType[S] {
	t, past := reflect.TypeFor[E](), chain(upcasters)
	if err := past.check(t); err != nil {
		panic(fmt.Sprintf("es.On(%q): %v", name, err))
	}
	e := EventType[S]{
		name: name, goType: t, past: past,
		decode: func(r Recorded) (Event[S], error) { return readAs[E](past, r) },
	}
	for _, shape := range past.shapes(t) {
		personal, err := personalOf(shape)
		if err != nil {
			panic(fmt.Sprintf("es.On(%q): %v", name, err))
		}
		e.personal = append(e.personal, personal)
	}
	return e
}

// Aggregate declares the fold of one category of streams: which events it knows, and the state S that they make, beginning
// with S's zero value.
type Aggregate[S any] struct {
	category string
	names    []string
	byName   map[string]EventType[S]
	byType   map[reflect.Type]EventType[S]
	partial  bool
	private  bool
	personal bool
	traits   Traits
	foldID   func() FoldID // nil without snapshots
	sources  []fs.FS
	carry    func(S) []Event[S] // nil where streams cannot be closed
}

// Of declares an aggregate. Category is a word of lower-case letters. A name or a type that is declared twice panics, as
// does every wrong declaration: a program with one never starts.
func Of[S any](category string, events ...EventType[S]) *Aggregate[S] {
	a := &Aggregate[S]{category: category, byName: map[string]EventType[S]{}, byType: map[reflect.Type]EventType[S]{}}
	for _, e := range events {
		if isCore(e.name) {
			panic(fmt.Sprintf("es.Of(%q): all streams have an event %q of their own", category, e.name))
		}
		if _, twice := a.byName[e.name]; twice {
			panic(fmt.Sprintf("es.Of(%q): event name %q is declared twice", category, e.name))
		}
		if _, twice := a.byType[e.goType]; twice {
			panic(fmt.Sprintf("es.Of(%q): event type %v is declared twice", category, e.goType))
		}
		a.names = append(a.names, e.name)
		a.personal = a.personal || slices.ContainsFunc(e.personal, func(p *Personal) bool { return p != nil })
		a.byName[e.name], a.byType[e.goType] = e, e
	}
	return a
}

// Partial makes the aggregate ignore events that it does not declare, for an aggregate that shares another's streams.
func (a *Aggregate[S]) Partial() *Aggregate[S] {
	a.partial = true
	return a
}

// Private keeps the data of the aggregate's events inside: pushes and traces name them without their payload, and only
// admins may subscribe to its streams.
func (a *Aggregate[S]) Private() *Aggregate[S] {
	a.private = true
	return a
}

// Category is the category of the aggregate's streams.
func (a *Aggregate[S]) Category() string { return a.category }

// Events are the wire names of the aggregate's events, in order of declaration.
func (a *Aggregate[S]) Events() []string { return a.names }

// IsPrivate reports whether [Aggregate.Private] was declared.
func (a *Aggregate[S]) IsPrivate() bool { return a.private }

// IsPartial reports whether [Aggregate.Partial] was declared.
func (a *Aggregate[S]) IsPartial() bool { return a.partial }

// StateName implements [Folder].
func (a *Aggregate[S]) StateName() string { return reflect.TypeFor[S]().String() }

// EventGoType is the Go type behind a wire name, for schemas; nil when there is none.
func (a *Aggregate[S]) EventGoType(name string) reflect.Type { return a.byName[name].goType }

// EventShapes are the Go types behind a wire name by schema version, the current one last; none when there is no such event.
func (a *Aggregate[S]) EventShapes(name string) []reflect.Type {
	t, known := a.byName[name]
	if !known {
		return nil
	}
	return t.past.shapes(t.goType)
}

// Personal implements [Folder].
func (a *Aggregate[S]) Personal(name string, schema int) *Personal {
	if all := a.byName[name].personal; schema >= 0 && schema < len(all) {
		return all[schema]
	}
	return nil
}

// IsPersonal implements [Folder].
func (a *Aggregate[S]) IsPersonal() bool { return a.personal }

// Fold gives the state after a commit from the state before it; nil stands for the state of an empty stream. An event
// that is unknown or unreadable is a [Fault].
func (a *Aggregate[S]) Fold(state any, c Commit) (any, error) {
	s, _ := state.(S)
	for i, r := range c.Events {
		if isCore(r.Type) {
			if r.Type == carriedName {
				s = *new(S)
			}
			continue
		}
		t, known := a.byName[r.Type]
		if !known {
			if a.partial {
				continue
			}
			return nil, c.fault(i, errors.New("this program does not know the event type"))
		}
		e, err := t.decode(r)
		if err != nil {
			return nil, c.fault(i, err)
		}
		s = e.Evolve(s)
	}
	return s, nil
}

// Read gives the i-th event of a commit. One that is unknown or unreadable is a [Fault].
func (a *Aggregate[S]) Read(c Commit, i int) (Event[S], error) {
	t, known := a.byName[c.Events[i].Type]
	if !known {
		return nil, c.fault(i, errors.New("this program does not know the event type"))
	}
	e, err := t.decode(c.Events[i])
	if err != nil {
		return nil, c.fault(i, err)
	}
	return e, nil
}

// Today gives the data of the i-th event of a commit in the shape that it is recorded in today; as it is, if the aggregate
// does not declare the event. One that is unreadable is a [Fault].
func (a *Aggregate[S]) Today(c Commit, i int) (jsontext.Value, error) {
	r := c.Events[i]
	if t, known := a.byName[r.Type]; !known || r.Schema == len(t.past) {
		return r.Data, nil
	}
	e, err := a.Read(c, i)
	if err != nil {
		return nil, err
	}
	data, err := Encode(e)
	if err != nil {
		return nil, c.fault(i, err)
	}
	return data, nil
}

// Record encodes decided events under their wire names.
func (a *Aggregate[S]) Record(events []Event[S]) ([]Recorded, error) {
	recorded := make([]Recorded, len(events))
	for i, e := range events {
		t, known := a.byType[reflect.TypeOf(e)]
		if !known {
			return nil, &Fault{Doing: fmt.Sprintf("record an event of %s", a.category), Err: fmt.Errorf("%T is not declared", e)}
		}
		data, err := Encode(e)
		if err != nil {
			return nil, &Fault{Doing: fmt.Sprintf("encode %s of %s", t.name, a.category), Err: err}
		}
		recorded[i] = Recorded{Type: t.name, Schema: len(t.past), Data: data, Personal: t.personal[len(t.past)]}
	}
	return recorded, nil
}

func (c Commit) fault(i int, err error) *Fault {
	return &Fault{Doing: fmt.Sprintf("read event %d of %s (%s)", c.Version+uint64(i), c.Stream, c.Events[i].Type), Err: err}
}

// Folder is an [Aggregate] of any state, as the engine sees it.
type Folder interface {
	Category() string
	Events() []string
	EventGoType(name string) reflect.Type
	EventShapes(name string) []reflect.Type     // by schema version
	Personal(name string, schema int) *Personal // what of an event of a schema version is about persons; nil for nothing
	Claims(c Commit, i int) ([]Claim, error)    // the unique values that an event takes; none for one that it does not know
	IsPersonal() bool                           // whether any of its events has something of that, or had
	IsPrivate() bool
	IsPartial() bool
	Fold(state any, c Commit) (any, error)
	Today(c Commit, i int) (jsontext.Value, error)
	Traits() Traits
	StateName() string                    // of the Go type of the state, with its package, as "match.Match"
	Sources() []fs.FS                     // that the fold's fingerprint is made of
	FoldID() FoldID                       // zero for one without snapshots
	DecodeState(data []byte) (any, error) // reads a state that [Encode] wrote
	CarryOver(state any) ([]Recorded, error)
}
