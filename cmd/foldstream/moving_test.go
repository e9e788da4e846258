package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/topology"
)

// lived opens a store of this machine in which something has happened: money went to and fro, a match is under way, and its
// deadline is set.
func lived(t *testing.T, wallets int) (data string) {
	t.Helper()
	data = t.TempDir()
	at(t, data, func(s *local.System) {
		do := func(decl *es.CommandDecl, user string, command any) {
			t.Helper()
			_, err := s.Commands.Execute(t.Context(), engine.Request{
				Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(),
				Invoker: es.Identity{User: user, Roles: []string{es.RoleRead, es.RoleWrite}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for n := range wallets {
			user, id := fmt.Sprint("user-", n), fmt.Sprint("w", n)
			do(wallet.DoOpen, user, wallet.Open{ID: id, Owner: user, Currency: "EUR"})
			do(wallet.DoCredit, user, wallet.Credit{WalletID: id, Amount: "12.5"})
		}
		for n := range wallets {
			do(wallet.DoDebit, fmt.Sprint("user-", n), wallet.Debit{WalletID: fmt.Sprint("w", n), Amount: "2"})
		}
		for _, d := range []es.Draft{
			{Stream: "match-m1", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}},
			{Stream: "match-m2", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"bob","size":"small"}`)}}},
		} {
			d.Origin = es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()}
			if err := s.Store.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Store.Set(t.Context(), deadline); err != nil {
			t.Fatal(err)
		}
	})
	return data
}

// deadline is a timer that nobody lives to see.
var deadline = engine.Errand{
	ID: "deadline-1", Command: "forfeit-turn", Stream: "match-m1", Due: time.Now().Add(300 * 24 * time.Hour).UTC().Truncate(time.Second),
	Input: []byte(`{"body":{"matchId":"m1","player":"ada","after":2}}`), TraceID: "t1", Saga: "match-deadlines", Act: "match-m1@1/0",
	Invoker: es.Identity{User: "ada", Roles: []string{es.RoleSystem}},
}

// at opens a store of this machine as a guest.
func at(t *testing.T, data string, then func(*local.System)) {
	t.Helper()
	s, err := local.Open(local.Config{App: domain.App, Data: data}, false)
	if err != nil {
		t.Fatal(err)
	}
	then(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// equip gives a stage what an import and an export need beside its tables.
func (d deployed) equip(t *testing.T) {
	t.Helper()
	queues := map[string][]string{}
	for _, q := range topology.Queues(domain.App) {
		queues[q.Name] = q.Categories
	}
	made, err := messaging.CreateTopology(t.Context(), sns.NewFromConfig(d.cfg), sqs.NewFromConfig(d.cfg), strings.TrimSuffix(d.stage.Name("queue"), "-queue"), queues)
	if err != nil {
		t.Fatal(err)
	}
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(d.cfg), sqs.NewFromConfig(d.cfg), d.stage.Name("timers"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{
		setting.TimersQueue: timers.Queue, setting.TimersQueueARN: timers.QueueARN, setting.ScheduleGroup: timers.Group,
		setting.ScheduleRole: timers.Role, setting.Topic: made.Topic,
	}
	for _, g := range []topology.Grant{topology.PublishCommits, topology.ListTimers, topology.SetTimers, topology.IndexViews} {
		d.tell(t, g, told)
	}
}

var contents = regexp.MustCompile(`contents ([0-9a-f]{64})`)

func contentsOf(t *testing.T, said string) string {
	t.Helper()
	found := contents.FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("it said %q", said)
	}
	return found[1]
}

// TestMovingThereAndBack brings a store from here to a stage, and back into another folder.
func TestMovingThereAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a stage")
	}
	d := deploy(t)
	d.equip(t)
	home, back, dir := lived(t, 60), t.TempDir(), t.TempDir()
	first, second := filepath.Join(dir, "first.jsonl.gz"), filepath.Join(dir, "second.jsonl")

	said := foldstream(t, "export", first, "--data", home)
	says(t, said, "182 commits", "1 timers")
	sum := contentsOf(t, said)
	says(t, d.run(t, "import", first, "--dry-run"), "Nothing is written. The file is whole, and would import 182 commits", "1 timers are set", sum)
	says(t, d.run(t, "import", first), "Imported 182 commits", "0 were there before", "All views are rebuilt", sum)
	says(t, d.run(t, "verify"), "Nothing is wrong")

	said = d.run(t, "export", second)
	says(t, said, "182 commits", "1 timers", sum)
	says(t, foldstream(t, "import", second, "--data", back), "Imported 182 commits", sum)
	says(t, foldstream(t, "verify", "--data", back), "Nothing is wrong")
	says(t, foldstream(t, "import", second, "--data", back), "Imported 0 commits", "182 were there before")
	says(t, foldstream(t, "import", first, "--data", home), "failed: ", "the store holds something else: 182 commits")
	says(t, foldstream(t, "export", second, "--data", home), "failed: ", "is there already")

	at(t, back, func(s *local.System) {
		standing, err := s.Store.Standing(t.Context(), "wallets")
		if err != nil {
			t.Fatal(err)
		}
		row, err := s.Store.Row(t.Context(), engine.GenerationName("wallets", standing.Live), "w7")
		if err != nil || row.Version != 3 {
			t.Errorf("the row is at version %d of generation %d, error %v", row.Version, standing.Live, err)
		}
		set, err := s.Store.Upcoming(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]engine.Errand{deadline}, set.Errands); diff != "" {
			t.Errorf("timers (-want +got):\n%s", diff)
		}
		at(t, home, func(was *local.System) { sameFeed(t, was, s) })
	})
}

func sameFeed(t *testing.T, want, got *local.System) {
	t.Helper()
	read := func(s *local.System) (all []es.Positioned) {
		for c, err := range engine.CatchUp(t.Context(), s.Store, 0) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		return all
	}
	if diff := cmp.Diff(read(want), read(got)); diff != "" {
		t.Errorf("the feed (-want +got):\n%s", diff)
	}
}

func TestImportRefuses(t *testing.T) {
	home, dir := lived(t, 3), t.TempDir()
	file := filepath.Join(dir, "store.jsonl")
	says(t, foldstream(t, "export", file, "--data", home), "11 commits")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	with := func(changed string) string {
		name := filepath.Join(t.TempDir(), "changed.jsonl")
		if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	damaged := with(strings.Replace(string(text), `"amount":"12.5"`, `"amount":"99.5"`, 1))
	target := t.TempDir()
	says(t, foldstream(t, "import", damaged, "--data", target, "--dry-run"), "failed: ", "the file is damaged: line 3")
	says(t, foldstream(t, "import", damaged, "--data", target), "failed: ", "the file is damaged: line 3")
	says(t, foldstream(t, "import", with(string(text[:len(text)-700])), "--data", target), "failed: ", "cut off")
	says(t, foldstream(t, "import", with(strings.Replace(string(text), `"format":1`, `"format":2`, 1)), "--data", target), "failed: ", "format 2, this program reads 1")
	says(t, foldstream(t, "import", filepath.Join(dir, "none"), "--data", target), "failed: ", "no such file")
	says(t, foldstream(t, "import", file, "--data", target), "Imported", "All views are rebuilt")
	says(t, foldstream(t, "verify", "--data", target), "Nothing is wrong")

	at(t, target, func(s *local.System) {
		err := s.Store.Append(t.Context(), es.Draft{Stream: "match-other", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}})
		if err != nil {
			t.Fatal(err)
		}
	})
	says(t, foldstream(t, "import", file, "--data", target), "Imported 0 commits") // all of it is there
	later := filepath.Join(dir, "later.jsonl")
	at(t, home, func(s *local.System) {
		if err := s.Store.Append(t.Context(), es.Draft{Stream: "match-later", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}}); err != nil {
			t.Fatal(err)
		}
	})
	says(t, foldstream(t, "export", later, "--data", home), "12 commits")
	says(t, foldstream(t, "import", later, "--data", target), "failed: ", "the store holds something else: 12 commits, of which 11 came of this store")
}

// TestImportOfALaterExport brings most of a store over first, and what was written meanwhile at the end.
func TestImportOfALaterExport(t *testing.T) {
	home, target, dir := lived(t, 3), t.TempDir(), t.TempDir()
	early, late := filepath.Join(dir, "early.jsonl"), filepath.Join(dir, "late.jsonl")
	says(t, foldstream(t, "export", early, "--data", home, "--until", "7"), "7 commits")
	says(t, foldstream(t, "import", early, "--data", target, "--more"), "Imported 7 commits", "0 timers are set", "left to the export that follows")
	says(t, foldstream(t, "export", late, "--data", home), "11 commits")
	says(t, foldstream(t, "import", late, "--data", target), "Imported 4 commits", "7 were there before", "1 timers are set")
	says(t, foldstream(t, "import", early, "--data", target), "failed: ", "a later export of the same store")
	at(t, target, func(s *local.System) {
		at(t, home, func(was *local.System) { sameFeed(t, was, s) })
	})
}

var errPower = errors.New("the power is gone")

// failing breaks off at a write, before it or behind it.
type failing struct {
	engine.Importer
	engine.Timers
	step, count int
}

func (f *failing) around(write func() error) error {
	for _, act := range []func() error{write, func() error { return nil }} {
		if f.count++; f.count >= f.step {
			return errPower
		}
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

func (f *failing) Room() (commits, bytes int) { return 50, 1 << 20 }

func (f *failing) Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	return f.around(func() error { return f.Importer.Copy(ctx, source, was, now, drafts...) })
}

func (f *failing) Mute(ctx context.Context, marks ...engine.Mark) error {
	return f.around(func() error { return f.Importer.Mute(ctx, marks...) })
}

func (f *failing) Set(ctx context.Context, e engine.Errand) error {
	return f.around(func() error { return f.Timers.Set(ctx, e) })
}

// TestImportAfterACrash breaks off at every write, and calls it again.
func TestImportAfterACrash(t *testing.T) {
	home, file := lived(t, 40), filepath.Join(t.TempDir(), "store.jsonl")
	sum := contentsOf(t, foldstream(t, "export", file, "--data", home))
	for step := 1; ; step++ {
		target, broken := t.TempDir(), false
		at(t, target, func(s *local.System) {
			for range 2 {
				from, err := os.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				r, err := portable.NewReader(from)
				if err != nil {
					t.Fatal(err)
				}
				f := &failing{Importer: s.Store, Timers: s.Store, step: step}
				if broken {
					f.step = 1 << 30
				}
				installation := *s.Installation
				installation.Timers = f
				i := &portable.Import{Installation: &installation, Importer: f, Progress: func(uint64, uint64) {}}
				done, err := i.Run(t.Context(), r)
				if err := from.Close(); err != nil {
					t.Fatal(err)
				}
				if err == nil {
					if done.Contents != sum || done.Commits != 122 {
						t.Fatalf("after a crash at step %d: %+v", step, done)
					}
					break
				}
				if broken || !errors.Is(err, errPower) {
					t.Fatalf("after a crash at step %d: %v", step, err)
				}
				broken = true
			}
			at(t, home, func(was *local.System) { sameFeed(t, was, s) })
			if set, err := s.Store.Upcoming(t.Context(), "", 10); err != nil || len(set.Errands) != 1 {
				t.Fatalf("after a crash at step %d: %d timers, error %v", step, len(set.Errands), err)
			}
			for consumer := range engine.Acting(s.App) {
				at, err := s.Store.Applied(t.Context(), consumer, "wallet-w1")
				if err != nil || at != 3 && strings.HasPrefix(consumer, "transfer") {
					t.Fatalf("after a crash at step %d: %s is at %d, error %v", step, consumer, at, err)
				}
			}
		})
		if !broken {
			if step < 14 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
	}
}
