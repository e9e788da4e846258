// Package room is where players meet in the arcade. A room listens to its players: who exits is ejected, who dies is brought
// back for one of their lives, or ejected when there is none. It has a sense of time, and closes when nobody acts any more.
//
// A room is written to by one writer at a time. It does not ask whether its players exist: listening to somebody who has
// not done anything yet is as good.
package room

import (
	"embed"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

const (
	// MaxPlayers is how many can meet in a room.
	MaxPlayers = 8
	// TickTime is how long a tick takes at least.
	TickTime = 10 * time.Second
	// IdleTicks is after how many ticks a room closes in which nobody acts or dies.
	IdleTicks = 6
)

// Status is how far a room has come. The zero value is that of a room that does not exist.
type Status string

// The statuses.
const (
	StatusOpen   Status = "open"
	StatusClosed Status = "closed"
)

// Room is the state of a room.
type Room struct {
	Status Status
	Seats  []Seat // of those who are in
	Ticks  int    // so far
	Idle   int    // ticks since somebody acted or died
}

// Seat is a player in a room. Deaths are known by their numbers, so that each is dealt with once, in whatever order it is
// heard of.
type Seat struct {
	PlayerID string
	Fallen   int // the number of the last death
	Risen    int // of the last that the player was brought back from
}

func (s Seat) isDown() bool { return s.Fallen > s.Risen }

// versions from one snapshot to the next: ticks make long streams.
const snapshotVersions = 50

//go:embed *.go
var source embed.FS

// Aggregate is the fold of rooms.
var Aggregate = es.Of(
	"room",
	es.On[Opened]("RoomOpened"),
	es.On[Acted]("PlayerActed"),
	es.On[Fell]("PlayerFell"),
	es.On[Respawned]("PlayerRespawned"),
	es.On[Ejected]("PlayerEjected"),
	es.On[Ticked]("Ticked"),
	es.On[Closed]("RoomClosed"),
).Single().Ticks(TickTime).Snapshots(snapshotVersions, source)

// The refusals of rooms.
var (
	ErrNoSuchRoom = es.NotFound("NoSuchRoom", "there is no such room, or not yet")
	ErrRoomExists = es.Conflict("RoomAlreadyExists", "there is another room with this id")
	ErrRoomClosed = es.Conflict("RoomClosed", "the room is closed")
	ErrNotInRoom  = es.Forbidden("NotInRoom", "only the players in the room may act in it")
	ErrPlayerDown = es.Conflict("PlayerDown", "you are dead; wait until you are brought back")
)

// seat is a player's place in an open room, negative if there is none.
func (r Room) seat(playerID string) int {
	if r.Status != StatusOpen {
		return -1
	}
	return slices.IndexFunc(r.Seats, func(s Seat) bool { return s.PlayerID == playerID })
}

// players are the ids of those who are in.
func (r Room) players() []string {
	ids := make([]string, len(r.Seats))
	for i, s := range r.Seats {
		ids[i] = s.PlayerID
	}
	return ids
}

// eject is what happens when a player goes. With the last one the room closes.
func (r Room) eject(playerID, reason string) []es.Event[Room] {
	events := []es.Event[Room]{Ejected{PlayerID: playerID, Reason: reason}}
	if len(r.Seats) == 1 {
		events = append(events, Closed{Reason: ReasonEmpty})
	}
	return events
}
