package sqlite_test

import (
	"testing"

	"github.com/foldstream/foldstream/engine/contract"
)

func TestMovesContract(t *testing.T) {
	contract.Moves(t, func(t *testing.T) contract.Moving {
		db := open(t)
		return contract.Moving{Moves: db, Store: db, Importer: db, Leases: db}
	})
}
