package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// breakable are ports of a migration's store whose writes break off.
type breakable struct {
	engine.Importer
	engine.Timers
	engine.Moves
	*contract.Breaks
}

func (b breakable) Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	return b.Write(func() error { return b.Importer.Copy(ctx, source, was, now, drafts...) })
}

func (b breakable) Mute(ctx context.Context, marks ...engine.Mark) error {
	return b.Write(func() error { return b.Importer.Mute(ctx, marks...) })
}

func (b breakable) Set(ctx context.Context, e engine.Errand) error {
	return b.Write(func() error { return b.Timers.Set(ctx, e) })
}

func (b breakable) SetMove(ctx context.Context, was, now engine.Move) error {
	return b.Write(func() error { return b.Moves.SetMove(ctx, was, now) })
}

func (b breakable) place(s *station, name string) *engine.Place {
	b.Importer, b.Timers, b.Moves = s.Importer, s.Timers, s.Moves
	p, installation := s.place(name), *s.Installation
	installation.Timers = b
	p.Installation, p.Importer, p.Moves = &installation, b, b
	return p
}

// interrupted goes through a whole migration, each of whose phases breaks off at every write to either store, before it and
// behind it, and is called again.
func interrupted(t *testing.T, from, to *site, filled func(green *station)) {
	t.Helper()
	opened := func(s *site) *station {
		station, err := s.station(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := station.Close(); err != nil {
				t.Error(err)
			}
		})
		return station
	}
	blue, green := opened(from), opened(to)
	b := breakable{Breaks: &contract.Breaks{}}
	m := &engine.Migration{
		Rewrite: domain.App.Rewrite("leaner"), Blue: b.place(blue, "blue"), Green: b.place(green, "green"),
		URL: "http://green.example", Bound: time.Millisecond, Patience: time.Minute,
	}
	crashes := 0
	for n, phase := range []func(context.Context) error{
		m.Start,
		func(context.Context) error { filled(green); return nil },
		func(ctx context.Context) error { _, err := m.Compare(ctx, false); return err },
		m.CutReads, m.StopWrites, m.CatchUp,
		func(ctx context.Context) error { _, err := m.CutWrites(ctx); return err },
		m.Destroy,
	} {
		for look := 1; ; look++ {
			b.Breaks.Set(look)
			err := phase(t.Context())
			if err == nil {
				break
			}
			if crashes++; !errors.Is(err, contract.ErrBroken) {
				t.Fatalf("phase %d behind a crash: %v", n, err)
			}
		}
	}
	if crashes < 15 {
		t.Errorf("it broke off only %d times", crashes)
	}
	if move, err := m.Blue.Moves.Move(t.Context()); err != nil || move.Phase != engine.MoveDestroyed {
		t.Errorf("it ends at %q, %v", move.Phase, err)
	}
}

// timersOf lists a folder's timers.
func timersOf(t *testing.T, data string) (ids []string) {
	t.Helper()
	at(t, data, func(s *local.System) {
		page, err := s.Store.Upcoming(t.Context(), "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Errands {
			ids = append(ids, e.ID)
		}
	})
	return ids
}

// TestMigrateAfterACrash has both folders served meanwhile, green from before it is filled. Nobody is mailed for what is copied, or
// because a view is rebuilt, and timers go over as they are.
func TestMigrateAfterACrash(t *testing.T) {
	m := &migration{t: t, blue: filepath.Join(t.TempDir(), "blue"), green: filepath.Join(t.TempDir(), "green")}
	m.api, _ = served(t, m.blue, "")
	p := newPlayers(t, m.api)
	first := p.begin()
	p.play(first, func() {})
	second := p.begin()
	posted := map[string]int{}
	eventually(t, "they are mailed", func() bool {
		posted = mails(t, m.blue)
		return len(posted) >= 6
	})
	from := &site{Config: local.Config{App: domain.App, Data: m.blue}}
	to := &site{Config: local.Config{App: domain.App, Data: m.green}}
	if err := prepare(from, to); err != nil {
		t.Fatal(err)
	}
	m.other, _ = served(t, m.green, m.api)
	timers := timersOf(t, m.blue)
	interrupted(t, from, to, func(*station) {})
	for _, view := range []string{"matches", "users"} {
		says(t, foldstream(t, "rebuild", view, "--data", m.green), "none differs", "is live")
	}
	if diff := cmp.Diff(timers, timersOf(t, m.green)); diff != "" || len(timers) == 0 {
		t.Errorf("of timers green has others (-blue +green):\n%s", diff)
	}
	if diff := cmp.Diff(posted, mails(t, m.blue, m.green)); diff != "" || len(posted) != 6 {
		t.Errorf("of what is mailed (-before +behind):\n%s", diff)
	}
	p.ada.Base, p.bob.Base = m.other, m.other
	p.play(second, func() {})
	settled(t, m, p, first, second)
	says(t, foldstream(t, "verify", "--data", m.green), "Nothing is wrong")
}

// TestMigrateAStageAfterACrash does it on tables.
func TestMigrateAStageAfterACrash(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.jsonl")
	says(t, foldstream(t, "export", file, "--data", lived(t, 4)), "14 commits", "1 timers")
	blue, green := deploy(t), deploy(t)
	for _, d := range []deployed{blue, green} {
		d.equip(t)
		if _, err := messaging.CreateInbox(t.Context(), sqs.NewFromConfig(d.cfg), d.stage.Name(engine.InboxName)); err != nil {
			t.Fatal(err)
		}
	}
	says(t, blue.run(t, "import", file), "Imported 14 commits")
	on := func(d deployed) *site { return &site{Config: local.Config{App: domain.App}, stage: string(d.stage)} }
	interrupted(t, on(blue), on(green), func(s *station) { // as green's projectors do
		for _, view := range []string{"wallets", "matches", "button-creditors"} {
			r, err := s.Rebuild(s.View(view))
			if err != nil {
				t.Fatal(err)
			}
			r.Bound, r.Patience = time.Millisecond, time.Millisecond
			if _, err := r.Run(t.Context(), false); err != nil {
				t.Fatal(err)
			}
		}
	})
	says(t, green.run(t, "export", filepath.Join(t.TempDir(), "green.jsonl")), "14 commits", "1 timers")
}
