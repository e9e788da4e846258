package scheduling_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// SQS refuses a message whose trace header is not one.
func TestTimersAreTraced(t *testing.T) {
	const trace = "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1"
	for given, want := range map[string]string{trace + ";Lineage=1:a87bd80c:1": trace, "": "", "Root=1": ""} {
		r, timers := record(t)
		if err := timers.Set(t.Context(), engine.Errand{ID: "command-1", Due: noon.Add(time.Minute), Trace: given}); err != nil {
			t.Fatal(err)
		}
		var sent struct {
			MessageSystemAttributes map[string]struct{ DataType, StringValue string }
		}
		_, body, _ := strings.Cut(r.requests[0], " ")
		if err := json.Unmarshal([]byte(body), &sent); err != nil {
			t.Fatal(err)
		}
		header, there := sent.MessageSystemAttributes["AWSTraceHeader"]
		if there != (want != "") || header.StringValue != want || (there && header.DataType != "String") {
			t.Errorf("%q is sent as %+v", given, sent.MessageSystemAttributes)
		}
	}
}
