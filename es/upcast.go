package es

import (
	"errors"
	"fmt"
	"reflect"
)

// Upcaster reads an event that was recorded in an earlier shape. It is made by [Upcast].
type Upcaster struct {
	from, to reflect.Type
	read     func(data []byte) (any, error)
	change   func(any) any
}

// Upcast declares, as an option of [On], how the shape that an event had becomes the one that it had next. The function is
// pure, and total: whatever was recorded has a meaning today.
//
//	es.On[NameSet]("UserNameSet", es.Upcast(func(e nameSetV0) nameSetV1 {…}), es.Upcast(func(e nameSetV1) NameSet {…}))
func Upcast[From, To any](change func(From) To) Upcaster {
	return Upcaster{
		from: reflect.TypeFor[From](), to: reflect.TypeFor[To](),
		read: func(data []byte) (any, error) {
			var shape From
			err := Decode(data, &shape)
			return shape, err
		},
		change: func(shape any) any {
			from, _ := shape.(From)
			return change(from)
		},
	}
}

// ErrNewer is in the [Fault] of an event whose schema version a later program has recorded.
var ErrNewer = errors.New("it is newer than this program")

// chain are the upcasters of an event, oldest first. Its length is the schema version that the event is recorded with.
type chain []Upcaster

// check makes sure that each shape becomes the next, and the last one the event.
func (c chain) check(event reflect.Type) error {
	for i, u := range c {
		next := event
		if i+1 < len(c) {
			next = c[i+1].from
		}
		if u.to != next {
			return fmt.Errorf("upcaster %d of %d gives %v, and %v is what comes next", i+1, len(c), u.to, next)
		}
	}
	return nil
}

// shapes are the Go types of all schema versions of an event.
func (c chain) shapes(event reflect.Type) []reflect.Type {
	var all []reflect.Type
	for _, u := range c {
		all = append(all, u.from)
	}
	return append(all, event)
}

// readAs reads an event of any schema version that the chain knows.
func readAs[E any](c chain, r Recorded) (E, error) {
	var e E
	switch {
	case r.Schema == len(c):
		err := Decode(r.Data, &e)
		return e, err
	case r.Schema < 0 || r.Schema > len(c):
		return e, fmt.Errorf("its schema version is %d, and this program reads versions up to %d: %w", r.Schema, len(c), ErrNewer)
	}
	shape, err := c[r.Schema].read(r.Data)
	if err != nil {
		return e, fmt.Errorf("in the shape of schema version %d: %w", r.Schema, err)
	}
	for _, u := range c[r.Schema:] {
		shape = u.change(shape)
	}
	e, _ = shape.(E) // as check has made sure
	return e, nil
}
