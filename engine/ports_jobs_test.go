package engine_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

// TestJobsAreDescribedAsTheyAre: the API's description lists what these members can be.
func TestJobsAreDescribedAsTheyAre(t *testing.T) {
	for _, c := range []struct {
		of     reflect.Type
		member string
		values []string
	}{
		{reflect.TypeFor[engine.Job](), "Kind", []string{engine.JobRebuild, engine.JobReturn, engine.JobDrop, engine.JobRetry, engine.JobSkip, engine.JobRedrive, engine.JobDiscard, engine.JobForget, engine.JobVerify}},
		{reflect.TypeFor[engine.Job](), "State", []string{engine.JobWaiting, engine.JobRunning, engine.JobDone, engine.JobFailed}},
		{reflect.TypeFor[engine.Rebuilding](), "Phase", []string{engine.PhaseFill, engine.PhaseWait, engine.PhaseCompare, engine.PhaseErase}},
	} {
		field, _ := c.of.FieldByName(c.member)
		if got, want := field.Tag.Get("jsonschema"), "enum="+strings.Join(c.values, ",enum="); got != want {
			t.Errorf("%s of %s is described as %q, want %q", c.member, c.of, got, want)
		}
	}
}
