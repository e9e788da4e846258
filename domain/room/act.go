package room

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

const maxAction = 200 // characters

// Act does something in a room for the caller. What it is means nothing to the room, but that it is in use.
type Act struct {
	RoomID string `json:"-" path:"roomId"`
	Action string `json:"action"`
}

// DoAct declares [Act].
var DoAct = es.Handles[Act](Aggregate, "act-in-room", "POST /rooms/{roomId}/actions")

// Stream implements [es.Command].
func (c Act) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Act) Validate() error {
	if n := utf8.RuneCountInString(c.Action); n < 1 || n > maxAction {
		return es.Invalid("action", "an action has 1 to %d characters", maxAction)
	}
	if strings.ContainsFunc(c.Action, unicode.IsControl) {
		return es.Invalid("action", "an action has no control characters")
	}
	return nil
}

// Decide gives [Acted], or [ErrNoSuchRoom], [ErrRoomClosed], [ErrNotInRoom], [ErrPlayerDown].
func (c Act) Decide(r Room, env es.Env) ([]es.Event[Room], error) {
	switch r.Status {
	case "":
		return nil, ErrNoSuchRoom
	case StatusClosed:
		return nil, ErrRoomClosed
	}
	i := slices.IndexFunc(r.Seats, func(s Seat) bool { return account.Subject(s.PlayerID) == env.Invoker.User })
	switch {
	case i < 0:
		return nil, ErrNotInRoom
	case r.Seats[i].isDown():
		return nil, ErrPlayerDown
	}
	return []es.Event[Room]{Acted{PlayerID: r.Seats[i].PlayerID, Action: c.Action}}, nil
}
