package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// whole is a store in which all is well, on one of the two engines.
type whole struct {
	testing.TB
	at     site
	relay  func(context.Context, []es.Commit) error // brings commits into the feed, where nobody else does
	damage []damage                                 // what only this engine can suffer
}

// station opens the store for a moment.
func (w *whole) station(then func(*station)) {
	w.Helper()
	if err := w.at.open(context.Background(), func(s *station) error { then(s); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *whole) try(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

// execute runs a command, and brings what comes of it to the feed and the views.
func (w *whole) execute(s *station, decl *es.CommandDecl, command any) {
	w.Helper()
	done, err := s.Commands.Execute(context.Background(), engine.Request{
		Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{User: "ada", Roles: []string{es.RoleWrite}},
	})
	w.try(decl.Name, err)
	w.project(s, done.Stream)
}

// append appends events as nobody's command would.
func (w *whole) append(s *station, stream es.StreamID, after uint64, project bool, events ...es.Recorded) {
	w.Helper()
	d := es.Draft{Stream: stream, After: es.HeadAt(after, 0), Events: events, Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()}}
	w.try("append", s.Commands.Store.Append(context.Background(), d))
	w.try("relay", w.relay(context.Background(), []es.Commit{d.Commit()}))
	if project {
		w.project(s, stream)
	}
}

func (w *whole) project(s *station, stream es.StreamID) {
	w.Helper()
	var commits []es.Commit
	for c, err := range s.Commands.Store.Load(context.Background(), stream, 0) {
		w.try("load", err)
		commits = append(commits, c)
	}
	w.try("relay", w.relay(context.Background(), commits))
	unsearched := *s.Installation
	unsearched.Search = nil
	consumers := unsearched.Consumers()
	for _, view := range s.App.Views() {
		if view.Global {
			w.try("project", engine.Global{Consumer: consumers[view.Name]}.Deliver(context.Background(), stream, commits, 1))
		} else if view.Categories[0] == stream.Category() {
			w.try("project", consumers[view.Name].Deliver(context.Background(), stream, commits, 1))
		}
	}
}

// fill makes a store in which all is well, with something of everything.
func (w *whole) fill() {
	w.station(func(s *station) {
		w.execute(s, team.DoCreate, team.Create{TeamID: "t1", Name: "Reds"})
		w.project(s, es.Unique{Kind: "team-name", Value: name.Key("Reds")}.Stream())
		for n := range 7 {
			w.execute(s, wallet.DoOpen, wallet.Open{ID: fmt.Sprint("w", n+1), Owner: "ada", Currency: "EUR"})
		}
		for _, id := range []string{"w1", "w1", "w5", "w5", "w7", "w7"} {
			w.execute(s, wallet.DoCredit, wallet.Credit{WalletID: id, Amount: "12.5"})
		}
		w.snapshot(s, "wallet-w1", "")
		w.try("snapshot", s.Commands.Snapshots.SaveSnapshot(context.Background(), es.FoldID{Name: "gone.Fold", Fingerprint: "x"}, "wallet-w2", engine.Snapshot{Version: 1, State: []byte(`{}`)}))
		w.append(s, "match-m1", 0, true, es.Recorded{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)})
		w.try("set a timer", s.Timers.Set(context.Background(), deadline))
	})
}

// snapshot takes a snapshot of a wallet, or one of this state.
func (w *whole) snapshot(s *station, stream es.StreamID, state string) {
	w.Helper()
	text := []byte(state)
	version := uint64(0)
	var folded any
	for c, err := range s.Commands.Store.Load(context.Background(), stream, 0) {
		w.try("load", err)
		var foldErr error
		folded, foldErr = wallet.Aggregate.Fold(folded, c)
		w.try("fold", foldErr)
		version = c.Last()
	}
	if state == "" {
		var err error
		text, err = es.Encode(folded)
		w.try("encode", err)
	}
	w.try("save a snapshot", s.Commands.Snapshots.SaveSnapshot(context.Background(), wallet.Aggregate.FoldID(), stream, engine.Snapshot{Version: version, State: text}))
}

func (w *whole) verify(t *testing.T, args ...string) string {
	t.Helper()
	return foldstream(t, append([]string{"verify", "--data", w.at.Data, "--stage", w.at.stage, "--patience", "1ms"}, args...)...)
}

// row changes a row behind its view's back.
func (w *whole) row(view, id string, change func(*engine.Row)) {
	w.station(func(s *station) {
		was, err := s.Views.Row(context.Background(), view, id)
		w.try("read a row", err)
		now := was
		change(&now)
		w.try("save a row", s.Views.Save(context.Background(), view, id, was, now))
	})
}
