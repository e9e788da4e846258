package team

import "github.com/foldstream/foldstream/es"

// SetAvailability says whether a team joins tournaments that it is added to. A team does from the beginning; it stays in
// those that it has joined.
type SetAvailability struct {
	TeamID    string `json:"-" path:"teamId"`
	Available bool   `json:"available"`
}

// DoSetAvailability declares [SetAvailability].
var DoSetAvailability = es.Handles[SetAvailability](Aggregate, "set-team-availability", "PUT /teams/{teamId}/availability")

// Stream implements [es.Command].
func (c SetAvailability) Stream() string { return c.TeamID }

// Validate implements [es.Command].
func (c SetAvailability) Validate() error { return nil }

// Decide gives [AvailabilitySet], nothing when that is so already, or [ErrTeamDoesNotExist], [ErrNotOwner].
func (c SetAvailability) Decide(t Team, env es.Env) ([]es.Event[Team], error) {
	if err := t.mayChange(env); err != nil {
		return nil, err
	}
	if t.Unavailable != c.Available {
		return nil, nil
	}
	return []es.Event[Team]{AvailabilitySet{Available: c.Available}}, nil
}
