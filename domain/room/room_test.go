package room_test

import (
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	opened     = room.Opened{PlayerIDs: []string{"ann", "bob"}}
	annActed   = room.Acted{PlayerID: "ann", Action: "jumps"}
	annFell    = room.Fell{PlayerID: "ann", Death: 3}
	annIsBack  = room.Respawned{PlayerID: "ann", Death: 3}
	annEjected = room.Ejected{PlayerID: "ann", Reason: "exited"}
	bobEjected = room.Ejected{PlayerID: "bob", Reason: "exited"}
	isIdle     = room.Closed{Reason: "idle", PlayerIDs: []string{"ann", "bob"}}
	isEmpty    = room.Closed{Reason: "empty"}
	byAnn      = estest.By(account.Subject("ann"))
)

func given(events ...es.Event[room.Room]) estest.Past[room.Room] {
	return estest.Given(room.Aggregate, events...)
}

func seats(all ...room.Seat) room.Room { return room.Room{Status: room.StatusOpen, Seats: all} }

var ann, bob = room.Seat{PlayerID: "ann"}, room.Seat{PlayerID: "bob"}

func TestOpen(t *testing.T) {
	open := func(ids ...string) room.Open { return room.Open{RoomID: "r1", PlayerIDs: ids} }
	t.Run("OK", func(t *testing.T) {
		given().When(open("Ann", "bob")).Then(t, opened).AndState(t, seats(ann, bob))
	})
	t.Run("one or eight", func(t *testing.T) {
		eight := strings.Fields("aaa bbb ccc ddd eee fff ggg hhh")
		given().When(open("ann")).Then(t, room.Opened{PlayerIDs: []string{"ann"}})
		given().When(open(eight...)).Then(t, room.Opened{PlayerIDs: eight})
		given().When(open(append(eight, "iii")...)).ThenRejected(t, es.Invalid("playerIds", ""))
		given().When(open()).ThenRejected(t, es.Invalid("playerIds", ""))
	})
	t.Run("nobody twice, however they are spelt", func(t *testing.T) {
		given().When(open("ann", "bob", "Ann")).ThenRejected(t, es.Invalid("playerIds", ""))
	})
	t.Run("no user names", func(t *testing.T) {
		given().When(open("ann", "")).ThenRejected(t, es.Invalid("playerIds", ""))
		given().When(open("a-n-n")).ThenRejected(t, es.Invalid("playerIds", ""))
	})
	t.Run("once", func(t *testing.T) {
		given(opened).When(open("ann", "bob")).ThenRejected(t, room.ErrRoomExists)
		given(opened, isIdle).When(open("ann", "bob")).ThenRejected(t, room.ErrRoomExists)
	})
}

func TestAct(t *testing.T) {
	act := room.Act{RoomID: "r1", Action: "jumps"}
	t.Run("OK", func(t *testing.T) {
		want := seats(ann, bob)
		want.Ticks = 1
		given(opened, room.Ticked{Tick: 1}).When(act, byAnn).Then(t, annActed).AndState(t, want)
	})
	t.Run("only who is in the room", func(t *testing.T) {
		for _, other := range []string{"account-cat", "ann", ""} {
			given(opened).When(act, estest.By(other)).ThenRejected(t, room.ErrNotInRoom)
		}
		given(opened, annEjected).When(act, byAnn).ThenRejected(t, room.ErrNotInRoom)
	})
	t.Run("not who is down, until they are back", func(t *testing.T) {
		given(opened, annFell).When(act, byAnn).ThenRejected(t, room.ErrPlayerDown)
		given(opened, annFell, annIsBack).When(act, byAnn).Then(t, annActed)
	})
	t.Run("no such room", func(t *testing.T) {
		given().When(act, byAnn).ThenRejected(t, room.ErrNoSuchRoom)
	})
	t.Run("closed", func(t *testing.T) {
		given(opened, isIdle).When(act, byAnn).ThenRejected(t, room.ErrRoomClosed)
	})
	t.Run("input", func(t *testing.T) {
		for _, wrong := range []string{"", "a\nb", strings.Repeat("ü", 201)} {
			given(opened).When(room.Act{RoomID: "r1", Action: wrong}, byAnn).ThenRejected(t, es.Invalid("action", ""))
		}
		given(opened).When(room.Act{RoomID: "r1", Action: strings.Repeat("ü", 200)}, byAnn).Then(t, room.Acted{PlayerID: "ann", Action: estest.AnyString})
	})
}

func TestHear(t *testing.T) {
	died := func(death int) room.Hear { return room.Hear{RoomID: "r1", PlayerID: "ann", Death: death} }
	exited := func(id string) room.Hear { return room.Hear{RoomID: "r1", PlayerID: id, Exited: true} }
	t.Run("who exits is ejected", func(t *testing.T) {
		given(opened).When(exited("ann")).Then(t, annEjected).AndState(t, seats(bob))
	})
	t.Run("with the last one the room closes", func(t *testing.T) {
		given(opened, annEjected).When(exited("bob")).Then(t, bobEjected, isEmpty).AndState(t, room.Room{Status: room.StatusClosed})
	})
	t.Run("who dies falls", func(t *testing.T) {
		given(opened, room.Ticked{Tick: 1}).When(died(3)).Then(t, annFell).AndState(t, room.Room{
			Status: room.StatusOpen, Ticks: 1, Seats: []room.Seat{{PlayerID: "ann", Fallen: 3}, bob},
		})
	})
	t.Run("again, while down and after", func(t *testing.T) {
		given(opened, annFell).When(died(4)).Then(t, room.Fell{PlayerID: "ann", Death: 4})
		given(opened, annFell, annIsBack).When(died(4)).Then(t, room.Fell{PlayerID: "ann", Death: 4})
	})
	t.Run("a repetition, or an older death, changes nothing", func(t *testing.T) {
		for _, death := range []int{2, 3} {
			given(opened, annFell).When(died(death)).ThenNothing(t)
			given(opened, annFell, annIsBack).When(died(death)).ThenNothing(t)
		}
		given(opened, annEjected).When(exited("ann")).ThenNothing(t)
	})
	t.Run("who is not in the room is not heard", func(t *testing.T) {
		given(opened, annEjected).When(died(4)).ThenNothing(t)
		given(opened).When(exited("cat")).ThenNothing(t)
		given(opened, isIdle).When(exited("ann")).ThenNothing(t)
		given(opened, isIdle).When(died(3)).ThenNothing(t)
		given().When(died(3)).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		given(opened).When(died(0)).ThenRejected(t, es.Invalid("death", ""))
		given(opened).When(exited("")).ThenRejected(t, es.Invalid("playerId", ""))
		given(opened).When(room.Hear{PlayerID: "ann", Death: 1}).ThenRejected(t, es.Invalid("roomId", ""))
	})
}

func TestRespawn(t *testing.T) {
	respawn := room.Respawn{RoomID: "r1", PlayerID: "ann", Death: 3}
	t.Run("OK", func(t *testing.T) {
		given(opened, annFell).When(respawn).Then(t, annIsBack).AndState(t, seats(room.Seat{PlayerID: "ann", Fallen: 3, Risen: 3}, bob))
	})
	changesNothing(t, respawn)
	t.Run("input", func(t *testing.T) {
		given().When(room.Respawn{PlayerID: "ann"}).ThenRejected(t, es.Invalid("roomId", ""))
		given().When(room.Respawn{RoomID: "r1"}).ThenRejected(t, es.Invalid("playerId", ""))
	})
}

func TestEject(t *testing.T) {
	eject := room.Eject{RoomID: "r1", PlayerID: "ann", Death: 3, Reason: "NoLivesLeft"}
	out := room.Ejected{PlayerID: "ann", Reason: "NoLivesLeft"}
	t.Run("OK", func(t *testing.T) {
		given(opened, annFell).When(eject).Then(t, out).AndState(t, seats(bob))
	})
	t.Run("with the last one the room closes", func(t *testing.T) {
		given(opened, bobEjected, annFell).When(eject).Then(t, out, isEmpty)
	})
	changesNothing(t, eject)
	t.Run("input", func(t *testing.T) {
		given().When(room.Eject{PlayerID: "ann"}).ThenRejected(t, es.Invalid("roomId", ""))
		given().When(room.Eject{RoomID: "r1"}).ThenRejected(t, es.Invalid("playerId", ""))
	})
}

// changesNothing is where neither end of the third death changes anything any more.
func changesNothing(t *testing.T, c es.Command[room.Room]) {
	t.Run("once", func(t *testing.T) {
		given(opened, annFell, annIsBack).When(c).ThenNothing(t)
	})
	t.Run("of who has died again the last death counts", func(t *testing.T) {
		given(opened, annFell, room.Fell{PlayerID: "ann", Death: 4}).When(c).ThenNothing(t)
	})
	t.Run("of who is gone none does", func(t *testing.T) {
		given(opened, annFell, annEjected).When(c).ThenNothing(t)
		given(opened, annFell, bobEjected, annEjected, isEmpty).When(c).ThenNothing(t)
		given().When(c).ThenNothing(t)
	})
}

func TestTick(t *testing.T) {
	ticks := func(n int) []es.Event[room.Room] {
		events := []es.Event[room.Room]{opened}
		for i := range n {
			events = append(events, room.Ticked{Tick: i + 1})
		}
		return events
	}
	tick := func(n int) room.Tick { return room.Tick{RoomID: "r1", Tick: n} }
	t.Run("OK", func(t *testing.T) {
		want := seats(ann, bob)
		want.Ticks, want.Idle = 5, 5
		given(ticks(4)...).When(tick(5)).Then(t, room.Ticked{Tick: 5}).AndState(t, want)
	})
	t.Run("a room that nobody acts in closes at the sixth", func(t *testing.T) {
		given(ticks(5)...).When(tick(6)).Then(t, isIdle)
	})
	t.Run("who acts or dies keeps it open for six more", func(t *testing.T) {
		for _, e := range []es.Event[room.Room]{annActed, annFell} {
			given(append(ticks(5), e)...).When(tick(6)).Then(t, room.Ticked{Tick: 6})
		}
		idle := append(ticks(5), annActed)
		for n := 6; n < 11; n++ {
			idle = append(idle, room.Ticked{Tick: n})
		}
		given(idle...).When(tick(11)).Then(t, isIdle)
	})
	t.Run("it waits for who is down", func(t *testing.T) {
		down := []es.Event[room.Room]{opened, annFell}
		for n := range 9 {
			down = append(down, room.Ticked{Tick: n + 1})
		}
		given(down...).When(tick(10)).Then(t, room.Ticked{Tick: 10})
		given(append(down, annIsBack)...).When(tick(10)).Then(t, isIdle)
	})
	t.Run("each tick once", func(t *testing.T) {
		for _, n := range []int{1, 4, 6} {
			given(ticks(4)...).When(tick(n)).ThenNothing(t)
		}
	})
	t.Run("none after the end, nor before the beginning", func(t *testing.T) {
		given(append(ticks(5), isIdle)...).When(tick(6)).ThenNothing(t)
		given().When(tick(1)).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		given(opened).When(tick(0)).ThenRejected(t, es.Invalid("tick", ""))
		given(opened).When(room.Tick{Tick: 1}).ThenRejected(t, es.Invalid("roomId", ""))
	})
}

func TestKind(t *testing.T) {
	t.Run("one writer at a time, a sense of time, and snapshots of long streams", func(t *testing.T) {
		traits := room.Aggregate.Traits()
		if traits.Writing != es.Single || traits.Tick != room.TickTime || traits.Snapshot == 0 {
			t.Errorf("its traits are %+v", traits)
		}
	})
	t.Run("only sagas and the listener do what follows from others' doings", func(t *testing.T) {
		for _, d := range []*es.CommandDecl{room.DoHear, room.DoRespawn, room.DoEject, room.DoTick} {
			if !d.IsInternal() || d.Role != es.RoleSystem {
				t.Errorf("%s can be sent by others", d.Name)
			}
		}
	})
	t.Run("the context is in order", func(t *testing.T) {
		es.NewApp(room.Context)
	})
}
