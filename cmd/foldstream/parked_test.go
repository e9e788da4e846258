package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestParkedIsNotedAsJobs retries and skips what is parked, and looks what is known of that afterwards.
func TestParkedIsNotedAsJobs(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		for n := range 3 {
			stream := es.NewStreamID("match", fmt.Sprint(n))
			p.happen(t, stream, es.Origin{}, created("ada"))
			p.park(t, stream)
		}
		p.happen(t, "match-bad", es.Origin{}, es.Recorded{Type: "MatchCreated", Data: jsontext.Value("[]")})
		p.park(t, "match-bad")

		says(t, p.run(t, "parked", "retry", "matches"), "failed: name a stream, or give --all")
		says(t, p.run(t, "parked", "retry", "matches", "--all", "--dry-run"), "would retry version 1 of match-0 for matches", "match-2", "match-bad")
		says(t, p.run(t, "parked", "skip", "matches", "match-bad", "--reason", "x", "--dry-run"), "would skip version 1 of match-bad")
		p.asked(t)
		said := p.run(t, "parked", "retry", "matches", "--all")
		says(t, said, "of 4 streams 3 go on, 1 do not, 0 were not tried", "failed: match-bad: match-bad is parked again, at version 1")

		says(t, p.run(t, "parked", "show", "matches", "match-bad"), "cannot take match-bad at version 1", "read event 1 of match-bad",
			"tried 5 times: it was broken", `"data": []`)
		says(t, p.run(t, "parked", "show", "matches", "match-bad", "--json"), `"history":[{"error":"it was broken"`, `"commit":{"stream":"match-bad"`)
		says(t, p.run(t, "parked", "list", "--json"), `"stream":"match-bad","version":1`)

		says(t, p.run(t, "parked", "skip", "matches", "match-bad"), "failed: say why, by --reason")
		says(t, p.run(t, "parked", "skip", "matches", "match-bad", "--reason", "it is none", "--json"), `"stream":"match-bad","version":1,"kind":"skip"}`)
		says(t, p.run(t, "parked", "list"), "Nothing is parked.")
		says(t, p.run(t, "parked", "skip", "matches", "match-bad", "--reason", "again"), "failed: ", "is not parked")
		p.asked(t, "skip match-bad done it is none", "retry match-bad failed ", "retry match-2 done ", "retry match-1 done ", "retry match-0 done ")
	})
}

// TestParkedTakesOver meets a job that was broken off at the command line, and one of an admin that is under way.
func TestParkedTakesOver(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		for _, by := range []string{callers + "somebody", "an admin"} {
			stream := es.NewStreamID("match", by)
			p.happen(t, stream, es.Origin{}, created("ada"))
			p.park(t, stream)
			_, err := p.jobs.AddJob(t.Context(), engine.Job{
				ID: engine.NewID(), Kind: engine.JobRetry, Consumer: "matches", Stream: stream, By: by, State: engine.JobRunning,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		says(t, p.run(t, "parked", "retry", "matches", "match-"+callers+"somebody"), "matches is up to date")
		says(t, p.run(t, "parked", "retry", "matches", "match-an admin"), "failed: JobUnderWay", "by an admin, has not ended")
		all, err := p.jobs.Jobs(t.Context(), 10)
		if err != nil || len(all) != 3 || all[2].State != engine.JobFailed || !strings.Contains(all[2].Error, "took it over") {
			t.Errorf("the jobs are %+v, error %v", all, err)
		}
	})
}

func (p place) park(t *testing.T, stream es.StreamID) {
	t.Helper()
	note := engine.Parked{Consumer: "matches", Stream: stream, Version: 1, Error: "it was broken", Attempts: 5, Time: time.Now().UTC()}
	if err := p.lot.Park(t.Context(), note); err != nil {
		t.Fatal(err)
	}
}

// asked compares what the jobs are, the newest first, with "kind stream state reason".
func (p place) asked(t *testing.T, want ...string) {
	t.Helper()
	all, err := p.jobs.Jobs(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range all {
		got = append(got, fmt.Sprintf("%s %s %s %s", j.Kind, j.Stream, j.State, j.Reason))
		if j.By != operator() || j.EndedAt.IsZero() {
			t.Errorf("the job %s is by %q, and ended %s", j.ID, j.By, j.EndedAt)
		}
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("the jobs are %q, want %q", got, want)
	}
}
