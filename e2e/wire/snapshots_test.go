package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestALongStream has a snapshot taken of a stream, from which a cold Lambda goes on.
func TestALongStream(t *testing.T) {
	s := start(t, "arcade")
	const versions = 170
	stream := es.NewStreamID("room", "long")
	store := s.events(s.database(nil))
	var head es.Head
	for version := 1; version <= versions; version++ {
		e := es.Event[room.Room](room.Acted{PlayerID: "ann", Action: "jumps"})
		if version == 1 {
			e = room.Opened{PlayerIDs: []string{"ann"}}
		}
		recorded, err := room.Aggregate.Record([]es.Event[room.Room]{e})
		if err != nil {
			t.Fatal(err)
		}
		d := es.Draft{Stream: stream, After: head, Events: recorded, Origin: es.Origin{
			CommandID: engine.NewID(), TraceID: engine.NewID(), Invoker: named("ann").User, Time: s.clock.Now(),
		}}
		if err := store.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		head = d.Commit().Head()
	}
	every := room.Aggregate.Traits().Snapshot
	snapshots := &dynamo.Snapshots{Client: s.database(nil), Table: s.names.Snapshots}
	s.eventually("there is a snapshot", func() bool {
		taken, err := snapshots.Snapshot(t.Context(), room.Aggregate.FoldID(), stream)
		if err != nil {
			t.Fatal(err)
		}
		return taken.Version > uint64(versions-every)
	})

	counted := &calls{}
	state, err := s.lambda(counted).State(t.Context(), room.Aggregate, stream)
	if err != nil {
		t.Fatal(err)
	}
	if calls := counted.take(); calls != "[GetItem:1 Query:1]" {
		t.Errorf("a cold load took %s", calls)
	}
	whole, err := (&engine.Commands{Store: store}).State(t.Context(), room.Aggregate, stream)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, state); diff != "" {
		t.Errorf("by its snapshot (+) it is not what it is by all its events (-):\n%s", diff)
	}
	s.act("ann", "long", "sits down")
	s.room("it goes on", "long", func(r room.Record) bool { return r.LastAction != nil && r.LastAction.Action == "sits down" })
	if n := len(s.types(stream)); n != versions+1 {
		t.Errorf("it has %d events", n)
	}
}
