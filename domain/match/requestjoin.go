package match

import "github.com/foldstream/foldstream/es"

// RequestJoin asks to be let into a match. A saga sees to the rest: whether the caller has a place for one more match,
// and whether there is still a seat by then.
type RequestJoin struct {
	MatchID string `json:"-" path:"matchId"`
	UserID  string `json:"-" from:"invoker"`
}

// DoRequestJoin declares [RequestJoin].
var DoRequestJoin = es.Handles[RequestJoin](Aggregate, "request-join", "POST /matches/{matchId}/join-requests")

// Stream implements [es.Command].
func (c RequestJoin) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c RequestJoin) Validate() error { return nil }

// Decide gives [JoinRequested], or [ErrNoSuchMatch], [ErrMatchCancelled], [ErrMatchIsOver], [ErrAlreadyJoined],
// [ErrMatchFull].
func (c RequestJoin) Decide(m Match, _ es.Env) ([]es.Event[Match], error) {
	if err := m.unended(); err != nil {
		return nil, err
	}
	switch {
	case c.UserID == m.CreatedBy || m.has(c.UserID):
		return nil, ErrAlreadyJoined
	case !m.takes(c.UserID):
		return nil, ErrMatchFull
	}
	return []es.Event[Match]{JoinRequested{UserID: c.UserID}}, nil
}
