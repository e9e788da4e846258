package es

// CommandRejected is the event of a saga's own stream that records a refusal; clients see it as an outcome of their trace.
type CommandRejected struct {
	Command     string     `json:"command"`
	AggregateID StreamID   `json:"aggregateId"`           // that refused
	CausationID string     `json:"causationId,omitempty"` // the event that the saga reacted to, as "stream@version"
	Act         string     `json:"act,omitempty"`         // which of the reaction's acts was refused
	Rejection   *Rejection `json:"rejection"`
}

// Refusals is the state of a saga's own stream: what was refused, by act.
type Refusals map[string]*Rejection

// Evolve implements [Event].
func (e CommandRejected) Evolve(r Refusals) Refusals {
	next := make(Refusals, len(r)+1)
	for act, refusal := range r {
		next[act] = refusal
	}
	next[e.Act] = e.Rejection
	return next
}

// SagaStreams is the aggregate of the sagas' own streams. An id is a saga's name, a point, and the stream that it reacts to.
var SagaStreams = Of("saga", On[CommandRejected]("CommandRejected"))
