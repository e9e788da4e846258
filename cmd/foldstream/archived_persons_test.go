package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
)

// TestArchivedPersons forgets one person before what there is about her is archived, another one behind that, and a third not at all.
// Whoever reads both store and archive sees that, and so does the store that all of it is moved to.
func TestArchivedPersons(t *testing.T) {
	for name, open := range map[string]func(*testing.T) club{
		"local": func(t *testing.T) club { return localClub(t, t.TempDir()) }, "stage": stageClub,
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			ids := []string{"a1", "b2", "c3"}
			then := c.longAgo()
			for id, name := range map[string]string{"a1": "Ann", "b2": "Bob", "c3": "Cyd"} {
				c.join(t, then, id, name)
			}
			for _, id := range ids {
				if _, err := (&engine.Closer{App: personsApp, Commands: then}).Close(t.Context(), es.NewStreamID("person", id), false); err != nil {
					t.Fatal(err)
				}
			}
			for id, name := range map[string]string{"a1": "Ann again", "b2": "Bob again", "c3": "Cyd again"} {
				c.join(t, c.Commands, id, name)
			}
			c.deliver(t, ids...)
			c.forget(t, "a1")
			books := &engine.Bookkeeper{Installation: c.Installation}
			for _, id := range ids {
				if done, err := books.Run(t.Context(), es.NewStreamID("person", id), false); err != nil || len(done) != 1 {
					t.Fatalf("archived is %+v, error %v", done, err)
				}
			}
			c.forget(t, "b2")
			hidden(t, c.Archive)
			names := map[string]string{"a1": "erased", "b2": "erased", "c3": "Cyd"}
			c.shows(t, names)

			moved := c.moved(t)
			moved.shows(t, names)
		})
	}
}

// hidden fails if a file of an archive has anybody's name.
func hidden(t *testing.T, archive engine.Archive) {
	t.Helper()
	files := 0
	for name, err := range archive.List(t.Context(), "closed") {
		if err != nil {
			t.Fatal(err)
		}
		content, err := archive.Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			zip, err := gzip.NewReader(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if content, err = io.ReadAll(zip); err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(content, []byte(`"sealed"`)) {
				t.Errorf("%s has nothing sealed: %s", name, content)
			}
		}
		namesNobody(t, name, content)
		files++
	}
	if files != 6 {
		t.Errorf("there are %d files", files)
	}
}

func namesNobody(t *testing.T, what string, content []byte) {
	t.Helper()
	for _, name := range []string{"Ann", "Bob", "Cyd"} {
		if bytes.Contains(content, []byte(name)) {
			t.Errorf("%s has %s", what, name)
		}
	}
}

// moved exports a club, and imports it elsewhere.
func (c club) moved(t *testing.T) club {
	t.Helper()
	var file, keys bytes.Buffer
	x := c.export
	x.App, x.Feed, x.Agenda, x.Lot, x.Keys, x.Now, x.Progress = c.App, c.Feed, c.Agenda, c.Lot, c.Keys, time.Now(), func(uint64, uint64) {}
	if written, err := x.Run(t.Context(), &file, 0); err != nil || written.Forgotten != 2 || written.Events != 15 {
		t.Fatalf("exported is %+v, error %v", written, err)
	}
	namesNobody(t, "the export", file.Bytes())
	if n, err := portable.ExportKeys(t.Context(), c.Keys, &keys); err != nil || n != 1 {
		t.Fatalf("exported are %d keys, error %v", n, err)
	}
	to := localClub(t, t.TempDir())
	importer, ok := to.Books.(engine.Importer)
	if !ok {
		t.Fatalf("%T is no importer", to.Books)
	}
	if _, err := portable.ImportKeys(t.Context(), to.Keys, &keys); err != nil {
		t.Fatal(err)
	}
	r, err := portable.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	i := &portable.Import{Installation: to.Installation, Importer: importer, Keys: to.Keys, Progress: func(uint64, uint64) {}}
	if done, err := i.Run(t.Context(), r); err != nil || len(done.Shown) > 0 {
		t.Fatalf("imported is %+v, error %v", done, err)
	}
	to.deliver(t, "a1", "b2", "c3")
	return to
}
