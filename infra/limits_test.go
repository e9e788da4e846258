package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// counter is the state of an aggregate that counts, for an app of a few declarations.
type counter int

type counted struct{}

func (counted) Evolve(c counter) counter { return c + 1 }

type count struct {
	ID string `json:"-" path:"id"`
}

func (c count) Stream() string  { return c.ID }
func (c count) Validate() error { return nil }
func (c count) Decide(counter, es.Env) ([]es.Event[counter], error) {
	return []es.Event[counter]{counted{}}, nil
}

// small is the configuration of an app with one context and one command.
func small(t *testing.T, s stage) config {
	t.Helper()
	counters := es.Of("counter", es.On[counted, counter]("Counted"))
	app := es.NewApp(es.Context{
		Name: "counting", Aggregates: []es.Folder{counters},
		Commands: []*es.CommandDecl{es.Handles[count](counters, "count", "POST /counters/{id}/counts")},
	})
	return config{app: app, stage: s, sender: "noreply@example.com", binary: func(string) string { return t.TempDir() }}
}

func TestChecksRefuseWhatAWSWould(t *testing.T) {
	many := make([]topology.Function, 301)
	for n := range many {
		many[n] = topology.Function{Name: fmt.Sprintf("command-%d", n), Route: fmt.Sprintf("POST /%d", n)}
	}
	for _, c := range []struct {
		name      string
		stage     stage
		functions []topology.Function
		want      string // nothing for no error
	}{
		{"the app", "dev", dev.functions(), ""},
		{"300 routes", "dev", many[:300], ""},
		{"301 routes", "dev", many, "301 routes"},
		{"a stage with capitals", "Dev", nil, "the stage"},
		{"a stage without a name", "", nil, "the stage"},
		{"a long name", "dev", []topology.Function{{Name: strings.Repeat("x", 60)}}, "longer than 64"},
		{"a context like a stack", "dev", []topology.Function{{Name: "x", Context: "shared"}}, "cannot be called shared"},
	} {
		err := check(c.stage, c.functions)
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A fault that the schema knows fails the synthesis. It does so because cdk.json says so.
func TestTemplateFaultsAreErrors(t *testing.T) {
	app := newTestApp()
	c := small(t, "dev")
	made, err := newSystem(app, c)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{config: c, stack: made.shared.stack, at: made.shared.at}
	b.log(made.shared.stack, "faulty", "a name that has blanks, which no log group can have")
	defer func() {
		if recover() == nil {
			t.Error("a faulty template was synthesized")
		}
	}()
	app.Synth(nil)
}
