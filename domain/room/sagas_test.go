package room_test

import (
	"testing"

	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func of(events ...es.Event[room.Room]) estest.Commit {
	return estest.Committed(room.Aggregate, "r1", events...)
}

func to(playerID string) es.Listening {
	return es.Listening{ID: "r1", Stream: es.StreamID("account-" + playerID)}
}

func TestAttention(t *testing.T) {
	t.Run("a room listens to each of its players", func(t *testing.T) {
		estest.Saga(room.Attention).On(of(opened)).Does(t, room.Ears.Listen(to("ann")), room.Ears.Listen(to("bob")))
	})
	t.Run("as long as they are in it", func(t *testing.T) {
		estest.Saga(room.Attention).On(of(annEjected)).Does(t, room.Ears.Stop(to("ann")))
		estest.Saga(room.Attention).On(of(bobEjected, isEmpty)).Does(t, room.Ears.Stop(to("bob")))
		estest.Saga(room.Attention).On(of(isIdle)).Does(t, room.Ears.Stop(to("ann")), room.Ears.Stop(to("bob")))
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(room.Attention).On(of(annActed, annFell, annIsBack, room.Ticked{Tick: 1})).Does(t)
	})
}

func TestEars(t *testing.T) {
	hear := func(t *testing.T, e es.Event[player.Player]) any {
		t.Helper()
		recorded, err := player.Aggregate.Record([]es.Event[player.Player]{e})
		if err != nil {
			t.Fatal(err)
		}
		heard, err := room.Ears.Heard(es.Commit{Stream: "account-ann", Version: 7, Events: recorded, Origin: es.Origin{Time: estest.Noon}}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return room.Ears.Hear(to("ann"), heard)
	}
	t.Run("exits and deaths are heard", func(t *testing.T) {
		if got, want := hear(t, player.Exited{}), (room.Hear{RoomID: "r1", PlayerID: "ann", Exited: true}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got, want := hear(t, player.Died{Death: 3}), (room.Hear{RoomID: "r1", PlayerID: "ann", Death: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("under the names that they have", func(t *testing.T) {
		for i, want := range []string{"PlayerExited", "PlayerDied"} {
			if got := room.Ears.Events[i]; got != want {
				t.Errorf("listens for %s, want %s", got, want)
			}
		}
	})
	t.Run("a death without a number is refused", func(t *testing.T) {
		if err := room.DoHear.Validate(hear(t, player.Died{})); err == nil {
			t.Error("it is accepted")
		}
	})
}

func TestLives(t *testing.T) {
	t.Run("a life first, then back; who has none is ejected instead", func(t *testing.T) {
		estest.Saga(room.Lives).On(of(annFell)).Does(
			t,
			es.Send(player.DoSpendLife, player.SpendLife{Username: "ann", RoomID: "r1", Death: 3}).Else(func(r *es.Rejection) []es.Act {
				return []es.Act{es.Send(room.DoEject, room.Eject{RoomID: "r1", PlayerID: "ann", Death: 3, Reason: r.Code})}
			}),
			es.Send(room.DoRespawn, room.Respawn{RoomID: "r1", PlayerID: "ann", Death: 3}),
		)
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(room.Lives).On(of(opened, annActed, annIsBack, annEjected, room.Ticked{Tick: 1}, isIdle)).Does(t)
	})
}

func TestClock(t *testing.T) {
	tick := func(n int) es.Act {
		return es.Send(room.DoTick, room.Tick{RoomID: "r1", Tick: n}).At(estest.Noon.Add(room.TickTime))
	}
	t.Run("from the beginning", func(t *testing.T) {
		estest.Saga(room.Clock).On(of(opened)).Does(t, tick(1))
	})
	t.Run("on and on", func(t *testing.T) {
		estest.Saga(room.Clock).On(of(room.Ticked{Tick: 4})).Does(t, tick(5))
	})
	t.Run("to the end", func(t *testing.T) {
		estest.Saga(room.Clock).On(of(isIdle)).Does(t)
	})
}
