package topology_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
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
