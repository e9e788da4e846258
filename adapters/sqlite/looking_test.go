package sqlite_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func TestLooking(t *testing.T) {
	t.Run("Log", func(t *testing.T) {
		contract.Log(t, func(t *testing.T) (engine.EventStore, engine.Log) {
			db := open(t)
			return db, db
		})
	})
	t.Run("Directory", func(t *testing.T) {
		contract.Directory(t, func(t *testing.T) (engine.EventStore, engine.Directory) {
			db := open(t)
			return db, db
		})
	})
	t.Run("Agenda", func(t *testing.T) {
		contract.Agenda(t, time.Now(), true, func(t *testing.T) (engine.Timers, engine.Agenda) {
			db := open(t)
			return db, db
		})
	})
}
