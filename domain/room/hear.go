package room

import (
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/es"
)

// Hear tells a room what one of its players has done. Only its listener sends it.
type Hear struct {
	RoomID   string `json:"roomId"`
	PlayerID string `json:"playerId"`
	Exited   bool   `json:"exited,omitzero"`
	Death    int    `json:"death,omitzero"` // its number, of who has not exited
}

// DoHear declares [Hear].
var DoHear = es.Internal[Hear](Aggregate, "hear-player")

// Ears is how rooms listen to their players.
var Ears = es.NewListener("room-ears", DoHear, es.Hears[player.Exited](player.Aggregate), es.Hears[player.Died](player.Aggregate))

// Hear implements [es.Hearing].
func (Hear) Hear(l es.Listening, h es.Heard) Hear {
	c := Hear{RoomID: l.ID, PlayerID: h.Stream.ID()}
	switch e := h.Event.(type) {
	case player.Exited:
		c.Exited = true
	case player.Died:
		c.Death = e.Death
	}
	return c
}

// Stream implements [es.Command].
func (c Hear) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Hear) Validate() error {
	if !c.Exited && c.Death < 1 {
		return es.Invalid("death", "deaths are numbered from 1")
	}
	return bothIDs(c.RoomID, c.PlayerID)
}

// Decide gives [Ejected] for who has exited, and [Closed] with the last one; [Fell] for who has died; nothing when the room
// has heard of it before, or the player is not in it any more.
func (c Hear) Decide(r Room, _ es.Env) ([]es.Event[Room], error) {
	i := r.seat(c.PlayerID)
	switch {
	case i < 0:
		return nil, nil
	case c.Exited:
		return r.eject(c.PlayerID, ReasonExited), nil
	case c.Death <= r.Seats[i].Fallen:
		return nil, nil
	}
	return []es.Event[Room]{Fell{PlayerID: c.PlayerID, Death: c.Death}}, nil
}

func bothIDs(roomID, playerID string) error {
	switch {
	case roomID == "":
		return es.Invalid("roomId", "which room is it?")
	case playerID == "":
		return es.Invalid("playerId", "who is it?")
	}
	return nil
}
