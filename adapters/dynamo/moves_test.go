package dynamo_test

import (
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

func TestMoves(t *testing.T) {
	contract.Moves(t, func(t *testing.T) contract.Moving {
		s := create(t, emulator.MiniStack(t))
		events := s.events()
		events.Leases, events.Moves = s.names.Leases, s.names.Leases
		return contract.Moving{
			Moves: &dynamo.Moves{Client: s.client, Table: s.names.Leases}, Store: events,
			Importer: s.importer(&dynamo.Relay{Feed: s.feed(), Publisher: discard{}}),
			Leases:   &dynamo.Leases{Client: s.client, Table: s.names.Leases},
		}
	})
}
