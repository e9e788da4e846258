package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestDeskRefuses(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, c := populated(t, view)
	o := opened(m, view, c)
	for name, job := range map[string]engine.Job{
		"NotFound":    {Kind: engine.JobRebuild, View: "nothing"},
		"NothingKept": {Kind: engine.JobReturn, View: view.Name},
	} {
		var refusal *es.Rejection
		if _, err := o.Ask(t.Context(), job); !errors.As(err, &refusal) || refusal.Code != name {
			t.Errorf("it refuses with %v, want %s", err, name)
		}
	}
	if len(o.all) != 0 || len(o.posted) != 0 {
		t.Fatalf("what was refused is kept: %+v", o.all)
	}
}

// TestAJobThatWasNotQueued is queued when somebody asks again, or whose errand was lost: else it would be in the way for ever.
func TestAJobThatWasNotQueued(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, c := populated(t, view)
	o := opened(m, view, c)
	o.full = errors.New("the queue is away")
	if _, err := o.Ask(t.Context(), engine.Job{Kind: engine.JobRebuild, View: view.Name, By: "ann"}); !errors.Is(err, o.full) {
		t.Fatal(err)
	}
	o.full = nil
	id := o.all[0].ID
	again := func() {
		t.Helper()
		_, err := o.Ask(t.Context(), engine.Job{Kind: engine.JobDrop, View: view.Name, By: "bob"})
		if !errors.Is(err, engine.ErrJobUnderWay) || !strings.Contains(err.Error(), id) {
			t.Fatal(err)
		}
	}
	again()
	o.work(t)
	o.is(t, id, engine.JobDone)
	standing(t, m, view, engine.Standing{Live: 2, Last: 2})

	second := o.ask(t, engine.JobRebuild, true).ID
	o.all[1].State = engine.JobRunning
	o.posted, id = nil, second
	o.full = errors.New("the queue is away")
	if _, err := o.Ask(t.Context(), engine.Job{Kind: engine.JobDrop, View: view.Name, By: "bob"}); !errors.Is(err, o.full) {
		t.Fatalf("whoever asks is told %v, and not that it was not queued", err)
	}
	o.full = nil
	again()
	again()
	o.work(t)
	if job := o.is(t, id, engine.JobDone); job.Runs != 1 {
		t.Fatalf("queued twice it ran %d times", job.Runs)
	}
}
