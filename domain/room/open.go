package room

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// Open makes a room for some players.
type Open struct {
	RoomID    string   `json:"-" from:"id"`
	PlayerIDs []string `json:"playerIds" jsonschema:"minItems=1,maxItems=8,uniqueItems=true"` // user names
}

// DoOpen declares [Open].
var DoOpen = es.Handles[Open](Aggregate, "open-room", "POST /rooms", es.Creates("/rooms/{id}"))

// Stream implements [es.Command].
func (c Open) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Open) Validate() error {
	if n := len(c.PlayerIDs); n < 1 || n > MaxPlayers {
		return es.Invalid("playerIds", "a room is for 1 to %d players", MaxPlayers)
	}
	seen := map[string]bool{}
	for _, id := range c.PlayerIDs {
		if err := account.CheckUsername("playerIds", id); err != nil {
			return err
		}
		if seen[account.Normalise(id)] {
			return es.Invalid("playerIds", "nobody is in a room twice")
		}
		seen[account.Normalise(id)] = true
	}
	return nil
}

// Decide gives [Opened], or [ErrRoomExists].
func (c Open) Decide(r Room, _ es.Env) ([]es.Event[Room], error) {
	if r.Status != "" {
		return nil, ErrRoomExists
	}
	ids := make([]string, len(c.PlayerIDs))
	for i, id := range c.PlayerIDs {
		ids[i] = account.Normalise(id)
	}
	return []es.Event[Room]{Opened{PlayerIDs: ids}}, nil
}
