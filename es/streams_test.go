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
