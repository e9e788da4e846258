package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// small is an app with sagas, a view with a row for each stream, and one of many streams.
var small = es.NewApp(wallet.Context)

// TestImportAfterACrash breaks off at every write of an import, before it and behind it: of keys, notes of forgotten persons,
// commits, checkpoints, timers and views. It is called again then, and ends as if nothing had been.
func TestImportAfterACrash(t *testing.T) {
	dir := t.TempDir()
	file, keys := filepath.Join(dir, "store.jsonl"), filepath.Join(dir, "store.keys")
	written(t, file, keys)
	calm := imported(t, t.TempDir(), file, keys, &power{step: 1 << 30})
	for step := 1; ; step++ {
		data, first := t.TempDir(), &power{step: step}
		imported(t, data, file, keys, first)
		if !first.gone() {
			if step < 35 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
		if diff := cmp.Diff(calm, imported(t, data, file, keys, &power{step: 1 << 30})); diff != "" {
			t.Fatalf("after a crash at step %d of %s (-undisturbed +this):\n%s", step, first.at, diff)
		}
	}
}

// written exports a store with wallets, a timer, a key, and a note of somebody who is forgotten.
func written(t *testing.T, file, keys string) {
	t.Helper()
	home := &site{Config: local.Config{App: small, Data: t.TempDir()}}
	looked(t, home, func(s *station) error {
		do := func(decl *es.CommandDecl, command any) {
			t.Helper()
			if _, err := s.Commands.Execute(t.Context(), engine.Request{
				Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{User: "ada", Roles: []string{es.RoleWrite}},
			}); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 3 {
			do(wallet.DoOpen, wallet.Open{ID: fmt.Sprint("w", n), Owner: "ada", Currency: "EUR"})
			do(wallet.DoCredit, wallet.Credit{WalletID: fmt.Sprint("w", n), Amount: "12.5"})
		}
		_, err := s.Keys.Keys(t.Context(), []string{"u1"}, true)
		return errors.Join(err,
			s.Keys.Forget(t.Context(), engine.Forgetting{Subject: "u2", By: "cli:me", At: time.Now().UTC().Truncate(time.Second)}),
			s.Timers.Set(t.Context(), engine.Errand{
				ID: "later", Command: wallet.DoCredit.Name, Stream: "wallet-w1", Due: time.Now().Add(300 * 24 * time.Hour).UTC().Truncate(time.Second), Input: []byte(`{}`),
			}),
			(exporting{keys: keys}).run(quiet(t.Context()), s, file))
	})
}

func quiet(ctx context.Context) *cobra.Command {
	c := &cobra.Command{}
	c.SetContext(ctx)
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	return c
}

func looked(t *testing.T, at *site, look func(*station) error) {
	t.Helper()
	if err := at.open(t.Context(), look); err != nil {
		t.Fatal(err)
	}
}

// landed is what an import has come to.
type landed struct {
	Feed      []es.Positioned
	Timers    []engine.Errand
	Keys      string
	Forgotten []engine.Forgetting
	Past      map[string]uint64 // versions of a stream, by who acts
	Rows      map[string]engine.Row
	Found     []engine.Finding
}

// imported imports a file while the power is there, and gives what has come of it if it was to the end.
func imported(t *testing.T, data, file, keys string, p *power) (end landed) {
	t.Helper()
	there := &site{Config: local.Config{App: small, Data: data}, bound: time.Nanosecond}
	looked(t, there, func(s *station) error {
		err := importing{keys: keys}.run(quiet(t.Context()), p.station(s), file)
		if p.gone() {
			if !errors.Is(err, errPower) {
				t.Fatalf("without power at step %d it ends with %v", p.step, err)
			}
			return nil
		}
		if err != nil {
			return err
		}
		end = endOf(t, s)
		return nil
	})
	return end
}

func endOf(t *testing.T, s *station) (end landed) {
	t.Helper()
	for c, err := range engine.CatchUp(t.Context(), s.Feed, 0) {
		if err != nil {
			t.Fatal(err)
		}
		end.Feed = append(end.Feed, c)
	}
	var keys bytes.Buffer
	_, err := portable.ExportKeys(t.Context(), s.Keys, &keys)
	forgotten, forgottenErr := s.Keys.Forgettings(t.Context())
	timers, timersErr := s.Agenda.Upcoming(t.Context(), "", 10)
	if err := errors.Join(err, forgottenErr, timersErr); err != nil {
		t.Fatal(err)
	}
	end.Keys, end.Forgotten, end.Timers, end.Past, end.Rows = keys.String(), forgotten, timers.Errands, map[string]uint64{}, map[string]engine.Row{}
	for name := range engine.Acting(small) {
		if end.Past[name], err = s.Checkpoints.Applied(t.Context(), name, "wallet-w1"); err != nil {
			t.Fatal(err)
		}
	}
	for _, view := range small.Views() {
		standing, err := s.Generations.Standing(t.Context(), view.Name)
		if err != nil || standing.Next != 0 || standing.Kept != 0 || standing.Trial != 0 || len(standing.Gone) > 0 {
			t.Fatalf("%s is left with %+v, %v", view.Name, standing, err)
		}
		name := engine.GenerationName(view.Name, standing.Live)
		for row, err := range s.Views.Rows(t.Context(), name) {
			if err != nil {
				t.Fatal(err)
			}
			if end.Rows[view.Name+" "+row.ID], err = s.Views.Row(t.Context(), name, row.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	v := s.Verify()
	v.Patience, v.Found = time.Millisecond, func(f engine.Finding) { end.Found = append(end.Found, f) }
	if _, err := v.Run(t.Context()); err != nil || len(end.Rows) < 4 || len(end.Feed) != 6 || !slices.ContainsFunc(end.Timers, func(e engine.Errand) bool { return e.ID == "later" }) {
		t.Fatalf("%+v, %v", end, err)
	}
	return end
}
