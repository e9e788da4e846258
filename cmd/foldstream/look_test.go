package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestTailBeginsWhereItIsTold asks for what there is.
func TestTailBeginsWhereItIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		says(t, p.run(t, "tail", "--no-follow"), "")
		old := p.happen(t, "match-old", es.Origin{Invoker: "ada", Time: time.Now().Add(-time.Hour).UTC()}, created("ada"))
		for n := range 12 {
			p.happen(t, es.NewStreamID("wallet", fmt.Sprint(n)), es.Origin{}, es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		}
		p.happen(t, "match-new", es.Origin{}, created("bob"), es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		for _, c := range []struct {
			flags string
			lines int
			with  string
		}{
			{"", 11, "match-new@2"},
			{"-n 100", 15, "match-old@1"},
			{"--from 13", 2, "match-new@1"},
			{"--from 0", 15, "match-old@1"},
			{"--since 10m", 14, "wallet-0@1"},
			{"--category match", 3, "match-old@1"},
			{"--category match -n 1", 2, "match-new@2"},
			{"--category match --category wallet -n 100", 15, "wallet-11@1"},
			{"--stream match-old", 1, "by ada"},
			{"--type MatchCreated", 2, "match-old@1"},
			{"--type MatchCreated -n 1", 1, "match-new@1"},
			{"--trace " + old.TraceID, 1, old.TraceID},
			{"--stream match-none", 0, ""},
		} {
			said := p.run(t, append([]string{"tail", "--no-follow"}, strings.Fields(c.flags)...)...)
			if got := strings.Count(said, "\n"); got != c.lines || !strings.Contains(said, c.with) {
				t.Errorf("tail %s says %d lines, want %d with %s:\n%s", c.flags, got, c.lines, c.with, said)
			}
		}
		says(t, p.run(t, "tail", "--no-follow", "--json", "--stream", "match-old"),
			`"position":1,"stream":"match-old","version":1,"type":"MatchCreated","data":{"createdBy":"ada","size":"small"}`)
	})
}

// heard is what somebody has said so far.
type heard struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.Write(p)
}

func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.String()
}

// TestTailFollows has events happen while somebody looks on, who then leaves by Ctrl-C.
func TestTailFollows(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		ctx, interrupt := context.WithCancel(t.Context())
		out, done := &heard{}, make(chan error, 1)
		c := root()
		c.SetArgs(append([]string{"tail", "--category", "match"}, p.flags...))
		c.SetOut(out)
		go func() { done <- c.ExecuteContext(ctx) }()
		for n := range 5 {
			p.happen(t, "wallet-1", es.Origin{}, es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
			stream := es.NewStreamID("match", fmt.Sprint(n))
			p.happen(t, stream, es.Origin{}, created("ada"))
			eventually(t, string(stream)+" is told", func() bool { return strings.Contains(out.all(), string(stream)+"@1") })
		}
		interrupt()
		if err := <-done; err != nil {
			t.Errorf("leaving is the error %v", err)
		}
		if said := out.all(); strings.Contains(said, "wallet") || strings.Count(said, "\n") != 5 {
			t.Errorf("it says %q, want 5 lines of matches", said)
		}
	})
}

// TestTraceCommand shows a tree of three commands, one of which is refused.
func TestTraceCommand(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		trace, begun := engine.NewID(), time.Now().Add(-time.Minute).UTC().Truncate(time.Millisecond)
		at := func(ms int, cause string) es.Origin {
			return es.Origin{TraceID: trace, Invoker: "ada", CausationID: cause, Time: begun.Add(time.Duration(ms) * time.Millisecond)}
		}
		first := p.happen(t, "match-1", at(0, ""), created("ada"), es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		second := p.happen(t, "wallet-1", at(70, "match-1@2"), es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		refused := `{"command":"pay","aggregateId":"wallet-2","rejection":{"code":"Poor","kind":"conflict","detail":"there is nothing"}}`
		p.happen(t, "saga-x.wallet-1", at(120, "wallet-1@1"), es.Recorded{Type: "CommandRejected", Data: jsontext.Value(refused)})
		p.happen(t, "match-2", es.Origin{}, created("bob"))

		want := []string{
			"trace " + trace, "took 120 ms\n",
			"└── +0 ms  command " + first.CommandID + " by ada\n",
			"    ├── MatchCreated  match-1@1\n",
			"    └── Noted  match-1@2\n",
			"        └── +70 ms  command " + second.CommandID + " by ada\n",
			"            └── Noted  wallet-1@1\n",
			"                └── +120 ms  command ",
			"                    └── REFUSED pay by wallet-2: Poor: there is nothing  (saga-x.wallet-1@1)\n",
		}
		for _, args := range [][]string{{trace}, {"match-1@2"}, {"wallet-1@1"}, {trace, "--search"}, {second.CommandID, "--search"}} {
			said := p.run(t, append([]string{"trace"}, args...)...)
			says(t, said, want...)
			if strings.Contains(said, "match-2") {
				t.Errorf("trace %v shows another one's: %s", args, said)
			}
		}
		says(t, p.run(t, "trace", trace, "--json"), `"traceId":"`+trace+`"`, `"tookMs":120`, `"afterMs":70`)
		for _, args := range [][]string{{second.CommandID}, {"match-1@3"}, {"match-none@1"}, {"match-1@x"}, {engine.NewID(), "--search"}} {
			says(t, p.run(t, append([]string{"trace"}, args...)...), "failed: ")
		}
	})
}

// TestShowCommand shows a stream's state at its end and before that, and what is known of it.
func TestShowCommand(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		says(t, p.run(t, "show", "match-none"), "failed: ", "there are no events")
		p.happen(t, "match-1", es.Origin{Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, created("ada"))
		p.happen(t, "match-1", es.Origin{Time: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}, es.Recorded{
			Type: "MatchStarted", Data: jsontext.Value(`{"players":[{"id":"ada"},{"id":"bob"}],"firstPlayer":"ada"}`),
		})
		if err := p.lot.Park(t.Context(), engine.Parked{Consumer: "matches", Stream: "match-1", Version: 2, Error: "it was broken", Time: time.Now()}); err != nil {
			t.Fatal(err)
		}
		said := p.run(t, "show", "match-1")
		says(t, said, "match-1: 2 commits, 2 events", "version 1  MatchCreated  2026-03-01T12:00:00Z", "version 2  MatchStarted",
			"1 times MatchStarted", `PARKED for matches at version 2`, "match.Match {")
		for _, flags := range [][]string{{"--at-version", "1"}, {"--at", "2026-03-01T13:00:00Z"}} {
			early := p.run(t, append([]string{"show", "match-1"}, flags...)...)
			says(t, early, "1  MatchCreated", "by nobody")
			if strings.Contains(early, "2  MatchStarted  2026-03-02T12:00:00Z  by") || strings.Contains(early, `"bob"`) {
				t.Errorf("show %v says %s", flags, early)
			}
		}
		says(t, p.run(t, "show", "match-1", "--at", "2026-02-01T13:00:00Z"), "failed: there was no event yet")
		diff := p.run(t, "show", "match-1", "--diff")
		says(t, diff, `+ match.Match/CreatedBy "ada"`, `~ match.Match/Next "" → "ada"`)
		says(t, p.run(t, "show", "match-1", "--json"), `"commits":2`, `"version":2,"type":"MatchStarted"`, `"parked":[{`)
	})
}

// TestStatsCommand counts what there is.
func TestStatsCommand(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		p.queues(t)
		says(t, p.run(t, "stats"), "0 commits")
		p.happen(t, "match-1", es.Origin{Time: time.Now().Add(-48 * time.Hour).UTC()}, created("ada"), es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		for range 3 {
			p.happen(t, "match-2", es.Origin{}, es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		}
		p.happen(t, "wallet-1", es.Origin{}, es.Recorded{Type: "Noted", Data: jsontext.Value(`{}`)})
		says(t, p.run(t, "stats", "--json", "--top", "1"), `"commits":5,"events":6,"bytes":44,"streams":3`,
			`"match":{"streams":2,"commits":4,"events":5,"bytes":42}`, `"wallet Noted":{"events":1,"bytes":2}`,
			`"hour":{"commits":4,"events":4}`, `"mostEvents":[{"stream":"match-2","count":3}]`, `"mostBytes":[{"stream":"match-1","count":36}]`,
			`"hottest":[{"stream":"match-2","count":3}]`)
		says(t, p.run(t, "stats"), "5 commits, 6 events, 44 B of data, 3 streams begun", "CATEGORY", "MOST EVENTS", "events", "0 streams are parked")
		says(t, p.run(t, "stats", "--sample", "2"), "2 commits, 2 events", "of the last 2 of 5 commits")
	})
}

// TestCompletion asks as a shell does.
func TestCompletion(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		p.happen(t, "match-1", es.Origin{}, created("ada"))
		p.happen(t, "wallet-1", es.Origin{}, created("ada"))
		complete := func(args ...string) string {
			return foldstream(t, append(append([]string{cobraComplete}, p.flags...), args...)...)
		}
		if p.flags[0] == "--data" { // a stage's streams come to the directory by its relay
			says(t, complete("show", "m"), "match-1\n")
		}
		if said := complete("show", "m"); strings.Contains(said, "wallet-1") {
			t.Errorf("streams that begin with m are %q", said)
		}
		says(t, complete("parked", "retry", "match-d"), "match-deadlines\n")
		says(t, complete("rebuild", "matc"), "matches\n")
		says(t, complete("tail", "--type", "MatchS"), "MatchStarted\n")
		says(t, complete("redrive", "run", "time"), "timers-dead\n")
	})
}

const cobraComplete = "__complete"
