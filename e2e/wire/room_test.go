package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

func named(username string) es.Identity {
	return es.Identity{User: account.Subject(username), Roles: []string{es.RoleRead, es.RoleWrite}}
}

// lives waits until a player has so many.
func (s *system) lives(username string, n int) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("%s has %d lives", username, n), func() bool {
		var p player.Profile
		return s.invoke(named(username), player.GetPlayer.Route, "/players/"+username, "", &p) == 200 && p.Lives == n
	})
}

// open opens a room by its inbox, and gives its id.
func (s *system) open(players ...string) string {
	s.t.Helper()
	var accepted handler.Accepted
	body := `{"playerIds":["` + strings.Join(players, `","`) + `"]}`
	if status := s.invoke(named(players[0]), room.DoOpen.Route, "/rooms", body, &accepted); status != 202 || accepted.Version != 0 {
		s.t.Fatalf("open a room: %d, %+v", status, accepted)
	}
	return accepted.ID
}

// act does something in a room, and gives the trace.
func (s *system) act(username, id, action string) string {
	s.t.Helper()
	var accepted handler.Accepted
	s.must(named(username), room.DoAct.Route, "/rooms/"+id+"/actions", fmt.Sprintf(`{"action":%q}`, action), &accepted)
	return accepted.TraceID
}

// room waits until a room's view is as it should be.
func (s *system) room(what, id string, holds func(room.Record) bool) {
	s.t.Helper()
	var r room.Record
	s.eventually(what, func() bool {
		return s.invoke(named("ann"), room.GetRoom.Route, "/rooms/"+id, "", &r) == 200 && holds(r)
	})
}

func is(username string, status room.MemberStatus, reason string) func(room.Record) bool {
	return func(r room.Record) bool {
		return slices.Contains(r.Players, room.Member{ID: username, Status: status, Reason: reason})
	}
}

// TestARoom has a room opened by its inbox, brings back who dies and has a life, ejects who has none, and lets time pass
// until the room closes.
func TestARoom(t *testing.T) {
	s := start(t, "arcade")
	s.must(named("ann"), player.DoReceivePayment.Route, "/players/ann/payments", `{"amount":"1.50"}`, nil)
	s.lives("ann", 1)

	s.calls.take()
	id := s.open("ann", "bob")
	if calls := s.calls.take(); calls != "[SendMessage:1]" {
		t.Errorf("to queue a command took %s", calls)
	}
	const cold = "[GetItem:1 Query:1 TransactWriteItems:1 UpdateItem:2]" // snapshot and end of the stream; append; lease taken and released
	s.eventually("the inbox has opened the room, by "+cold, func() bool { return s.inboxed.String() == cold })
	s.room("the room is open", id, is("ann", room.MemberPlaying, ""))

	s.must(named("ann"), player.DoDie.Route, "/players/ann/deaths", "", nil)
	s.must(named("bob"), player.DoDie.Route, "/players/bob/deaths", "", nil)
	s.room("bob, who has no life, is ejected", id, is("bob", room.MemberEjected, player.ErrNoLivesLeft.Code))
	s.lives("ann", 0)
	s.eventually("ann is back", func() bool { return slices.Contains(s.types(es.NewStreamID("room", id)), "PlayerRespawned") })
	s.room("ann plays on", id, is("ann", room.MemberPlaying, ""))

	t.Run("a refusal comes later, by the trace", func(t *testing.T) {
		traceID := s.act("bob", id, "knocks")
		var found handler.TraceAnswer
		s.eventually("bob is told", func() bool {
			return s.invoke(named("bob"), handler.GetTrace.Route, "/traces/"+traceID, "", &found) == 200
		})
		if o := found.Outcomes[0]; o.Type != "CommandRejected" || !strings.Contains(string(o.Payload), room.ErrNotInRoom.Code) {
			t.Errorf("bob is told %+v", o)
		}
	})
	t.Run("time passes", func(t *testing.T) {
		for tick := 1; tick < room.IdleTicks; tick++ {
			s.pass(room.TickTime)
			s.room(fmt.Sprintf("it is tick %d", tick), id, func(r room.Record) bool { return r.Ticks == tick })
		}
		s.pass(room.TickTime)
		s.room("nobody has acted for long", id, func(r room.Record) bool {
			return r.Status == room.StatusClosed && r.CloseReason == room.ReasonIdle && r.Ticks == room.IdleTicks-1
		})
	})
}

// commits are those of a stream.
func (s *system) commits(stream es.StreamID) (all []es.Commit) {
	s.t.Helper()
	for c, err := range s.events(s.database(nil)).Load(s.t.Context(), stream, 0) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// types are the wire names of a stream's events, but for ticks: on a slow machine time passes by itself.
func (s *system) types(stream es.StreamID) (all []string) {
	s.t.Helper()
	for _, c := range s.commits(stream) {
		for _, e := range c.Events {
			if e.Type != "Ticked" {
				all = append(all, e.Type)
			}
		}
	}
	return all
}

// TestCompetingInboxes has two Lambdas work on one queue, at several rooms with a writer each, while sagas write to the same
// rooms under the same leases.
func TestCompetingInboxes(t *testing.T) {
	s := start(t, "arcade")
	const rooms, actions = 3, 8
	var ids []string
	for range rooms {
		ids = append(ids, s.open("ann", "bob"))
	}
	for i := range actions {
		for _, id := range ids {
			s.act("ann", id, fmt.Sprint(i))
		}
		if i == actions/2 {
			s.must(named("bob"), player.DoExitGame.Route, "/players/bob/exits", "", nil)
		}
	}
	for _, id := range ids {
		s.eventually("all is done in "+id, func() bool {
			types := s.types(es.NewStreamID("room", id))
			return len(types) == 1+actions+1 && slices.Contains(types, "PlayerEjected")
		})
		var acts []string
		for _, c := range s.commits(es.NewStreamID("room", id)) {
			e, err := room.Aggregate.Read(c, 0)
			if err != nil {
				t.Fatal(err)
			}
			if acted, ok := e.(room.Acted); ok {
				acts = append(acts, acted.Action)
			}
		}
		if got := strings.Join(acts, " "); got != "0 1 2 3 4 5 6 7" {
			t.Errorf("in %s was done %s", id, got)
		}
	}
}
