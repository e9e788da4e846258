package tournament

import (
	"slices"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

// Aggregate is the fold of tournaments.
var Aggregate = es.Of(
	"tournament",
	es.On[Created]("TournamentCreated"),
	es.On[TeamAdded]("TeamAdded"),
	es.On[TeamConfirmed]("TeamConfirmed"),
	es.On[TeamRemoved]("TeamRemoved"),
	es.On[Started]("TournamentStarted"),
	es.On[MatchResultSet]("MatchResultSet"),
	es.On[Finished]("TournamentFinished"),
)

// Created says that a tournament came to be. It takes the name for the tournament.
type Created struct {
	Name      string `json:"name"`
	Organiser string `json:"organiser"` // user id
}

// Evolve implements [es.Event].
func (e Created) Evolve(t Tournament) Tournament {
	t.Name, t.Organiser, t.Status = e.Name, e.Organiser, StatusOpen
	return t
}

// Claims implements [es.Claimer].
func (e Created) Claims() []es.Claim {
	return []es.Claim{{Unique: es.Unique{Kind: "tournament-name", Value: name.Key(e.Name)}, Taken: ErrTournamentAlreadyExists}}
}

// TeamAdded says that a team is to take part. It carries the names of both, so that neither side need ask the other.
type TeamAdded struct {
	TeamID     string `json:"teamId"`
	Name       string `json:"name"`       // of the team
	Tournament string `json:"tournament"` // its name
	Entry      int    `json:"entry"`      // its number
}

// Evolve implements [es.Event].
func (e TeamAdded) Evolve(t Tournament) Tournament {
	t.Teams = append(slices.Clone(t.Teams), Entry{TeamID: e.TeamID, Name: e.Name, Number: e.Entry})
	t.Entries = e.Entry
	return t
}

// TeamConfirmed says that a team has joined, and is sure to be there.
type TeamConfirmed struct {
	TeamID string `json:"teamId"`
}

// Evolve implements [es.Event].
func (e TeamConfirmed) Evolve(t Tournament) Tournament {
	t.Teams = slices.Clone(t.Teams)
	if i := t.entry(e.TeamID); i >= 0 {
		t.Teams[i].Confirmed = true
	}
	return t
}

// TeamRemoved says that a team that was added does not take part after all.
type TeamRemoved struct {
	TeamID string `json:"teamId"`
	Name   string `json:"name"`
	Reason string `json:"reason"` // the code of a refusal
}

// Evolve implements [es.Event].
func (e TeamRemoved) Evolve(t Tournament) Tournament {
	t.Teams = slices.DeleteFunc(slices.Clone(t.Teams), func(other Entry) bool { return other.TeamID == e.TeamID })
	return t
}

// Started says that the tournament has begun, and how the teams were drawn: [fixture.New] of both gives the bracket.
type Started struct {
	Teams []string `json:"teams"`       // ids, as they were before they were shuffled
	Seed  uint64   `json:"seed,string"` // all 64 bits of it, which a JSON number does not carry everywhere
}

// Evolve implements [es.Event].
func (e Started) Evolve(t Tournament) Tournament {
	t.Status, t.Fixture = StatusStarted, fixture.New(e.Teams, e.Seed)
	return t
}

// MatchResultSet says how a match of the current phase ended.
type MatchResultSet struct {
	Phase       fixture.Phase `json:"phase"`
	LocalTeamID string        `json:"localTeamId"`
	LocalGoals  int           `json:"localGoals"`
	AwayTeamID  string        `json:"awayTeamId"`
	AwayGoals   int           `json:"awayGoals"`
}

// Evolve implements [es.Event].
func (e MatchResultSet) Evolve(t Tournament) Tournament {
	t.Fixture = e.play(t.Fixture)
	return t
}

func (e MatchResultSet) play(f fixture.Fixture) fixture.Fixture {
	return f.Play(e.LocalTeamID, e.LocalGoals, e.AwayTeamID, e.AwayGoals)
}

// Finished says that the final has been played.
type Finished struct {
	Champion string `json:"champion"` // team id
}

// Evolve implements [es.Event].
func (e Finished) Evolve(t Tournament) Tournament {
	t.Status = StatusFinished
	return t
}
