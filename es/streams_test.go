package es_test

import (
	"testing"

	"github.com/foldstream/foldstream/es"
)

func TestAggregatesOfOneCategory(t *testing.T) {
	painting := func() *es.Aggregate[door] { return es.Of("door", es.On[painted]("Painted")) }
	opening := func() *es.Aggregate[door] { return es.Of("door", es.On[opened]("Opened")) }
	app := func(aggregates ...es.Folder) func() {
		return func() {
			es.NewApp(es.Context{Name: "a", Aggregates: aggregates[:1]}, es.Context{Name: "b", Aggregates: aggregates[1:]})
		}
	}
	says(t, "", app(painting().Partial(), opening().Partial()))
	says(t, `"door" is declared twice, and not as partial`, app(painting(), opening()))
	says(t, `"door" is declared twice, and not as partial`, app(painting().Partial(), opening()))
	says(t, `"door" is declared twice, and not as partial`, app(painting(), opening().Partial()))
	says(t, `event "Painted" is declared by two aggregates of door`, app(painting().Partial(), painting().Partial()))
	says(t, "", app(painting(), es.Of("gate", es.On[painted]("Painted"))))
}

func TestEventsNamed(t *testing.T) {
	app := es.NewApp(es.Context{Name: "a", Aggregates: []es.Folder{
		doors, es.Of("gate", es.On[painted]("Painted")),
		es.Of("safe", es.On[opened]("Unlocked"), es.On[painted]("Painted")).Private(),
		es.Of("fence", es.On[painted]("Painted")),
	}})
	for name, want := range map[string][2]bool{
		"Opened":           {true, false},
		"Painted":          {true, true}, // because of the safes'
		"Unlocked":         {true, true},
		"ListeningStarted": {true, true},
		"CommandRejected":  {true, true},
		"Burnt":            {false, false},
	} {
		if known, restricted := app.Catalogue().EventsNamed(name); known != want[0] || restricted != want[1] {
			t.Errorf("%s: known %v and restricted %v, want %v", name, known, restricted, want)
		}
	}
}

func TestCommandsOfTheCore(t *testing.T) {
	app := es.NewApp(context("a", doOpen))
	for name, want := range map[string]*es.CommandDecl{
		"open": doOpen, "start-listening": es.DoStartListening, "stop-listening": es.DoStopListening, "count-heard": es.DoCountHeard, "shut": nil,
	} {
		if got := app.Command(name); got != want {
			t.Errorf("%s is %v", name, got)
		}
	}
}

func TestReservedCategories(t *testing.T) {
	for category, want := range map[string]string{
		"saga":     `"saga" is declared twice, and not as partial`,
		"listener": `"listener" is declared twice, and not as partial`,
		"unique":   `"unique" is declared twice, and not as partial`,
		"feed":     "stands for the feed",
	} {
		says(t, want, func() {
			es.NewApp(es.Context{Name: "a", Aggregates: []es.Folder{es.Of("door", es.On[opened]("Opened")), es.Of(category, es.On[painted]("Painted"))}})
		})
	}
}

// knock is a command of doors, knockOfHolder one that addresses who holds a value.
type knock struct{}

func (knock) Stream() string                                    { return "1" }
func (knock) Validate() error                                   { return nil }
func (knock) Decide(d door, _ es.Env) ([]es.Event[door], error) { return nil, nil }

type knockOfHolder struct{}

func (knockOfHolder) Stream() string                                { return "1" }
func (knockOfHolder) Validate() error                               { return nil }
func (knockOfHolder) Decide(door, es.Env) ([]es.Event[door], error) { return nil, nil }
func (knockOfHolder) Holding() es.Unique                            { return es.Unique{Kind: "key", Value: "1"} }
func (c knockOfHolder) HeldBy(string) knockOfHolder                 { return c }

func TestCommandsOfASingleWriter(t *testing.T) {
	app := func(single bool, declare func(a *es.Aggregate[door]) *es.CommandDecl) func() {
		return func() {
			a := es.Of("door", es.On[opened]("Opened"))
			if single {
				a = a.Single()
			}
			es.NewApp(es.Context{Name: "a", Aggregates: []es.Folder{a}, Commands: []*es.CommandDecl{declare(a)}})
		}
	}
	plain := func(a *es.Aggregate[door]) *es.CommandDecl { return es.Handles[knock](a, "knock", "POST /knocks") }
	answered := func(a *es.Aggregate[door]) *es.CommandDecl {
		return es.Handles[knock](a, "knock", "POST /knocks", es.Answers[es.Grant]())
	}
	held := func(a *es.Aggregate[door]) *es.CommandDecl {
		return es.Handles[knockOfHolder](a, "knock", "POST /knocks")
	}
	says(t, "", app(true, plain))
	says(t, "is answered before it is decided", app(true, answered))
	says(t, "is answered before it is decided", app(true, held))
	says(t, "", app(false, answered))
	says(t, "", app(false, held))
}
