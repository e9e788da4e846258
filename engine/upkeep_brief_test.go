package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestAJobIsSmall rebuilds views of which every row was wrong: the job counts them, and shows some.
func TestAJobIsSmall(t *testing.T) {
	view := rebuilt["a row for each stream"]
	for private, want := range map[bool]bool{false: true, true: false} {
		m, c := populated(t, view)
		for i := range 100 {
			m.rows[fmt.Sprintf("%s odd-%d", view.Name, i)] = engine.Row{Version: 1, Doc: []byte(`"` + strings.Repeat("wrong", 50) + `"`)}
		}
		o := opened(m, view, c)
		if !private {
			o.App.Contexts[0].Aggregates = []es.Folder{counters}
		}
		id := o.ask(t, engine.JobRebuild, true).ID
		o.work(t)
		job := o.is(t, id, engine.JobDone)
		text, err := es.Encode(job)
		found := job.Result.Rebuilt.Comparison
		if err != nil || len(text) > 8<<10 || found.Different != 100 || len(found.Examples) < 3 || len(found.Examples) == 100 {
			t.Errorf("the job has %d bytes, and %d examples of %d, error %v", len(text), len(found.Examples), found.Different, err)
		}
		if shows := strings.Contains(string(text), "wrongwrong"); shows != want {
			t.Errorf("of a view that is private, %v, documents are shown: %v", private, shows)
		}
	}
}

// TestAJobNamesNobody rebuilds a view of persons of which a row was wrong: the job is kept for a year, and says where it was.
func TestAJobNamesNobody(t *testing.T) {
	h := open(t)
	row := h.stored.rows["profiles ann"]
	row.Doc = []byte(`{"name":"Eve","friends":["Bob"],"since":"Adam"}`)
	h.stored.rows["profiles ann"] = row
	h.stored.standings["profiles"] = engine.Standing{Live: 1, Last: 2}
	o := opened(h.stored, profiles.ViewDecl, h.Consumers()["profiles"])
	o.App, o.Rebuild = club, func(view *es.ViewDecl) (*engine.Rebuild, error) {
		r, err := h.Rebuild(view)
		r.Bound, r.Patience = time.Nanosecond, time.Nanosecond
		return r, err
	}
	id := o.ask(t, engine.JobRebuild, true).ID
	o.work(t)
	job := o.is(t, id, engine.JobDone)
	text, err := es.Encode(job)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ann", "Bob", "Eve", "Adam"} {
		if strings.Contains(string(text), name) {
			t.Errorf("the job has %s: %s", name, text)
		}
	}
	found := job.Result.Rebuilt.Comparison
	want := []engine.Difference{{View: "profiles", Row: "ann", What: engine.DocDiffers + ": name, since", Live: engine.Side{Version: 2}, Other: engine.Side{Version: 2}}}
	if diff := cmp.Diff(want, found.Examples); diff != "" || found.Different != 1 {
		t.Errorf("%d differ (-want +got):\n%s", found.Different, diff)
	}
}

func TestAJobsErrorIsShort(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, c := populated(t, view)
	o := opened(m, view, c)
	o.Rebuild = func(*es.ViewDecl) (*engine.Rebuild, error) {
		return nil, fmt.Errorf("no: %s", strings.Repeat("é", 5000))
	}
	id := o.ask(t, engine.JobRebuild, true).ID
	o.work(t)
	if job := o.is(t, id, engine.JobFailed); len(job.Error) > 1100 || !strings.HasPrefix(job.Error, "no: é") || !strings.HasSuffix(job.Error, "é …") {
		t.Errorf("the error is %d bytes: %q", len(job.Error), job.Error)
	}
}
