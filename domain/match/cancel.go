package match

import "github.com/foldstream/foldstream/es"

// Cancel takes back a match that has not started.
type Cancel struct {
	MatchID string `json:"-" path:"matchId"`
}

// DoCancel declares [Cancel].
var DoCancel = es.Handles[Cancel](Aggregate, "cancel-match", "POST /matches/{matchId}/cancellation")

// Stream implements [es.Command].
func (c Cancel) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c Cancel) Validate() error { return nil }

// Decide gives [Cancelled], or [ErrNoSuchMatch], [ErrMatchCancelled], [ErrMatchIsOver], [ErrNotCreator],
// [ErrAlreadyStarted].
func (c Cancel) Decide(m Match, env es.Env) ([]es.Event[Match], error) {
	if err := m.unended(); err != nil {
		return nil, err
	}
	switch {
	case m.CreatedBy != env.Invoker.User:
		return nil, ErrNotCreator
	case m.Status != StatusNotStarted:
		return nil, ErrAlreadyStarted
	}
	return []es.Event[Match]{Cancelled{Players: m.Players}}, nil
}
