package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// net is a last net in memory, with what went back.
type net struct {
	letters []engine.DeadLetter
	back    []engine.DeadLetter
}

func (n *net) Waiting(context.Context, engine.Net) (uint64, error) {
	return uint64(len(n.letters)), nil
}

func (n *net) Each(_ context.Context, _ engine.Net, do func(engine.DeadLetter) (engine.Fate, error)) error {
	var left []engine.DeadLetter
	defer func() { n.letters = left }()
	for i, d := range n.letters {
		fate, err := do(d)
		if err != nil {
			left = append(left, n.letters[i:]...)
			return err
		}
		switch fate {
		case engine.Kept:
			left = append(left, d)
		case engine.PutBack:
			n.back = append(n.back, d)
		}
	}
	return nil
}

// sweeps is a sweeper that only notes when it swept, and fails if it is told to.
type sweeps struct {
	from, until time.Time
	times       int
	err         error
}

func (s *sweeps) Sweep(_ context.Context, from, until time.Time) (int, error) {
	s.from, s.until, s.times = from, until, s.times+1
	return 3, s.err
}

const records = `{"DDBStreamBatchInfo":{"shardId":"s1","batchSize":2}}`

// TestRedriveOfRecords sweeps before it forgets what there was to sweep, and forgets nothing that a sweep has not been about.
func TestRedriveOfRecords(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := newMemory()
	n := &net{letters: []engine.DeadLetter{
		{ID: "old", Body: records, Since: now.Add(-72 * time.Hour)},
		{ID: "young", Body: records, Since: now.Add(-time.Minute)},
		{ID: "other", Body: "?", Since: now.Add(-72 * time.Hour)},
	}}
	s := &sweeps{err: errors.New("no topic")}
	j := &jobs{memory: m}
	relay := engine.Net{Name: "relay-failures", Of: "relay"}
	r := &engine.Redrive{
		Nets: []engine.Net{relay}, Letters: n, Sweeper: s,
		Jobs: &engine.Upkeep{Desk: engine.Desk{Jobs: j, World: engine.World{Now: func() time.Time { return now }}}},
	}
	all := func(engine.Letter) bool { return true }
	if _, err := r.Run(t.Context(), relay, all, engine.Job{By: "cli:ann"}, "cli:"); !errors.Is(err, s.err) || len(n.letters) != 3 {
		t.Fatalf("after a sweep that failed there are %v, error %v", n.letters, err)
	}
	s.err = nil
	done, err := r.Run(t.Context(), relay, all, engine.Job{By: "cli:ann"}, "cli:")
	if err != nil || done.Swept != 3 || done.Dropped != 1 || done.Kept != 2 || len(n.letters) != 2 {
		t.Fatalf("done is %+v, error %v, left are %v", done, err, n.letters)
	}
	if s.times != 2 || s.from.After(now.Add(-96*time.Hour)) || s.until.After(now.Add(-time.Minute)) {
		t.Errorf("swept from %s until %s, %d times", s.from, s.until, s.times)
	}
	if _, err := r.Run(t.Context(), relay, all, engine.Job{By: "cli:ann"}, "cli:"); err != nil || s.times != 2 {
		t.Errorf("with nothing old it swept %d times, error %v", s.times, err)
	}
	ended, err := j.Jobs(t.Context(), 10)
	if err != nil || len(ended) != 3 {
		t.Errorf("the jobs are %v, error %v", ended, err)
	}
}
