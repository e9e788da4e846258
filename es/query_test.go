package es_test

import (
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

type shelf struct{ Full bool }

type built struct{}

func (built) Evolve(s shelf) shelf { return s }

var (
	shelfStreams = es.Of("shelf", es.On[built]("ShelfBuilt"))
	shelves      = es.Project("shelves", es.Upon(shelfStreams, func(s shelf, _ built, _ es.Meta) shelf { return s }))
)

type every struct{}

func (every) Validate() error                 { return nil }
func (every) Page() (index, partition string) { return "by-name", "all" }

type onlyFull struct{ every }

func (onlyFull) Keep(s shelf) bool { return s.Full }

type othersOnly struct{ every }

func (othersOnly) Keep(door int) bool { return door > 0 }

func TestListsKeepWhatTheySay(t *testing.T) {
	for name, c := range map[string]struct {
		query *es.QueryDecl
		input any
		want  bool // whether an empty shelf is kept
	}{
		"all that there is":    {es.List[every](shelves, "list-a", "GET /a"), every{}, true},
		"what an input keeps":  {es.List[onlyFull](shelves, "list-b", "GET /b"), onlyFull{}, false},
		"one place for anyone": {es.ListAll(shelves, "list-c", "GET /c", "by-name", "all"), struct{}{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.query.Keep(c.input, shelf{}); got != c.want || !c.query.Keep(c.input, shelf{Full: true}) {
				t.Errorf("an empty shelf is kept: %v", got)
			}
			if index, partition := c.query.Page(c.input); index != "by-name" || partition != "all" || !c.query.IsList() || c.query.Check(c.input) != nil {
				t.Errorf("it lists %s/%s", index, partition)
			}
		})
	}
}

func TestWrongLists(t *testing.T) {
	for name, declare := range map[string]func(){
		"an input that keeps other documents": func() { es.List[othersOnly](shelves, "list-d", "GET /d") },
		"a parameter that nobody asks for":    func() { es.ListAll(shelves, "list-e", "GET /e/{id}", "by-name", "all") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is declared")
				}
			}()
			declare()
		})
	}
}

func TestNewestFirst(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.FixedZone("somewhere", 3600))
	sorts := []string{es.NewestFirst(noon.Add(time.Millisecond), "a"), es.NewestFirst(noon, "b"), es.NewestFirst(noon, "a"), es.NewestFirst(noon.Add(-time.Hour), "z")}
	if !slices.IsSorted(sorts) || es.Sortable(noon) != "2026-06-01T11:00:00.000Z" {
		t.Errorf("they are sorted %q, and noon is %s", sorts, es.Sortable(noon))
	}
}
