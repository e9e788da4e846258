package es_test

import (
	"errors"
	"testing"

	"github.com/foldstream/foldstream/es"
)

// A meter that only ever adds up: what carries it over would count twice in a fold that did not start over.
type meter struct{ Sum int }

type counted struct{ Sum int }

func (e counted) Evolve(m meter) meter { return meter{m.Sum + e.Sum} }

func metersOf() *es.Aggregate[meter] { return es.Of("meter", es.On[counted]("Counted")) }

var meters = metersOf().CarriedOver(func(m meter) []es.Event[meter] { return []es.Event[meter]{counted(m)} })

func counts(t *testing.T, n int) []es.Recorded {
	t.Helper()
	recorded, err := meters.Record([]es.Event[meter]{counted{n}})
	if err != nil {
		t.Fatal(err)
	}
	return recorded
}

func TestFoldsStartOverWhereAnEraBegins(t *testing.T) {
	first := es.Draft{Stream: "meter-1", Events: append(counts(t, 1), counts(t, 2)...)}.Commit()
	var state any
	fold := func(c es.Commit) {
		t.Helper()
		var err error
		if state, err = meters.Fold(state, c); err != nil || state != any(meter{3}) {
			t.Fatalf("behind version %d it is %v, error %v", c.Last(), state, err)
		}
	}
	fold(first)
	carried, err := meters.CarryOver(state)
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := es.Closing("meter-1", first.Head(), []byte("ids"), carried, es.Origin{CommandID: "c"})
	if err != nil {
		t.Fatal(err)
	}
	tombstone, begins := drafts[0].Commit(), drafts[1].Commit()
	fold(tombstone)
	fold(begins)
	state = nil
	fold(begins)
	if !tombstone.Closes() || tombstone.BeginsEra() || tombstone.Era != 0 || tombstone.Version != 3 {
		t.Errorf("the tombstone is %+v", tombstone)
	}
	if begins.Closes() || !begins.BeginsEra() || begins.Era != 1 || begins.Version != 4 || begins.Draft().After != tombstone.Head() {
		t.Errorf("the next era begins with %+v", begins)
	}
	if e, err := begins.CarriedOver(); err != nil || e.Era != 1 || string(e.Commands) != "ids" {
		t.Errorf("it is said to be carried over as %+v, error %v", e, err)
	}
	if next := (es.Draft{Stream: "meter-1", After: begins.Head(), Events: counts(t, 1)}).Commit(); next.Era != 1 || next.Version != 6 {
		t.Errorf("behind it comes %+v", next)
	}
	if _, err := metersOf().CarryOver(meter{}); !errors.Is(err, es.ErrNotCarriedOver) {
		t.Errorf("without a declaration it gives %v", err)
	}
}

func TestTheEventsOfAllStreamsAreNobodysOwn(t *testing.T) {
	for _, name := range []string{"StreamClosed", "StreamCarriedOver"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an aggregate may declare %s", name)
				}
			}()
			es.Of("meter", es.On[counted](name))
		}()
	}
}
