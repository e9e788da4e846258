// Package user is the people who play: their name, their looks, and the matches that they take part in.
//
// There is one user for each account; its id is the account's, which is also the subject of the account's tokens. Nobody
// but the owner may act on a user, apart from the sagas.
package user

import (
	"slices"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// MaxMatches is how many active matches a user has at most. A match takes its place when it is requested or entered, and
// gives it back when it is over: the count is exact, because all the places of a user are in one stream.
const MaxMatches = 3

// User is the state of a user; the zero value is one who does not exist.
type User struct {
	Name    string
	Avatar  string
	Color   string
	Matches []string // ids of the active ones
}

func (u User) exists() bool { return u.Name != "" }

// Aggregate is the fold of users.
var Aggregate = es.Of(
	"user",
	es.On[Created]("UserCreated"),
	es.On[NameSet]("UserNameSet"),
	es.On[MatchRequested]("MatchRequested"),
	es.On[MatchEntered]("MatchEntered"),
	es.On[MatchLeft]("MatchLeft"),
)

// The refusals of users.
var (
	ErrNoSuchUser     = es.NotFound("NoSuchUser", "there is no such user; choose a name first")
	ErrUserExists     = es.Conflict("UserAlreadyExists", "you have chosen a name before; change it instead")
	ErrNotYours       = es.Forbidden("NotYours", "only the owner may do this")
	ErrTooManyMatches = es.TooMany("TooManyMatches", "three active matches are the most; finish or cancel one first")
)

// Created says that a user came to be.
type Created struct {
	Name   string `json:"name" personal:"id,erased=erased"`
	Avatar string `json:"avatar"` // an emoji, drawn by lot
	Color  string `json:"color"`  // as CSS has it, likewise
}

// Evolve implements [es.Event].
func (e Created) Evolve(u User) User {
	u.Name, u.Avatar, u.Color = e.Name, e.Avatar, e.Color
	return u
}

// NameSet says that a user has another name.
type NameSet struct {
	Name string `json:"name" personal:"id,erased=erased"`
}

// Evolve implements [es.Event].
func (e NameSet) Evolve(u User) User {
	u.Name = e.Name
	return u
}

// MatchRequested says that a user wants a new match, for which one of the user's places is taken. It carries the user's
// looks, so that whoever makes the match need not ask for them.
type MatchRequested struct {
	MatchID string     `json:"matchId"`
	UserID  string     `json:"userId"`
	Size    board.Size `json:"size"`
	Name    string     `json:"name" personal:"UserID,erased=erased"`
	Avatar  string     `json:"avatar"`
	Color   string     `json:"color"`
}

// Evolve implements [es.Event].
func (e MatchRequested) Evolve(u User) User { return u.entered(e.MatchID) }

// MatchEntered says that a user has taken a place for somebody else's match.
type MatchEntered struct {
	MatchID string `json:"matchId"`
	UserID  string `json:"userId"`
	Name    string `json:"name" personal:"UserID,erased=erased"`
	Avatar  string `json:"avatar"`
	Color   string `json:"color"`
}

// Evolve implements [es.Event].
func (e MatchEntered) Evolve(u User) User { return u.entered(e.MatchID) }

func (u User) entered(matchID string) User {
	u.Matches = append(slices.Clone(u.Matches), matchID)
	return u
}

// MatchLeft says that a user's place is free again.
type MatchLeft struct {
	MatchID string `json:"matchId"`
	Reason  string `json:"reason"`
}

// Evolve implements [es.Event].
func (e MatchLeft) Evolve(u User) User {
	u.Matches = slices.DeleteFunc(slices.Clone(u.Matches), func(id string) bool { return id == e.MatchID })
	return u
}
