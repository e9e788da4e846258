package tournament

import (
	"encoding/binary"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/es"
)

// Start begins a tournament: the teams are drawn by lot.
type Start struct {
	TournamentID string `json:"-" path:"tournamentId"`
}

// DoStart declares [Start].
var DoStart = es.Handles[Start](Aggregate, "start-tournament", "POST /tournaments/{tournamentId}/start")

// Stream implements [es.Command].
func (c Start) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c Start) Validate() error { return nil }

// Decide gives [Started], or [ErrTournamentDoesNotExist], [ErrNotOrganiser], [ErrTournamentAlreadyStarted],
// [ErrNotEnoughTeams].
func (c Start) Decide(t Tournament, env es.Env) ([]es.Event[Tournament], error) {
	teams := t.confirmed()
	switch {
	case t.Status == "":
		return nil, ErrTournamentDoesNotExist
	case t.Organiser != env.Invoker.User:
		return nil, ErrNotOrganiser
	case t.Status != StatusOpen:
		return nil, ErrTournamentAlreadyStarted
	case len(teams) != fixture.Teams:
		return nil, ErrNotEnoughTeams
	}
	return []es.Event[Tournament]{Started{Teams: teams, Seed: binary.BigEndian.Uint64(env.Entropy[:8])}}, nil
}
