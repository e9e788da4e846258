package engine_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// registry lists what a memory stores. It has neither timers nor connections.
type registry struct{ *memory }

func (r registry) Stored(context.Context) iter.Seq2[engine.Stored, error] {
	return func(yield func(engine.Stored, error) bool) {
		for _, c := range r.order {
			if !yield(engine.Stored{Stream: c.Stream, Version: c.Version, Last: c.Last()}, nil) {
				return
			}
		}
	}
}

func (r registry) Snapshotted(context.Context) iter.Seq2[engine.Snapshotted, error] {
	return func(func(engine.Snapshotted, error) bool) {}
}

func (r registry) Subscribed(context.Context) iter.Seq2[engine.Subscribed, error] {
	return func(func(engine.Subscribed, error) bool) {}
}

func (r registry) Upcoming(context.Context, string, int) (engine.Upcoming, error) {
	return engine.Upcoming{}, nil
}

// looksAfter opens an office for the whole of a club's store, which waits for nobody.
func looksAfter(h clubhouse) *office {
	j := &jobs{memory: h.stored}
	i := installed(h.stored, h.keys)
	i.Inventory, i.Agenda = registry{h.stored}, registry{h.stored}
	return &office{jobs: j, m: h.stored, Upkeep: &engine.Upkeep{
		Desk: engine.Desk{App: club, Jobs: j, Queue: j, Generations: h.stored, Lot: h.stored},
		Forget: func(job engine.Job) *engine.Forget {
			f := i.Forget(job)
			f.Bound = time.Nanosecond
			return f
		},
		Verify: func() *engine.Verify {
			v := i.Verify()
			v.Patience = time.Nanosecond
			return v
		},
	}}
}

// wants asks for a job.
func (o *office) wants(t *testing.T, job engine.Job) string {
	t.Helper()
	job.By = "ann"
	job, err := o.Ask(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return job.ID
}

var forgetsAnn = engine.Job{Kind: engine.JobForget, Subject: "ann", Reason: "asked by letter"}

// forgot fails unless a job has come to its end with all that there was.
func (o *office) forgot(t *testing.T, h clubhouse, id string) {
	t.Helper()
	job := o.is(t, id, engine.JobDone)
	r := job.Result.Forgotten
	rows := 0
	for _, v := range r.Rows {
		rows += v.Rows
	}
	if r.Subject != "ann" || r.By != "ann" || r.Why != "asked by letter" || r.Done.IsZero() || r.Waiting || r.Found.Texts != 3 || r.Values != 1 || rows != 8 {
		t.Fatalf("the job ends with %+v", r)
	}
	h.shows(t, "gone", "Bob")
	if owner := h.holder(t, admitted{Email: "ann@example.com"}.Claims()[0].Unique); owner != "" {
		t.Fatalf("the address is held by %s", owner)
	}
}

// TestUpkeepForgetsAllButPlainTexts says so in a job that failed.
func TestUpkeepForgetsAllButPlainTexts(t *testing.T) {
	h := open(t)
	if err := h.stored.Append(t.Context(), es.Draft{Stream: "member-cy", Events: []es.Recorded{
		{Type: "Befriended", Data: []byte(`{"friend":{"id":"ann","name":"Annie"}}`)},
	}}); err != nil {
		t.Fatal(err)
	}
	o := looksAfter(h)
	id := o.wants(t, forgetsAnn)
	o.work(t)
	job := o.is(t, id, engine.JobFailed)
	if r := job.Result.Forgotten; r.Found.Plain != 1 || r.Found.Texts != 3 || !r.Done.IsZero() || !strings.Contains(job.Error, "not sealed") {
		t.Fatalf("the job is %+v with %+v", job, r)
	}
	h.shows(t, "gone", "Bob")
}

func TestUpkeepForgets(t *testing.T) {
	h := open(t)
	o := looksAfter(h)
	id := o.wants(t, forgetsAnn)
	if _, err := o.Ask(t.Context(), forgetsAnn); !errors.Is(err, engine.ErrJobUnderWay) {
		t.Fatalf("two jobs for one person: %v", err)
	}
	other := o.wants(t, engine.Job{Kind: engine.JobForget, Subject: "cy", Reason: "another one"})
	var doing []string
	o.saved = func(job engine.Job) {
		if w := job.Working; job.ID == id && w != nil && (len(doing) == 0 || doing[len(doing)-1] != w.Doing) {
			doing = append(doing, w.Doing)
		}
	}
	o.work(t)
	o.forgot(t, h, id)
	if got := strings.Join(doing, ", "); !strings.HasPrefix(got, "fold views again, wait until no process can know the key") {
		t.Errorf("it tells of %q", got)
	}
	if job := o.is(t, other, engine.JobFailed); !strings.Contains(job.Error, "nothing is changed") || len(h.keys.notes) != 1 {
		t.Errorf("who is not there: %+v, forgotten are %v", job, h.keys.notes)
	}
}

// TestUpkeepForgetsAfterACrash breaks off at every write, before it and behind it, and brings the errand again: the result
// is that of a job that nothing came in the way of.
func TestUpkeepForgetsAfterACrash(t *testing.T) {
	for step := 1; ; step++ {
		h := open(t)
		o := looksAfter(h)
		id := o.wants(t, forgetsAnn)
		errand, count := o.posted[0], 0
		o.posted = nil
		var mu sync.Mutex
		crash := func() error {
			mu.Lock()
			defer mu.Unlock()
			if count++; count >= step {
				return errCrash
			}
			return nil
		}
		h.stored.breaks, h.keys.breaks = crash, crash
		err := o.Run(t.Context(), errand, 1)
		h.stored.breaks, h.keys.breaks = nil, nil
		if err != nil && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		o.Forget = looksAfter(h).Forget // in another process
		for attempt := 2; attempt <= 3; attempt++ {
			if err := o.Run(t.Context(), errand, attempt); err != nil {
				t.Fatalf("after a crash at step %d: %v", step, err)
			}
		}
		o.forgot(t, h, id)
		if err == nil {
			if step < 15 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
	}
}

// TestUpkeepWaitsOutTheBound has no time for the wait until nobody can know the key: the next run goes on.
func TestUpkeepWaitsOutTheBound(t *testing.T) {
	h := open(t)
	o := looksAfter(h)
	quick := o.Forget
	o.Forget = func(job engine.Job) *engine.Forget {
		f := quick(job)
		f.Bound = time.Hour
		return f
	}
	id := o.wants(t, forgetsAnn)
	errand := o.posted[0]
	o.posted = nil
	ending, end := context.WithCancel(t.Context())
	defer end()
	o.saved = func(job engine.Job) {
		if job.Working != nil && strings.HasPrefix(job.Working.Doing, "wait") {
			end()
		}
	}
	if err := o.Run(ending, errand, 1); err != nil {
		t.Fatal(err)
	}
	h.shows(t, "gone", "Bob")
	if job := o.is(t, id, engine.JobRunning); len(o.posted) != 1 || job.Result.Forgotten.Values != 1 || !job.Result.Forgotten.Done.IsZero() {
		t.Fatalf("the job is %+v, queued is %v", job, o.posted)
	}
	o.Forget = quick
	o.work(t)
	o.forgot(t, h, id)
}

func TestUpkeepVerifies(t *testing.T) {
	h := open(t)
	o := looksAfter(h)
	verify := engine.Job{Kind: engine.JobVerify}
	id := o.wants(t, verify)
	if _, err := o.Ask(t.Context(), verify); !errors.Is(err, engine.ErrJobUnderWay) {
		t.Fatalf("two verifications at once: %v", err)
	}
	o.work(t)
	if r := o.is(t, id, engine.JobDone).Result; r.Verified.Rows != 4 || r.Verified.Commits != 4 || r.Verified.Findings != 0 || len(r.Findings) != 0 {
		t.Fatalf("the job ends with %+v", r)
	}

	for _, person := range []string{"ann", "bob"} {
		row := h.stored.rows["profiles "+person]
		row.Doc = []byte(`{"name":"Mallory"}`)
		h.stored.rows["profiles "+person] = row
	}
	h.stored.order = append(h.stored.order, es.Commit{Stream: "stray-" + es.StreamID(strings.Repeat("x", 5000)), Version: 1, Events: h.stored.order[0].Events})
	id = o.wants(t, verify)
	o.work(t)
	job := o.is(t, id, engine.JobFailed)
	text, err := es.Encode(job.Result.Findings)
	if err != nil || !strings.Contains(job.Error, "findings: ") || job.Result.Verified.Findings < 3 || len(text) > 5<<10 {
		t.Fatalf("the job is %+v", job)
	}
	for _, person := range []string{"ann", "bob"} {
		if !strings.Contains(string(text), `{"check":"view","where":"profiles `+person+`"`) || strings.Contains(string(text), "Mallory") {
			t.Errorf("the findings are %s", text)
		}
	}
}

// TestUpkeepVerifiesInTime begins again when its process ends, and gives up when it has had all the time that there is.
func TestUpkeepVerifiesInTime(t *testing.T) {
	h := open(t)
	o := looksAfter(h)
	first := o.wants(t, engine.Job{Kind: engine.JobVerify})
	ending, end := context.WithCancel(t.Context())
	o.saved = func(engine.Job) { end() }
	errand := o.posted[0]
	o.posted = nil
	if err := o.Run(ending, errand, 1); err != nil {
		t.Fatal(err)
	}
	o.is(t, first, engine.JobRunning)
	o.work(t)
	if job := o.is(t, first, engine.JobDone); job.Runs != 2 || job.Result.Verified.Commits != 4 {
		t.Fatalf("the job is %+v", job)
	}

	o.saved = nil
	second := o.wants(t, engine.Job{Kind: engine.JobVerify})
	short, cancel := context.WithTimeout(t.Context(), limits.UpkeepStops)
	defer cancel()
	if err := o.Run(short, o.posted[0], 1); err != nil {
		t.Fatal(err)
	}
	if job := o.is(t, second, engine.JobFailed); len(o.posted) != 1 || !strings.Contains(job.Error, "from the command line") {
		t.Fatalf("the job is %+v, queued is %v", job, o.posted)
	}
}
