package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// watcher notes what it is told. The trace within a span is the span's own, a slash and its name.
type watcher struct {
	figures map[string]float64 // sums, of each consumer
	spans   []string           // in the order in which they end
}

func (w *watcher) Record(f observe.Figure, value float64) {
	name := f.Name
	if f.Consumer != "" {
		name += " of " + f.Consumer
	}
	if f == observe.CommandLatency {
		value = 1
	}
	w.figures[name] += value
}

func (w *watcher) Begin(s observe.Span) (string, func(observe.Outcome)) {
	within := s.Trace + "/" + s.Name
	return within, func(o observe.Outcome) {
		told := fmt.Sprintf("%s inner=%t", within, s.Inner)
		for _, about := range []map[string]any{s.About, o.About} {
			for _, name := range []string{"traceId", "stream", "version"} {
				if value, ok := about[name]; ok {
					told += fmt.Sprintf(" %s=%v", name, value)
				}
			}
		}
		if o.Err != nil {
			told += fmt.Sprintf(" refused=%t", o.Refused)
		}
		w.spans = append(w.spans, told)
	}
}

// watch gives a context that is watched, and what is seen from then on.
func watch(t *testing.T) (context.Context, *watcher) {
	t.Helper()
	w := &watcher{figures: map[string]float64{}}
	return observe.WithTracer(observe.WithRecorder(t.Context(), w), w), w
}

func (w *watcher) saw(t *testing.T, figures map[string]float64) {
	t.Helper()
	if diff := cmp.Diff(figures, w.figures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	clear(w.figures)
}

func TestCommandsAreCountedByWhatBecomesOfThem(t *testing.T) {
	ctx, w := watch(t)
	m := newMemory()
	x := commands(t, m)
	send := func(r engine.Request) error {
		_, err := x.Execute(ctx, r)
		return err
	}
	if err := send(request(doAdd, add{"c", 8})); err != nil {
		t.Fatal(err)
	}
	w.saw(t, map[string]float64{"CommandLatency": 1, "CommandsAccepted": 1})
	if err := send(request(doAdd, add{"c", 8})); !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	w.saw(t, map[string]float64{"CommandLatency": 1, "CommandsRejected": 1, "Retries": 1}) // a remembered state never refuses
	m.before = func([]es.Draft) error {
		m.before = nil
		execute(t, commands(t, m), request(doAdd, add{"c", 1}))
		return nil
	}
	if err := send(request(doAdd, add{"c", 1})); err != nil {
		t.Fatal(err)
	}
	w.saw(t, map[string]float64{"CommandLatency": 1, "CommandsAccepted": 1, "Conflicts": 1, "Retries": 1})
	m.before = func([]es.Draft) error { return errors.New("the store is down") }
	if err := send(request(doName, name{"c", "x"})); err == nil {
		t.Fatal("it was appended")
	}
	w.saw(t, map[string]float64{"CommandLatency": 1, "CommandsFailed": 1})
	m.before = func(drafts []es.Draft) error {
		if drafts[0].Origin.Invoker == "other" {
			return nil
		}
		r := request(doName, name{"c", engine.NewID()})
		r.Invoker.User = "other"
		_, err := x.Execute(context.Background(), r)
		return err
	}
	if err := send(request(doName, name{"c", "y"})); !errors.Is(err, engine.ErrContended) {
		t.Fatal(err)
	}
	if w.figures["CommandsContended"] != 1 || w.figures["CommandsRejected"] != 0 || w.figures["Conflicts"] != w.figures["Retries"] || w.figures["Retries"] < 5 {
		t.Errorf("of one that lost all its races: %v", w.figures)
	}
}

func TestLagIsThatOfTheNewestCommit(t *testing.T) {
	ctx, w := watch(t)
	m := newMemory()
	all := slices.Clone(fill(t, m, "counter-a", 1, 1, 1))
	for i := range all {
		all[i].Time = noon.Add(time.Duration(i-10) * time.Second)
		m.streams["counter-a"][i].Time = all[i].Time
	}
	p := projector(m)
	p.World.Now = func() time.Time { return noon }
	deliver := func(commits ...es.Commit) {
		t.Helper()
		if err := p.Deliver(ctx, "counter-a", commits, 1); err != nil {
			t.Fatal(err)
		}
	}
	deliver(all[1]) // the first is read from the store, and is older
	w.saw(t, map[string]float64{"Lag of tallies": 8_000})
	deliver(all[0], all[1])
	w.saw(t, map[string]float64{}) // done before
}

func TestParkedIsCounted(t *testing.T) {
	ctx, w := watch(t)
	m := newMemory()
	if err := projector(m).Deliver(ctx, "counter-bad", fill(t, m, "counter-bad", 13), 1); err != nil {
		t.Fatal(err)
	}
	w.saw(t, map[string]float64{"Parked": 1})
	if len(w.spans) > 0 {
		t.Errorf("a commit without a trace has the spans %v", w.spans)
	}
}

// A trace goes from the request by its commit to who consumes that, and to what this causes in turn.
func TestSpansGoByTheCommits(t *testing.T) {
	ctx, w := watch(t)
	m := newMemory()
	x := commands(t, m)
	r := request(doAdd, add{"a", 6})
	r.TraceID, r.Trace = "t1", "lambda"
	if _, err := x.Execute(ctx, r); err != nil {
		t.Fatal(err)
	}
	execute(t, x, request(doAdd, add{"b", 9})) // so that the saga is refused
	saga := (&engine.Saga{Decl: doubling, Commands: x}).Consumer(m, m)
	if err := saga.Deliver(ctx, "counter-a", m.streams["counter-a"], 1); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second comes to nothing
		if err := projector(m).Deliver(ctx, "counter-c", m.streams["counter-c"], 1); err != nil {
			t.Fatal(err)
		}
	}
	bad := slices.Clone(fill(t, m, "counter-bad", 13))
	bad[0].Trace = "other"
	if err := projector(m).Deliver(ctx, "counter-bad", bad, 1); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"lambda/add inner=true traceId=t1 stream=counter-a version=1",
		"lambda/add/doubling/add-internally inner=true traceId=t1 refused=true",
		"lambda/add/doubling/add-internally inner=true traceId=t1 stream=counter-c version=1",
		"lambda/add/doubling inner=false traceId=t1 stream=counter-a version=1",
		"lambda/add/doubling/add-internally/tallies inner=false traceId=t1 stream=counter-c version=1",
		"other/tallies inner=false traceId=" + bad[0].TraceID + " stream=counter-bad version=1 refused=false",
	}
	if diff := cmp.Diff(want, w.spans); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestErrandsHaveSpans(t *testing.T) {
	for saga, name := range map[string]string{"": "inbox", "alarm": "timers"} {
		ctx, w := watch(t)
		m := newMemory()
		if err := runner(t, m, doAdd).Run(ctx, errand(t, 3, saga), 1); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"x-ray/" + name + "/add inner=true traceId=trace-1 stream=counter-c version=1",
			"x-ray/" + name + " inner=false traceId=trace-1 stream=counter-c version=1",
		}
		if diff := cmp.Diff(want, w.spans); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		if got := m.streams["counter-c"][0].Trace; got != "x-ray/"+name+"/add" {
			t.Errorf("the commit belongs to %s", got)
		}
	}
}

func TestPushesAreCounted(t *testing.T) {
	ctx, w := watch(t)
	s := &sockets{fails: map[string]error{"gone": engine.ErrGone, "broken": errors.New("no")}}
	for _, id := range []string{"well", "gone", "broken"} {
		to := engine.Connection{ID: id, Opened: noon.Add(-time.Hour), Expires: noon.Add(time.Hour)}
		if err := engine.Push(ctx, s, s, noon, to, []engine.Outcome{{Type: "Added"}}); (err != nil) != (id == "broken") {
			t.Errorf("%s: %v", id, err)
		}
	}
	w.saw(t, map[string]float64{"Pushes": 1, "PushesGone": 1, "PushesFailed": 1})
}
