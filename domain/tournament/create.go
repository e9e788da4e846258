package tournament

import (
	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

// Create makes a tournament, which the caller runs then.
type Create struct {
	TournamentID string `json:"-" from:"id"`
	Name         string `json:"name"`
}

// DoCreate declares [Create].
var DoCreate = es.Handles[Create](Aggregate, "create-tournament", "POST /tournaments", es.Creates("/tournaments/{id}"))

// Stream implements [es.Command].
func (c Create) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c Create) Validate() error { return name.Check("name", c.Name) }

// Decide gives [Created], or [ErrTournamentAlreadyExists], which is also what the event's claim is refused with.
func (c Create) Decide(t Tournament, env es.Env) ([]es.Event[Tournament], error) {
	if t.Status != "" {
		return nil, ErrTournamentAlreadyExists
	}
	return []es.Event[Tournament]{Created{Name: name.Trim(c.Name), Organiser: env.Invoker.User}}, nil
}
