package contract

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Jobs tests an [engine.Jobs]. What others keep in it does no harm.
func Jobs(t *testing.T, open func(t *testing.T) engine.Jobs) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, jobs engine.Jobs)
	}{
		{"a job comes back as it was saved", jobRoundTrip},
		{"a job that is not there", jobMissing},
		{"a lane has one job at a time", jobLane},
		{"a job that has ended stays as it is", jobEnded},
		{"the newest come first", jobOrder},
		{"of those who ask at the same time one is first", jobRace},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

var jobTime = time.Date(2031, time.March, 4, 5, 6, 7, 8_000_000, time.UTC)

// rebuildJob is one of a view that nobody else is about.
func rebuildJob(view string) engine.Job {
	return engine.Job{ID: engine.NewID(), Kind: engine.JobRebuild, View: view, By: "ann", AskedAt: jobTime, State: engine.JobWaiting}
}

func newView() string { return "contract-" + uuid.NewString() }

func addJob(t *testing.T, jobs engine.Jobs, j engine.Job) {
	t.Helper()
	there, err := jobs.AddJob(t.Context(), j)
	try(t, "add a job", err)
	same(t, "the job in the lane", there, j)
}

func saveJob(t *testing.T, jobs engine.Jobs, j engine.Job) {
	t.Helper()
	try(t, "save a job", jobs.SaveJob(t.Context(), j))
}

func readJob(t *testing.T, jobs engine.Jobs, id string) engine.Job {
	t.Helper()
	j, err := jobs.Job(t.Context(), id)
	try(t, "read a job", err)
	return j
}

func jobRoundTrip(t *testing.T, jobs engine.Jobs) {
	j := engine.Job{
		ID: engine.NewID(), Kind: engine.JobSkip, Consumer: newView(), Stream: "match-1", Version: 1 << 52, Reason: unicode,
		By: unicode, AskedAt: jobTime, State: engine.JobWaiting,
	}
	addJob(t, jobs, j)
	same(t, "a job that waits", readJob(t, jobs, j.ID), j)
	j.State, j.StartedAt, j.Runs = engine.JobRunning, jobTime.Add(time.Second), 2
	j.Progress = &engine.Rebuilding{View: "v", Phase: engine.PhaseFill, Events: 1, Position: 2, Head: 3, Rows: 4}
	saveJob(t, jobs, j)
	same(t, "a job that runs", readJob(t, jobs, j.ID), j)
	j.State, j.EndedAt, j.Error = engine.JobFailed, jobTime.Add(time.Minute), strings.Repeat("é", 5000)
	j.Result = &engine.JobResult{
		Parked:  &engine.Parked{Consumer: "c", Stream: "s-1", Version: 3, Error: unicode, Attempts: 5, Time: jobTime},
		Rebuilt: &engine.Rebuilt{View: "v", Comparison: engine.Comparison{Rows: 1, Examples: []engine.Difference{{Row: "r", Live: engine.Side{Doc: []byte(`{"a":1}`)}}}}},
	}
	saveJob(t, jobs, j)
	same(t, "a job that failed", readJob(t, jobs, j.ID), j)
}

func jobMissing(t *testing.T, jobs engine.Jobs) {
	j := rebuildJob(newView())
	same(t, "a job that nobody added", readJob(t, jobs, j.ID), engine.Job{})
	fails(t, "save it", jobs.SaveJob(t.Context(), j), engine.ErrStale)
	j.State = engine.JobDone
	fails(t, "end it", jobs.SaveJob(t.Context(), j), engine.ErrStale)
	same(t, "the job", readJob(t, jobs, j.ID), engine.Job{})
}

func jobLane(t *testing.T, jobs engine.Jobs) {
	view := newView()
	first, second := rebuildJob(view), rebuildJob(view)
	second.Kind = engine.JobDrop
	addJob(t, jobs, first)
	for _, state := range []string{engine.JobWaiting, engine.JobRunning} {
		first.State = state
		saveJob(t, jobs, first)
		there, err := jobs.AddJob(t.Context(), second)
		try(t, "add a second job", err)
		same(t, "the job in the lane", there, first)
		same(t, "the job that was not added", readJob(t, jobs, second.ID), engine.Job{})
	}
	addJob(t, jobs, rebuildJob(view+"-other"))
	parked := func(stream es.StreamID) engine.Job {
		return engine.Job{ID: engine.NewID(), Kind: engine.JobRetry, Consumer: view, Stream: stream, AskedAt: jobTime, State: engine.JobWaiting}
	}
	addJob(t, jobs, parked("match-1"))
	addJob(t, jobs, parked("match-2"))
	first.State = engine.JobDone
	saveJob(t, jobs, first)
	addJob(t, jobs, second)
}

func jobEnded(t *testing.T, jobs engine.Jobs) {
	for _, state := range []string{engine.JobDone, engine.JobFailed} {
		view := newView()
		j := rebuildJob(view)
		addJob(t, jobs, j)
		j.State = state
		saveJob(t, jobs, j)
		next := rebuildJob(view)
		addJob(t, jobs, next)
		for _, late := range []string{engine.JobRunning, engine.JobDone} {
			again := j
			again.State, again.Error = late, "late"
			fails(t, "save a job that has ended", jobs.SaveJob(t.Context(), again), engine.ErrStale)
		}
		same(t, "the job", readJob(t, jobs, j.ID), j)
		there, err := jobs.AddJob(t.Context(), rebuildJob(view))
		try(t, "add a job", err)
		same(t, "the job in the lane", there, next)
	}
}

func jobOrder(t *testing.T, jobs engine.Jobs) {
	var all []engine.Job
	for range 5 {
		all = append([]engine.Job{rebuildJob(newView())}, all...)
		addJob(t, jobs, all[0])
	}
	for _, limit := range []int{1, 3, 5} {
		got, err := jobs.Jobs(t.Context(), limit)
		try(t, "list jobs", err)
		same(t, "the newest jobs", got, all[:limit])
	}
}

func jobRace(t *testing.T, jobs engine.Jobs) {
	view := newView()
	var mu sync.Mutex
	var all sync.WaitGroup
	added := map[string]int{} // how many were given each job
	for range 8 {
		all.Go(func() {
			there, err := jobs.AddJob(t.Context(), rebuildJob(view))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			added[there.ID]++
		})
	}
	all.Wait()
	if len(added) != 1 {
		t.Fatalf("in one lane there are %v", added)
	}
}
