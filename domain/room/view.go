package room

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// Record is all that can be known of a room.
type Record struct {
	ID          string     `json:"id"`
	Status      Status     `json:"status"`
	Players     []Member   `json:"players"` // in order of invitation
	Ticks       int        `json:"ticks"`
	LastAction  *Action    `json:"lastAction,omitempty"`
	OpenedAt    time.Time  `json:"openedAt"`
	ClosedAt    *time.Time `json:"closedAt,omitempty"`
	CloseReason string     `json:"closeReason,omitempty"`
}

// Member is a player who is in a room, or was.
type Member struct {
	ID     string       `json:"id"` // the user name
	Status MemberStatus `json:"status"`
	Reason string       `json:"reason,omitempty"` // why they were ejected
}

// MemberStatus is how a player fares in a room.
type MemberStatus string

// The statuses of players.
const (
	MemberPlaying MemberStatus = "playing"
	MemberDown    MemberStatus = "down"
	MemberEjected MemberStatus = "ejected"
)

// Action is what somebody did last.
type Action struct {
	PlayerID string    `json:"playerId"`
	Action   string    `json:"action"`
	At       time.Time `json:"at"`
}

// Records is the view of rooms: by id, those that are open, and those that a player is in.
var Records = es.Project(
	"rooms",
	es.Upon(Aggregate, func(_ Record, e Opened, m es.Meta) Record {
		r := Record{ID: m.Stream.ID(), Status: StatusOpen, OpenedAt: m.Time}
		for _, id := range e.PlayerIDs {
			r.Players = append(r.Players, Member{ID: id, Status: MemberPlaying})
		}
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Acted, m es.Meta) Record {
		r.LastAction = &Action{PlayerID: e.PlayerID, Action: e.Action, At: m.Time}
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Fell, _ es.Meta) Record { return r.mark(e.PlayerID, MemberDown, "") }),
	es.Upon(Aggregate, func(r Record, e Respawned, _ es.Meta) Record { return r.mark(e.PlayerID, MemberPlaying, "") }),
	es.Upon(Aggregate, func(r Record, e Ejected, _ es.Meta) Record { return r.mark(e.PlayerID, MemberEjected, e.Reason) }),
	es.Upon(Aggregate, func(r Record, e Ticked, _ es.Meta) Record {
		r.Ticks = e.Tick
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Closed, m es.Meta) Record {
		r.Status, r.ClosedAt, r.CloseReason = StatusClosed, &m.Time, e.Reason
		return r
	}),
).IndexedBy("open", Record.whileOpen).IndexedBy("player", Record.forEachPlayer)

func (r Record) mark(playerID string, status MemberStatus, reason string) Record {
	r.Players = slices.Clone(r.Players)
	for i := range r.Players {
		if r.Players[i].ID == playerID {
			r.Players[i].Status, r.Players[i].Reason = status, reason
		}
	}
	return r
}

// The one partition of the index of open rooms.
const allOpen = "all"

// whileOpen lists a room until it is closed.
func (r Record) whileOpen() []es.Key {
	if r.Status != StatusOpen {
		return nil
	}
	return []es.Key{{Partition: allOpen, Sort: es.NewestFirst(r.OpenedAt, r.ID)}}
}

// forEachPlayer lists an open room for whoever is in it.
func (r Record) forEachPlayer() []es.Key {
	var keys []es.Key
	for _, p := range r.Players {
		if r.Status == StatusOpen && p.Status != MemberEjected {
			keys = append(keys, es.Key{Partition: p.ID, Sort: es.NewestFirst(r.OpenedAt, r.ID)})
		}
	}
	return keys
}

// OfPlayer lists the open rooms that a player is in, newest first.
type OfPlayer struct {
	Username string `path:"username"`
}

// Validate implements [es.Listing].
func (q OfPlayer) Validate() error { return account.CheckUsername("username", q.Username) }

// Page implements [es.Listing].
func (q OfPlayer) Page() (index, partition string) { return "player", account.Normalise(q.Username) }

// The queries of rooms.
var (
	GetRoom         = es.Get(Records, "get-room", "GET /rooms/{roomId}")
	ListOpenRooms   = es.ListAll(Records, "list-open-rooms", "GET /rooms", "open", allOpen)
	ListPlayerRooms = es.List[OfPlayer](Records, "list-player-rooms", "GET /players/{username}/rooms")
)
