package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// office is somebody who asks for jobs, and somebody who carries them out.
type office struct {
	*engine.Upkeep
	*jobs
	m    *memory
	view *es.ViewDecl
}

func opened(m *memory, view *es.ViewDecl, c *engine.Consumer) *office {
	j := &jobs{memory: m}
	return &office{jobs: j, m: m, view: view, Upkeep: &engine.Upkeep{
		Desk:      engine.Desk{App: &es.App{Contexts: []es.Context{{Views: []*es.ViewDecl{view}}}}, Jobs: j, Queue: j, Generations: m, Lot: m},
		Consumers: map[string]*engine.Consumer{c.Name: c},
		Rebuild:   func(view *es.ViewDecl) (*engine.Rebuild, error) { return hurried(m, view), nil },
	}}
}

// hurried waits for nobody.
func hurried(m *memory, view *es.ViewDecl) *engine.Rebuild {
	r := rebuild(m, view)
	r.Bound, r.Patience = time.Nanosecond, time.Nanosecond
	return r
}

func (o *office) ask(t *testing.T, kind string, keep bool) engine.Job {
	t.Helper()
	job, err := o.Ask(t.Context(), engine.Job{Kind: kind, View: o.view.Name, Keep: keep, By: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// work runs what is queued until nothing is, each errand until it is done with.
func (o *office) work(t *testing.T) {
	t.Helper()
	for len(o.posted) > 0 {
		e := o.posted[0]
		o.posted = o.posted[1:]
		if err := o.Run(t.Context(), e, 1); err != nil {
			t.Fatal(err)
		}
	}
}

func (o *office) is(t *testing.T, id, state string) engine.Job {
	t.Helper()
	job, err := o.Job(t.Context(), id)
	if err != nil || job.State != state || job.By != "ann" || job.EndedAt.IsZero() == job.Ended() {
		t.Fatalf("the job is %+v, error %v, want it %s", job, err, state)
	}
	return job
}

// TestUpkeepAfterACrash breaks jobs off at every write, before it and behind it, and brings their errands again.
func TestUpkeepAfterACrash(t *testing.T) {
	for name, view := range rebuilt {
		for _, c := range []struct {
			kind string
			keep bool
			want engine.Standing
		}{
			{engine.JobRebuild, true, engine.Standing{Live: 3, Kept: 2, Gone: []uint64{1}, Last: 3}},
			{engine.JobRebuild, false, engine.Standing{Live: 3, Last: 3}},
			{engine.JobReturn, false, engine.Standing{Live: 1, Kept: 2, Last: 2}},
			{engine.JobDrop, false, engine.Standing{Live: 2, Last: 2}},
		} {
			t.Run(c.kind+" of "+name, func(t *testing.T) {
				for step := 1; !crashed(t, view, c.kind, c.keep, step, c.want); step++ {
					if step > 1000 {
						t.Fatal("it never gets to its end")
					}
				}
			})
		}
	}
}

// crashed reports whether there was no such step.
func crashed(t *testing.T, view *es.ViewDecl, kind string, keep bool, step int, want engine.Standing) (over bool) {
	t.Helper()
	m, consumer := populated(t, view)
	if _, err := hurried(m, view).Run(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	o := opened(m, view, consumer)
	id := o.ask(t, kind, keep).ID
	errand := o.posted[0]
	o.posted = nil
	count := 0
	var mu sync.Mutex
	m.breaks = func() error {
		mu.Lock()
		defer mu.Unlock()
		if count++; count >= step {
			return errCrash
		}
		return nil
	}
	err := o.Run(t.Context(), errand, 1)
	m.breaks = nil
	if err != nil && !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	for attempt := 2; attempt <= 3; attempt++ { // also once more than need be
		if err := o.Run(t.Context(), errand, attempt); err != nil {
			t.Fatalf("after a crash at step %d: %v", step, err)
		}
	}
	job := o.is(t, id, engine.JobDone)
	standing(t, m, view, want)
	sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
	if kind == engine.JobRebuild && (job.Result.Rebuilt.Generation != 3 || job.Result.Rebuilt.Comparison.Rows == 0) {
		t.Fatalf("after a crash at step %d it reports %+v", step, job.Result.Rebuilt)
	}
	return err == nil
}

func TestUpkeepIsInterrupted(t *testing.T) {
	view := rebuilt["a row for each stream"]
	setup := func(t *testing.T) (*office, string) {
		m, c := populated(t, view)
		o := opened(m, view, c)
		return o, o.ask(t, engine.JobRebuild, true).ID
	}
	// waits has a rebuild wait for others, until it has no more time.
	waits := func(o *office) {
		o.Rebuild = func(view *es.ViewDecl) (*engine.Rebuild, error) {
			r := rebuild(o.m, view)
			r.Bound = time.Hour
			return r, nil
		}
	}
	t.Run("by its own time: it goes on behind a note", func(t *testing.T) {
		o, id := setup(t)
		waits(o)
		short, cancel := context.WithTimeout(t.Context(), limits.UpkeepStops) // nothing is left for the job itself
		defer cancel()
		if err := o.Run(short, o.posted[0], 1); err != nil {
			t.Fatal(err)
		}
		if job := o.is(t, id, engine.JobRunning); job.Runs != 1 || len(o.posted) != 2 || o.posted[0].ID == o.posted[1].ID || o.posted[0].Stream != o.posted[1].Stream {
			t.Fatalf("the job is %+v, queued as %+v", job, o.posted)
		}
		o.posted = o.posted[1:]
		o.Rebuild = func(view *es.ViewDecl) (*engine.Rebuild, error) { return hurried(o.m, view), nil }
		o.work(t)
		if job := o.is(t, id, engine.JobDone); job.Runs != 2 {
			t.Fatalf("the job is %+v", job)
		}
	})
	t.Run("by its own time, again and again", func(t *testing.T) {
		o, id := setup(t)
		waits(o)
		short, cancel := context.WithTimeout(t.Context(), limits.UpkeepStops)
		defer cancel()
		for len(o.posted) > 0 {
			e := o.posted[0]
			o.posted = o.posted[1:]
			if err := o.Run(short, e, 1); err != nil {
				t.Fatal(err)
			}
		}
		if job := o.is(t, id, engine.JobFailed); job.Runs != limits.UpkeepRuns || !strings.Contains(job.Error, "given up after 50 runs") {
			t.Fatalf("the job is %+v", job)
		}
	})
	t.Run("by the end of its process: the next one goes on, as if it had not been tried", func(t *testing.T) {
		o, id := setup(t)
		waits(o)
		ending, end := context.WithCancel(t.Context())
		o.saved = func(engine.Job) { end() }
		if err := o.Run(ending, o.posted[0], 1); err != nil {
			t.Fatal(err)
		}
		if job := o.is(t, id, engine.JobRunning); len(o.posted) != 2 || job.Runs != 1 {
			t.Fatalf("the job is %+v, queued as %+v", job, o.posted)
		}
	})
	t.Run("by crashes without a word", func(t *testing.T) {
		o, id := setup(t)
		if err := o.Run(t.Context(), o.posted[0], limits.UpkeepTries+1); err != nil {
			t.Fatal(err)
		}
		if job := o.is(t, id, engine.JobFailed); job.Runs != 0 || !strings.Contains(job.Error, "again and again") {
			t.Fatalf("the job is %+v", job)
		}
	})
	t.Run("by somebody who has ended the job", func(t *testing.T) {
		o, id := setup(t)
		o.saved = func(job engine.Job) {
			if job.Progress != nil {
				o.all[0].State, o.all[0].EndedAt = engine.JobFailed, time.Unix(1, 0)
			}
		}
		if err := o.Run(t.Context(), o.posted[0], 1); err != nil {
			t.Fatal(err)
		}
		o.is(t, id, engine.JobFailed)
		standing(t, o.m, view, engine.Standing{Live: 1, Next: 2, Last: 2, Program: "this one"})
	})
}

func TestUpkeepTellsHowFarItIs(t *testing.T) {
	view := rebuilt["rows of many streams"]
	m, c := populated(t, view)
	o := opened(m, view, c)
	id := o.ask(t, engine.JobRebuild, false).ID
	var phases []string
	o.saved = func(job engine.Job) {
		if p := job.Progress; p != nil && (len(phases) == 0 || phases[len(phases)-1] != p.Phase) {
			phases = append(phases, p.Phase)
		}
	}
	o.work(t)
	job := o.is(t, id, engine.JobDone)
	if got := strings.Join(phases, " "); got != "fill wait erase" {
		t.Errorf("the phases are %s", got)
	}
	if job.StartedAt.Before(job.AskedAt) || job.EndedAt.Before(job.StartedAt) || job.Runs != 1 {
		t.Errorf("the job is %+v", job)
	}
}

func TestUpkeepOfWhatIsParked(t *testing.T) {
	m := newMemory()
	fill(t, m, "counter-bad", 1, 13, 2)
	p := projector(m)
	if err := p.Deliver(t.Context(), "counter-bad", m.streams["counter-bad"], limits.ParkAfter); err != nil {
		t.Fatal(err)
	}
	o := opened(m, tallies.ViewDecl, p)
	ask := func(kind string) (engine.Job, error) {
		return o.Ask(t.Context(), engine.Job{Kind: kind, Consumer: "tallies", Stream: "counter-bad", Reason: "it is unlucky", By: "ann"})
	}
	retry, err := ask(engine.JobRetry)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(engine.JobSkip); !errors.Is(err, engine.ErrJobUnderWay) {
		t.Fatalf("two jobs for one stream: %v", err)
	}
	o.work(t)
	job := o.is(t, retry.ID, engine.JobFailed)
	if job.Version != 2 || job.Result.Parked.Version != 2 || !strings.Contains(job.Error, "is parked again, at version 2") {
		t.Fatalf("the job is %+v", job)
	}
	skip, err := ask(engine.JobSkip)
	if err != nil {
		t.Fatal(err)
	}
	again := o.posted[0]
	o.work(t)
	if job := o.is(t, skip.ID, engine.JobDone); job.Reason != "it is unlucky" {
		t.Fatalf("the job is %+v", job)
	}
	o.all[len(o.all)-1].State = engine.JobRunning // as if its end had not been noted
	feed(t, m, "bad", 5)                          // behind what was left out
	if err := o.Run(t.Context(), again, 2); err != nil {
		t.Fatal(err)
	}
	o.is(t, skip.ID, engine.JobDone)
	if got, version := shown(t, m, "bad"); version != 4 || got.Sum != 8 || len(m.parked) != 0 {
		t.Fatalf("version %d, %+v, parked %v", version, got, m.parked)
	}
	var refusal *es.Rejection
	if _, err := ask(engine.JobSkip); !errors.As(err, &refusal) || refusal.Kind != es.KindNotFound {
		t.Fatalf("what is not parked: %v", err)
	}
}
