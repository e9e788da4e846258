package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// TestContentsStayTheSame has a store's commits come through stores of both kinds, the archive and files as they were.
func TestContentsStayTheSame(t *testing.T) {
	d := deploy(t)
	d.equip(t)
	home, beside, back, dir := odd(t), t.TempDir(), t.TempDir(), t.TempDir()
	says(t, foldstream(t, "close", "--category", "wallet", "--longer-than", "2", "--data", home), "3 streams are closed")

	exports := 0
	sum := ""
	exported := func(run func(args ...string) string) (file string) {
		t.Helper()
		exports++
		file = filepath.Join(dir, fmt.Sprint(exports, ".jsonl"))
		said := run("export", file)
		says(t, said, "1 timers, 1 notes of forgotten persons")
		if exports == 1 {
			sum = contentsOf(t, said)
		}
		if now := contentsOf(t, said); now != sum {
			t.Errorf("export %d has the contents %s, and the first %s", exports, now, sum)
		}
		return file
	}
	on := func(data string) func(args ...string) string {
		return func(args ...string) string { t.Helper(); return foldstream(t, append(args, "--data", data)...) }
	}
	stage := func(args ...string) string { t.Helper(); return d.run(t, args...) }

	file, keys := exported(on(home)), filepath.Join(dir, "keys")
	says(t, on(home)("export", file+".again", "--keys", keys), "holds 1 keys", sum)
	says(t, on(beside)("import", file, "--keys", keys), "All views are rebuilt")
	says(t, on(beside)("archive", "closed", "--category", "wallet"), "3 eras are archived")
	says(t, stage("import", exported(on(beside)), "--leave-views"), "The views are left") // its keys are left to its Lambdas
	says(t, on(back)("import", exported(stage), "--keys", keys), "All views are rebuilt")
	says(t, on(back)("export", filepath.Join(dir, "last"), "--keys", keys+".again"), "holds 1 keys", sum)
	if diff := cmp.Diff(textOf(t, keys), textOf(t, keys+".again")); diff != "" {
		t.Errorf("the keys (-first +last):\n%s", diff)
	}
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// odd is a store with something of everything, and commits that can be written in more than one way.
func odd(t *testing.T) (data string) {
	t.Helper()
	data = lived(t, 3)
	at(t, data, func(s *local.System) {
		_, err := s.Commands.Execute(t.Context(), engine.Request{
			Decl: user.DoCreate, Command: user.Create{UserID: "u1", Name: "Zoë"}, ID: engine.NewID(), TraceID: engine.NewID(),
			Invoker: es.Identity{User: "u1", Roles: []string{es.RoleWrite}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Store.Forget(t.Context(), engine.Forgetting{Subject: "u2", Why: "asked", By: "cli:me", At: time.Now().UTC().Truncate(time.Second)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Store.Park(t.Context(), engine.Parked{Consumer: "match-mails", Stream: "match-m1", Version: 1, Error: "no"}); err != nil {
			t.Fatal(err)
		}
		err = s.Store.Append(t.Context(), es.Draft{
			Stream: "match-odd", Events: []es.Recorded{
				{Type: "MatchCreated", Data: []byte(`{ "size" : "small", "createdBy":"\u00e9\u2028<&>\ud83d\ude00 \u0041" , "n": 1.50e+2 }`)},
				{Type: "JoinRequested", Schema: 1, Data: []byte(`{"userId":"bob","none":null,"big":12345678901234567890123}`)},
			},
			Origin: es.Origin{
				CommandID: engine.NewID(), TraceID: "t", CausationID: "match-m1@1", Invoker: `"ada"`, Trace: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
				Time: time.Date(2026, 3, 4, 5, 6, 7, 123_456_789, time.FixedZone("there", 7200)),
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return data
}
