package engine_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestWhoActsIsMuted has an app with all kinds of consumers: those that are no views are past what is copied before it is there.
func TestWhoActsIsMuted(t *testing.T) {
	m := newMigrating(t)
	m.Rewrite = es.NewRewrite("same", "")
	app := es.NewApp(es.Context{
		Name: "hearing", Aggregates: []es.Folder{counters, tallyFold, diaries}, Commands: []*es.CommandDecl{doAdd, doTally, doReminder, doNote},
		Views: []*es.ViewDecl{sumView.ViewDecl}, Sagas: []*es.Saga{tallying}, Listeners: []*es.Listener{ear},
	})
	m.Blue.App, m.Green.App = app, app
	m.history()
	m.Progress = nil
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	acting := append(slices.Collect(maps.Keys(m.Green.Consumers())), engine.NotifierName)
	acting = slices.DeleteFunc(acting, func(name string) bool { return name == sumView.Name })
	if len(acting) != 3 {
		t.Fatalf("there are %v", acting)
	}
	for _, name := range acting {
		at, err := m.green.Applied(t.Context(), name, "counter-c0")
		if end := m.green.streams["counter-c0"]; err != nil || at != end[len(end)-1].Last() {
			t.Errorf("%s is at %d of counter-c0, %v", name, at, err)
		}
	}
}
