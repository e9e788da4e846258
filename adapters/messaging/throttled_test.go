package messaging_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPublishWaitsForAThrottledEntry: SNS takes 300 messages a second of a group. It may refuse an entry of a call for that,
// and call it the sender's fault; it takes it a little later, and the order stays.
func TestPublishWaitsForAThrottledEntry(t *testing.T) {
	for _, sender := range []bool{true, false} {
		f, publisher := newFakeSNS(t, func(dedup string, attempt int) (string, bool) {
			if dedup == "a-1#2" && attempt < 4 {
				return "Throttled", sender
			}
			return "", false
		})
		if err := publisher.Publish(t.Context(), append(commits("a-1", 3, 10), commits("b-1", 2, 10)...)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string][]string{"a-1": ids("a-1", 3), "b-1": ids("b-1", 2)}, f.accepted); diff != "" {
			t.Errorf("what was published (-want +got):\n%s", diff)
		}
	}
}
