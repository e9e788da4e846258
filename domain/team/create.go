package team

import (
	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

// Create makes a team, which is the caller's then.
type Create struct {
	TeamID string `json:"-" from:"id"`
	Name   string `json:"name"`
}

// DoCreate declares [Create].
var DoCreate = es.Handles[Create](Aggregate, "create-team", "POST /teams", es.Creates("/teams/{id}"))

// Stream implements [es.Command].
func (c Create) Stream() string { return c.TeamID }

// Validate implements [es.Command].
func (c Create) Validate() error { return name.Check("name", c.Name) }

// Decide gives [Created], or [ErrTeamAlreadyExists], which is also what the event's claim is refused with.
func (c Create) Decide(t Team, env es.Env) ([]es.Event[Team], error) {
	if t.Exists() {
		return nil, ErrTeamAlreadyExists
	}
	return []es.Event[Team]{Created{Name: name.Trim(c.Name), Owner: env.Invoker.User}}, nil
}
