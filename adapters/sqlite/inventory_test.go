package sqlite_test

import (
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
)

func TestInventory(t *testing.T) {
	db := open(t)
	contract.Inventory(t, contract.Inventoried{Inventory: db, Events: db, Snapshots: db, Connections: db})
}

// TestInventoryOfManyPages lists more than is read at once.
func TestInventoryOfManyPages(t *testing.T) {
	db := open(t)
	const streams, each = 100, 101
	for n := range each {
		var drafts []es.Draft
		for i := range streams {
			drafts = append(drafts, es.Draft{
				Stream: es.StreamID(fmt.Sprint("match-", i)), After: es.HeadAt(uint64(n), 0), Events: []es.Recorded{{Type: "Made", Data: []byte("{}")}},
			})
		}
		if err := db.Append(t.Context(), drafts...); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[engine.Stored]bool{}
	for s, err := range db.Stored(t.Context()) {
		if err != nil || seen[s] {
			t.Fatalf("it lists %+v again, or error %v", s, err)
		}
		seen[s] = true
	}
	if len(seen) != streams*each {
		t.Fatalf("it lists %d commits, want %d", len(seen), streams*each)
	}
}
