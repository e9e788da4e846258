package user

import (
	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// RequestMatch asks for a new match. A saga makes it, under the id that the answer gives.
type RequestMatch struct {
	UserID string     `json:"-" path:"userId"`
	Size   board.Size `json:"size" jsonschema:"enum=small,enum=medium,enum=large"`
}

// MatchID is what [RequestMatch] answers.
type MatchID struct {
	MatchID string `json:"matchId"`
}

// DoRequestMatch declares [RequestMatch].
var DoRequestMatch = es.Handles[RequestMatch](Aggregate, "request-match", "POST /users/{userId}/match-requests", es.Answers[MatchID]())

// Stream implements [es.Command].
func (c RequestMatch) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c RequestMatch) Validate() error { return c.Size.Validate() }

// Decide gives [MatchRequested], or [ErrNotYours], [ErrNoSuchUser], [ErrTooManyMatches].
func (c RequestMatch) Decide(u User, env es.Env) ([]es.Event[User], error) {
	switch {
	case c.UserID != env.Invoker.User:
		return nil, ErrNotYours
	case !u.exists():
		return nil, ErrNoSuchUser
	case len(u.Matches) >= MaxMatches:
		return nil, ErrTooManyMatches
	}
	return []es.Event[User]{MatchRequested{
		MatchID: env.ID, UserID: c.UserID, Size: c.Size, Name: u.Name, Avatar: u.Avatar, Color: u.Color,
	}}, nil
}

// Answer implements [es.Answering]. A repeated request has the same [es.Env.ID], and so the same answer.
func (c RequestMatch) Answer(_ User, env es.Env) (any, error) { return MatchID{env.ID}, nil }
