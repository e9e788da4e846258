package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/domain"
)

// TestSmokeTriesEveryView has a view's standing be unreadable, which is no reason to leave out those behind it.
func TestSmokeTriesEveryView(t *testing.T) {
	data := t.TempDir()
	fill(t, data)
	views := domain.App.Views()
	state, err := sqlite.OpenConn(filepath.Join(data, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.Execute(state, "INSERT INTO generations (view, standing) VALUES (?, 'no JSON')", &sqlitex.ExecOptions{Args: []any{views[0].Name}})
	if err != nil {
		t.Fatal(err)
	}
	if err := state.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	c := root()
	c.SetArgs([]string{"smoke", "--data", data, "--patience", "1ns"})
	c.SetOut(&said)
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), views[0].Name+": read the generations of "+views[0].Name) {
		t.Errorf("of the view that cannot be read it says %v", err)
	}
	for _, view := range views[1:] {
		if !strings.Contains(said.String(), view.Name+": ") {
			t.Errorf("of %s nothing is said in %q", view.Name, said.String())
		}
	}
}
