package room_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	newest = es.Descending("2026-06-01T12:00:00.000Z r1")
	asOpen = es.Key{Index: "open", Partition: "all", Sort: newest}
	annsOf = es.Key{Index: "player", Partition: "ann", Sort: newest}
	bobsOf = es.Key{Index: "player", Partition: "bob", Sort: newest}
)

func TestRecords(t *testing.T) {
	later := estest.Noon.Add(time.Minute)
	show := func(events ...es.Event[room.Room]) estest.Shown[room.Record] {
		return estest.View(room.Records, of(opened), of(events...).At(later))
	}
	want := func(change func(*room.Record)) room.Record {
		r := room.Record{
			ID: "r1", Status: room.StatusOpen, OpenedAt: estest.Noon,
			Players: []room.Member{{ID: "ann", Status: room.MemberPlaying}, {ID: "bob", Status: room.MemberPlaying}},
		}
		change(&r)
		return r
	}
	t.Run("opened", func(t *testing.T) {
		estest.View(room.Records, of(opened)).Is(t, want(func(*room.Record) {})).ListedIn(t, asOpen, annsOf, bobsOf)
	})
	t.Run("acted in", func(t *testing.T) {
		show(annActed).Is(t, want(func(r *room.Record) { r.LastAction = &room.Action{PlayerID: "ann", Action: "jumps", At: later} }))
	})
	t.Run("ticking", func(t *testing.T) {
		show(room.Ticked{Tick: 1}, room.Ticked{Tick: 2}).Is(t, want(func(r *room.Record) { r.Ticks = 2 }))
	})
	t.Run("somebody is down", func(t *testing.T) {
		show(annFell).Is(t, want(func(r *room.Record) { r.Players[0].Status = room.MemberDown })).ListedIn(t, asOpen, annsOf, bobsOf)
	})
	t.Run("and back", func(t *testing.T) {
		show(annFell, annIsBack).Is(t, want(func(*room.Record) {}))
	})
	t.Run("somebody is ejected: no longer a room of theirs", func(t *testing.T) {
		show(annEjected).Is(t, want(func(r *room.Record) {
			r.Players[0] = room.Member{ID: "ann", Status: room.MemberEjected, Reason: "exited"}
		})).ListedIn(t, asOpen, bobsOf)
	})
	t.Run("closed: no longer open, nor anybody's", func(t *testing.T) {
		show(isIdle).Is(t, want(func(r *room.Record) {
			r.Status, r.ClosedAt, r.CloseReason = room.StatusClosed, &later, "idle"
		})).ListedIn(t)
	})
}

func TestListings(t *testing.T) {
	t.Run("the queries read what the view lists", func(t *testing.T) {
		if index, partition := room.ListOpenRooms.Page(nil); index != asOpen.Index || partition != asOpen.Partition {
			t.Error(index, partition)
		}
		if index, partition := room.ListPlayerRooms.Page(room.OfPlayer{Username: "Ann"}); index != annsOf.Index || partition != annsOf.Partition {
			t.Error(index, partition)
		}
		if !room.ListOpenRooms.Keep(nil, room.Record{}) || !room.ListPlayerRooms.Keep(room.OfPlayer{}, room.Record{}) {
			t.Error("a room is left out")
		}
	})
	t.Run("of somebody who can't be", func(t *testing.T) {
		if err := room.ListPlayerRooms.Check(room.OfPlayer{Username: "a b"}); err == nil {
			t.Error("it is accepted")
		}
	})
}
