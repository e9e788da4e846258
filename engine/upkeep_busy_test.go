package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// TestABusyStoreTakesNoRunsAway: a job has only so many runs, which would be used up in a moment.
func TestABusyStoreTakesNoRunsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := rebuilt["a row for each stream"]
		m, c := populated(t, view)
		o := opened(m, view, c)
		id := o.ask(t, engine.JobRebuild, true).ID
		busy := 2 * limits.UpkeepRuns
		o.Rebuild = func(view *es.ViewDecl) (*engine.Rebuild, error) {
			if busy--; busy >= 0 {
				return nil, fmt.Errorf("look around: %w", engine.ErrBusy)
			}
			return hurried(m, view), nil
		}
		o.work(t)
		if job := o.is(t, id, engine.JobDone); job.Runs != 1 || job.EndedAt.Sub(job.StartedAt) < time.Minute {
			t.Fatalf("the job is %+v", job)
		}
	})
}
