package es_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/es"
)

type lamp struct{ Colors []string }

// lit has had two shapes before: a color by its number, and a color by its name.
type lit struct {
	Colors []string `json:"colors"`
}

type litV0 struct {
	Color int `json:"color"`
}

type litV1 struct {
	Color string `json:"color"`
}

func (e lit) Evolve(l lamp) lamp {
	return lamp{append(l.Colors[:len(l.Colors):len(l.Colors)], e.Colors...)}
}

func (e litV0) next() litV1 { return litV1{[]string{"red", "blue"}[e.Color]} }
func (e litV1) next() lit   { return lit{[]string{e.Color}} }

type moved struct{}

func (moved) Evolve(l lamp) lamp { return l }

var lamps = es.Of("lamp", es.On[lit]("Lit", es.Upcast(litV0.next), es.Upcast(litV1.next)), es.On[moved]("Moved"))

// lights are one event in each of its shapes, and the color that each is about.
var lights = []es.Recorded{
	{Type: "Lit", Schema: 0, Data: []byte(`{"color":1}`)},
	{Type: "Lit", Schema: 1, Data: []byte(`{"color":"blue"}`)},
	{Type: "Lit", Schema: 2, Data: []byte(`{"colors":["blue"]}`)},
}

func ofLamp(r ...es.Recorded) es.Commit { return es.Commit{Stream: "lamp-1", Version: 7, Events: r} }

// readers are all that read events: each gives the color that the only event of a commit is about.
func readers() map[string]func(es.Commit) (any, error) {
	first := func(e lit) string { return e.Colors[0] }
	view := es.Project("lamps", es.Upon(lamps, func(_ string, e lit, _ es.Meta) string { return first(e) }))
	rows := es.ProjectFeed("colors", es.Into(lamps, func(e lit, _ es.Meta) string { return first(e) }, func(_ string, e lit, _ es.Meta) string { return first(e) }))
	saga := es.NewSaga("saga", es.React(lamps, func(e lit, _ es.Meta) []es.Act { return []es.Act{es.Post(es.Mail{To: first(e)})} }))
	listener := es.NewListener("ear", doHear, es.Hears[lit](lamps))
	return map[string]func(es.Commit) (any, error){
		"a fold": func(c es.Commit) (any, error) {
			s, err := lamps.Fold(nil, c)
			if err != nil {
				return nil, err
			}
			return s.(lamp).Colors[0], nil
		},
		"reading": func(c es.Commit) (any, error) {
			e, err := lamps.Read(c, 0)
			if err != nil {
				return nil, err
			}
			return first(e.(lit)), nil
		},
		"a view": func(c es.Commit) (any, error) { return view.Apply(nil, c) },
		"the rows of a view of many": func(c es.Commit) (any, error) {
			ids, err := rows.Rows(c)
			if err != nil {
				return nil, err
			}
			return ids[0], nil
		},
		"a row of a view of many": func(c es.Commit) (any, error) { return rows.ApplyTo("blue", nil, c) },
		"a saga": func(c es.Commit) (any, error) {
			acts, err := saga.React(c, 0, nil)
			if err != nil {
				return nil, err
			}
			return acts[0].Mail.To, nil
		},
		"a listener": func(c es.Commit) (any, error) {
			h, err := listener.Heard(c, 0)
			if err != nil {
				return nil, err
			}
			return first(h.Event.(lit)), nil
		},
		"today's data": func(c es.Commit) (any, error) {
			data, err := lamps.Today(c, 0)
			if err != nil {
				return nil, err
			}
			var e lit
			if err := es.Decode(data, &e); err != nil {
				return nil, err
			}
			return first(e), nil
		},
	}
}

func TestEverybodyReadsEveryShape(t *testing.T) {
	for name, read := range readers() {
		t.Run(name, func(t *testing.T) {
			for _, r := range lights {
				if got, err := read(ofLamp(r)); err != nil || got != "blue" {
					t.Errorf("schema version %d is read as %v, %v", r.Schema, got, err)
				}
			}
			for _, broken := range []es.Recorded{{Type: "Lit", Data: []byte(`{"color":"blue"}`)}, {Type: "Lit", Schema: 1, Data: []byte(`{"color":1}`)}} {
				var fault *es.Fault
				if _, err := read(ofLamp(broken)); !errors.As(err, &fault) || errors.Is(err, es.ErrNewer) {
					t.Errorf("what does not fit the shape of its schema version gives %v", err)
				}
			}
		})
	}
}

func TestWhatIsNewerIsAFault(t *testing.T) {
	for name, read := range readers() {
		t.Run(name, func(t *testing.T) {
			var fault *es.Fault
			_, err := read(ofLamp(es.Recorded{Type: "Lit", Schema: 3, Data: []byte(`{"colors":["blue"]}`)}))
			if !errors.As(err, &fault) || !errors.Is(err, es.ErrNewer) ||
				!strings.Contains(err.Error(), "read event 7 of lamp-1 (Lit): its schema version is 3, and this program reads versions up to 2") {
				t.Errorf("it gives %v", err)
			}
		})
	}
	t.Run("but not of an event that a partial aggregate leaves to others", func(t *testing.T) {
		partial := es.Of("lamp", es.On[moved]("Moved")).Partial()
		if _, err := partial.Fold(nil, ofLamp(es.Recorded{Type: "Lit", Schema: 3, Data: []byte(`{}`)})); err != nil {
			t.Error(err)
		}
	})
}

func TestEventsAreRecordedInTheShapeOfToday(t *testing.T) {
	recorded, err := lamps.Record([]es.Event[lamp]{lit{[]string{"blue"}}, moved{}})
	if err != nil || !reflect.DeepEqual(recorded, []es.Recorded{lights[2], {Type: "Moved", Data: []byte(`{}`)}}) {
		t.Fatalf("recorded %+v, %v", recorded, err)
	}
	for i, want := range [][]reflect.Type{{reflect.TypeFor[litV0](), reflect.TypeFor[litV1](), reflect.TypeFor[lit]()}, {reflect.TypeFor[moved]()}, nil} {
		if got := lamps.EventShapes([]string{"Lit", "Moved", "Burnt"}[i]); !reflect.DeepEqual(got, want) {
			t.Errorf("the shapes are %v, want %v", got, want)
		}
	}
	if data, err := lamps.Today(ofLamp(es.Recorded{Type: "Burnt", Data: []byte(`{"by":1}`)}), 0); err != nil || string(data) != `{"by":1}` {
		t.Errorf("an event of others is %s, %v", data, err)
	}
}

func TestShapesJoinUp(t *testing.T) {
	says(t, `es.On("Lit"): upcaster 1 of 1 gives es_test.litV1, and es_test.lit is what comes next`, func() { es.On[lit]("Lit", es.Upcast(litV0.next)) })
	says(t, `es.On("Lit"): upcaster 1 of 2 gives es_test.lit, and es_test.litV0 is what comes next`, func() {
		es.On[lit]("Lit", es.Upcast(litV1.next), es.Upcast(litV0.next))
	})
	says(t, "", func() { es.On[lit]("Lit", es.Upcast(litV1.next)) })
}
