package team

import (
	"fmt"

	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

const maxAtOnce = 50 // players

// AddPlayers adds players to a team: all of them, or none.
type AddPlayers struct {
	TeamID string   `json:"-" path:"teamId"`
	Names  []string `json:"names" jsonschema:"minItems=1,maxItems=50"`
}

// DoAddPlayers declares [AddPlayers].
var DoAddPlayers = es.Handles[AddPlayers](Aggregate, "add-players", "POST /teams/{teamId}/players")

// Stream implements [es.Command].
func (c AddPlayers) Stream() string { return c.TeamID }

// Validate implements [es.Command].
func (c AddPlayers) Validate() error {
	if n := len(c.Names); n < 1 || n > maxAtOnce {
		return es.Invalid("names", "add 1 to %d players at once", maxAtOnce)
	}
	seen := map[string]bool{}
	for i, player := range c.Names {
		field := fmt.Sprintf("names/%d", i)
		if err := name.Check(field, player); err != nil {
			return err
		}
		if seen[name.Key(player)] {
			return es.Invalid(field, "this name stands there twice")
		}
		seen[name.Key(player)] = true
	}
	return nil
}

// Decide gives one [PlayerAdded] for each name, or [ErrTeamDoesNotExist], [ErrNotOwner], [ErrPlayerAlreadyAdded],
// [ErrTooManyPlayers].
func (c AddPlayers) Decide(t Team, env es.Env) ([]es.Event[Team], error) {
	if err := t.mayChange(env); err != nil {
		return nil, err
	}
	events := make([]es.Event[Team], len(c.Names))
	for i, player := range c.Names {
		if t.has(player) {
			return nil, ErrPlayerAlreadyAdded
		}
		events[i] = PlayerAdded{Name: name.Trim(player)}
	}
	if len(t.Players)+len(events) > MaxPlayers {
		return nil, ErrTooManyPlayers
	}
	return events, nil
}
