package main

import (
	"slices"
	"testing/fstest"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

// app is the real one and a context that asks for all that there is to be had, so that the stacks are tested for it
// whatever the others ask for.
var app = es.NewApp(append(slices.Clone(domain.App.Contexts), trial())...)

type (
	count struct {
		ID string `json:"-" path:"id"`
	}
	// tried is the state of an aggregate with a single writer.
	tried  struct{ Times int }
	trying struct{}
	try    struct {
		ID string `json:"-" path:"id"`
	}
	tell struct {
		ID string `json:"id"`
	}
)

// counter is the state of an aggregate that counts.
type counter int

type counted struct{}

func (counted) Evolve(c counter) counter { return c + 1 }

func (c count) Stream() string  { return c.ID }
func (c count) Validate() error { return nil }
func (c count) Decide(counter, es.Env) ([]es.Event[counter], error) {
	return []es.Event[counter]{counted{}}, nil
}

func (trying) Evolve(t tried) tried { return tried{t.Times + 1} }

func (c try) Stream() string  { return c.ID }
func (c try) Validate() error { return nil }
func (c try) Decide(tried, es.Env) ([]es.Event[tried], error) {
	return []es.Event[tried]{trying{}}, nil
}

func (c tell) Stream() string  { return c.ID }
func (c tell) Validate() error { return nil }
func (c tell) Decide(counter, es.Env) ([]es.Event[counter], error) {
	return []es.Event[counter]{counted{}}, nil
}
func (c tell) Hear(l es.Listening, _ es.Heard) tell { return tell{l.ID} }

func trial() es.Context {
	counters := es.Of("trial-counter", es.On[counted, counter]("TrialCounted")).Snapshots(100, fstest.MapFS{})
	tries := es.Of("trial-try", es.On[trying, tried]("TrialTried")).Single()
	telling := es.Internal[tell](counters, "tell-trial")
	found := es.Project("trials", es.Upon(tries, func(t tried, _ trying, _ es.Meta) tried { return t })).
		Searchable(func(tried) string { return "tried" })
	all := es.ProjectFeed(
		"all-trials",
		es.Into(tries, func(trying, es.Meta) string { return "all" }, func(t tried, _ trying, _ es.Meta) tried { return t }),
	)
	act := func(trying, es.Meta) []es.Act { return nil }
	return es.Context{
		Name: "trial", Aggregates: []es.Folder{counters, tries},
		Commands: []*es.CommandDecl{
			es.Handles[count](counters, "count-trial", "POST /trials/{id}/counts", es.Public(), es.UsesSecret()),
			es.Handles[try](tries, "try", "POST /trials/{id}"), telling,
		},
		Views:     []*es.ViewDecl{found.ViewDecl, all.ViewDecl},
		Queries:   []*es.QueryDecl{es.Get(all, "get-trials", "GET /trials/{id}"), es.Search(found, "find-trials", "GET /trial-search")},
		Sagas:     []*es.Saga{es.NewSaga("trial-saga", es.React(tries, act)).SetsTimers().SendsTexts().PostsMails().UsesSecret()},
		Listeners: []*es.Listener{es.NewListener("trial-listener", telling, es.Hears[trying](tries))},
	}
}
