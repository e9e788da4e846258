package topology_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/topology"
)

// TestFolders holds the folders of the Lambdas against the declarations: each has one, and there is no other.
func TestFolders(t *testing.T) {
	var want []string
	for _, f := range topology.Functions(domain.App) {
		want = append(want, f.Folder)
	}
	var got []string
	err := fs.WalkDir(os.DirFS(".."), "functions", func(file string, _ fs.DirEntry, err error) error {
		if path.Base(file) == "main.go" {
			got = append(got, path.Dir(file))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the folders are not the declared functions (-declared +folders):\n%s", diff)
	}
}

func TestEachFunctionHasOneTrigger(t *testing.T) {
	names := map[string]bool{}
	for _, f := range topology.Functions(domain.App) {
		n := 0
		for _, is := range []bool{f.Route != "", f.Queue != nil, f.Errands != "", f.Socket != "", f.Stream, f.Schedule} {
			if is {
				n++
			}
		}
		if n != 1 || names[f.Name] {
			t.Errorf("%s has %d triggers, and was there before: %v", f.Name, n, names[f.Name])
		}
		names[f.Name] = true
	}
}

// options are the packages of cloud/ that a Lambda links for what it may do.
var options = map[topology.Grant]string{
	topology.SignTokens: "signing", topology.ReadSecret: "secrecy", topology.PostInbox: "queueing", topology.SetTimers: "timing",
	topology.SendMail: "mailing", topology.SendText: "texting", topology.SearchViews: "searching", topology.IndexViews: "searching",
	topology.OpenPersonal: "sealing", topology.SealPersonal: "sealing",
}

// TestLinks holds what a context's Lambda links against what it may do: an option that is left out fails when it is needed,
// one too many is paid at every cold start.
func TestLinks(t *testing.T) {
	for _, f := range topology.Functions(domain.App) {
		if f.Context == "" {
			continue
		}
		text, err := os.ReadFile(path.Join("..", f.Folder, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for _, grant := range f.Grants {
			if option, ok := options[grant]; ok {
				want[option] = true
			}
		}
		for _, option := range options {
			if links := strings.Contains(string(text), "/cloud/"+option+`"`); links != want[option] {
				t.Errorf("%s links cloud/%s: %v, and its grants want it: %v", f.Folder, option, links, want[option])
			}
		}
	}
}

// TestSnapshots makes sure that the Lambda that takes snapshots names every aggregate that has them.
func TestSnapshots(t *testing.T) {
	text, err := os.ReadFile("../functions/eventhandler/snapshots/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range domain.App.Folders() {
		name, _, _ := strings.Cut(a.StateName(), ".")
		if named := strings.Contains(string(text), name+".Aggregate"); named != (a.Traits().Snapshot > 0) {
			t.Errorf("%s has snapshots every %d versions; its aggregate is named: %v", a.StateName(), a.Traits().Snapshot, named)
		}
	}
}
