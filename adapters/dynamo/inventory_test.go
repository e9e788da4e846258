package dynamo_test

import (
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine/contract"
)

func TestInventory(t *testing.T) {
	s := tables(t)
	contract.Inventory(t, contract.Inventoried{
		Inventory: dynamo.Inventory{Client: s.client, Events: s.names.Events, Snapshots: s.names.Snapshots, Connections: s.names.Connections},
		Events:    s.events(), Snapshots: s.snapshots(), Connections: &dynamo.Connections{Client: s.client, Table: s.names.Connections},
	})
}
