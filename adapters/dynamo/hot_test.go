package dynamo_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/es"
)

// partitionUnits is how many write units a second one partition takes.
const partitionUnits = 1000

// TestTheFeedsHotPartitions reckons what the feed's two busy partitions take: all batches are written to one chunk, and move
// one head. A transaction costs two units for each kilobyte.
func TestTheFeedsHotPartitions(t *testing.T) {
	var commits []es.Commit
	for n := range 98 {
		commits = append(commits, draft(es.StreamID(fmt.Sprintf("tournament-0192d3c8-5b1f-7cc3-98c4-dc0c0c0739%02d", n)), es.Head{}, 1).Commit())
	}
	units := map[string]int{} // by partition
	_, client := newFake(t, func(operation string, _ int, input map[string]any) answer {
		if operation != "TransactWriteItems" {
			return answer{}
		}
		for _, write := range input["TransactItems"].([]any) {
			item := write.(map[string]any)["Put"].(map[string]any)["Item"].(map[string]any)
			text, err := json.Marshal(item) // a little more than DynamoDB counts
			if err != nil {
				t.Error(err)
			}
			units[item["pk"].(map[string]any)["S"].(string)] += 2 * ((len(text) + 1023) / 1024)
		}
		return answer{}
	})
	if err := (&dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}).Append(t.Context(), commits); err != nil {
		t.Fatal(err)
	}
	if len(units) != 100 {
		t.Errorf("a batch is written to %d partitions, want one for each of 98 streams, the chunk and the head", len(units))
	}
	for partition, least := range map[string]int{"chunk/0": 5000, "head": 40_000} {
		perSecond := partitionUnits / units[partition] * 98
		t.Logf("%s: %d units for 98 commits, so at most %d commits a second", partition, units[partition], perSecond)
		if perSecond < least {
			t.Errorf("the partition %s takes %d commits a second", partition, perSecond)
		}
	}
}
