package room

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// Tick tells a room that time has gone by. Only its clock sends it.
type Tick struct {
	RoomID string `json:"roomId"`
	Tick   int    `json:"tick"` // 1, 2, 3 …
}

// DoTick declares [Tick].
var DoTick = es.Internal[Tick](Aggregate, "tick-room")

// Stream implements [es.Command].
func (c Tick) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Tick) Validate() error {
	switch {
	case c.RoomID == "":
		return es.Invalid("roomId", "which room is it?")
	case c.Tick < 1:
		return es.Invalid("tick", "ticks are numbered from 1")
	}
	return nil
}

// Decide gives [Ticked], or [Closed] when nobody has acted for too long; nothing when the room is closed or has ticked so
// often before. A room does not close on those who are down: their lives may be spent already.
func (c Tick) Decide(r Room, _ es.Env) ([]es.Event[Room], error) {
	switch {
	case r.Status != StatusOpen || c.Tick != r.Ticks+1:
		return nil, nil
	case r.Idle+1 >= IdleTicks && !slices.ContainsFunc(r.Seats, Seat.isDown):
		return []es.Event[Room]{Closed{Reason: ReasonIdle, PlayerIDs: r.players()}}, nil
	}
	return []es.Event[Room]{Ticked{Tick: c.Tick}}, nil
}
