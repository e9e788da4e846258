// Package team is teams: their name, their players, and the tournaments that they take part in.
//
// A team belongs to whoever created it; nobody else may change it. Anybody's tournament may add it: whether it joins is for
// its owner to say, and the saga of package tournament asks.
package team

import (
	"slices"

	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

// MaxPlayers is how many players a team has at most.
const MaxPlayers = 100

// Team is the state of a team; the zero value is one that does not exist.
type Team struct {
	Name        string
	Owner       string
	Players     []string
	Tournaments []string // ids of those that it has joined
	Unavailable bool     // for further ones
}

// Exists reports whether the team has been created.
func (t Team) Exists() bool { return t.Name != "" }

// mayChange refuses whoever is not the owner.
func (t Team) mayChange(env es.Env) error {
	switch {
	case !t.Exists():
		return ErrTeamDoesNotExist
	case t.Owner != env.Invoker.User:
		return ErrNotOwner
	}
	return nil
}

func (t Team) has(player string) bool {
	return slices.ContainsFunc(t.Players, func(p string) bool { return name.Key(p) == name.Key(player) })
}

// Aggregate is the fold of teams.
var Aggregate = es.Of(
	"team",
	es.On[Created]("TeamCreated"),
	es.On[PlayerAdded]("PlayerAdded"),
	es.On[TournamentJoined]("TeamJoinedTournament", es.Upcast(tournamentJoinedV0.next)),
	es.On[AvailabilitySet]("TeamAvailabilitySet"),
)

// The refusals of teams.
var (
	ErrTeamDoesNotExist   = es.NotFound("TeamDoesNotExist", "there is no such team, or not yet")
	ErrTeamAlreadyExists  = es.Conflict("TeamAlreadyExists", "there is a team with this name; choose another")
	ErrNotOwner           = es.Forbidden("NotOwner", "only who created the team may change it")
	ErrPlayerAlreadyAdded = es.Conflict("PlayerAlreadyAdded", "one of them is in the team already; nobody was added")
	ErrTeamNotAvailable   = es.Conflict("TeamNotAvailable", "the team joins no further tournaments at the moment")
	ErrTooManyPlayers     = es.TooMany("TooManyPlayers", "a hundred players are the most; nobody was added")
)

// Created says that a team came to be. It takes the name for the team.
type Created struct {
	Name  string `json:"name"`
	Owner string `json:"owner"` // user id
}

// Evolve implements [es.Event].
func (e Created) Evolve(t Team) Team {
	t.Name, t.Owner = e.Name, e.Owner
	return t
}

// Claims implements [es.Claimer].
func (e Created) Claims() []es.Claim {
	return []es.Claim{{Unique: es.Unique{Kind: "team-name", Value: name.Key(e.Name)}, Taken: ErrTeamAlreadyExists}}
}

// PlayerAdded says that a team has a player more. The players of a team are known by their names alone, and can only be
// forgotten together.
type PlayerAdded struct {
	Name string `json:"name" personal:"stream,erased=erased"`
}

// Evolve implements [es.Event].
func (e PlayerAdded) Evolve(t Team) Team {
	t.Players = append(slices.Clone(t.Players), e.Name)
	return t
}

// TournamentJoined says that a team takes part in a tournament. It carries the tournament's name, so that whoever
// shows the team need not ask for it.
type TournamentJoined struct {
	Tournament Tournament `json:"tournament"`
}

// Evolve implements [es.Event].
func (e TournamentJoined) Evolve(t Team) Team {
	t.Tournaments = append(slices.Clone(t.Tournaments), e.Tournament.ID)
	return t
}

// tournamentJoinedV0 is how [TournamentJoined] was recorded at first: with a name that could be taken for the team's.
type tournamentJoinedV0 struct {
	TournamentID string `json:"tournamentId"`
	Name         string `json:"name"`
}

func (e tournamentJoinedV0) next() TournamentJoined {
	return TournamentJoined{Tournament{ID: e.TournamentID, Name: e.Name}}
}

// AvailabilitySet says whether the team joins tournaments from now on.
type AvailabilitySet struct {
	Available bool `json:"available"`
}

// Evolve implements [es.Event].
func (e AvailabilitySet) Evolve(t Team) Team {
	t.Unavailable = !e.Available
	return t
}
