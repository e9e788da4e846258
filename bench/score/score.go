// Package score is the domain that Foldstream is measured with: games in which players score. An event is about 300 bytes
// as JSON. The peers do the same in their own ways, with the same bytes.
package score

import (
	"fmt"
	"strings"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Tally is the state of a game.
type Tally struct {
	Points int       `json:"points"`
	Turns  int       `json:"turns"`
	Last   time.Time `json:"last"`
}

// Scored says that a player scored.
type Scored struct {
	Player string    `json:"player"`
	Points int       `json:"points"`
	At     time.Time `json:"at"`
	Note   string    `json:"note"`
}

// Evolve implements [es.Event].
func (e Scored) Evolve(t Tally) Tally {
	t.Points += e.Points
	t.Turns++
	t.Last = e.At
	return t
}

// Score is the command that leads to [Scored].
type Score struct {
	Game   string `json:"-" path:"gameId"`
	Player string `json:"player"`
	Points int    `json:"points"`
	Note   string `json:"note"`
}

// ErrNoPoints refuses a score that is none.
var ErrNoPoints = es.Invalid("points", "a score has at least one point")

// Stream implements [es.Command].
func (c Score) Stream() string { return c.Game }

// Validate implements [es.Command].
func (c Score) Validate() error {
	if c.Points < 1 {
		return ErrNoPoints
	}
	return nil
}

// Decide implements [es.Command].
func (c Score) Decide(_ Tally, env es.Env) ([]es.Event[Tally], error) {
	return []es.Event[Tally]{Scored{Player: c.Player, Points: c.Points, At: env.Now, Note: c.Note}}, nil
}

// The declarations.
var (
	Game    = es.Of("game", es.On[Scored]("Scored"))
	DoScore = es.Handles[Score](Game, "score", "POST /games/{gameId}/scores", es.Public())
	Tallies = es.Project("tallies", es.Upon(Game, func(t Tally, e Scored, _ es.Meta) Tally { return e.Evolve(t) }))
	// App has one context.
	App = es.NewApp(es.Context{
		Name: "game", Aggregates: []es.Folder{Game}, Commands: []*es.CommandDecl{DoScore}, Views: []*es.ViewDecl{Tallies.ViewDecl},
	})
)

// note is as long as it takes to make an event about 300 bytes long.
var note = strings.Repeat("a note of the referee. ", 8)

// Sample is the i-th of the events that everything is measured with.
func Sample(i int) Scored {
	return Scored{
		Player: player(i), Points: 1 + i%7, Note: note,
		At: time.Date(2031, time.March, 4, 5, 6, 7, 89_000_000, time.UTC).Add(time.Duration(i) * time.Millisecond),
	}
}

// SampleCommand is a command that leads to an event of the same size.
func SampleCommand(game string, i int) Score {
	return Score{Game: game, Player: player(i), Points: 1 + i%7, Note: note}
}

func player(i int) string { return fmt.Sprintf("0192d3c8-5b1f-7cc3-98c4-%012d", i%16) }

// Record encodes samples as a store takes them.
func Record(from, n int) ([]es.Recorded, error) {
	samples := make([]es.Event[Tally], n)
	for i := range samples {
		samples[i] = Sample(from + i)
	}
	return Game.Record(samples)
}
