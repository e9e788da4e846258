// Package horizon is the domain of package score, written for looplab/eventhorizon.
package horizon

import (
	"context"
	"errors"
	"fmt"
	"time"

	eh "github.com/looplab/eventhorizon"
	"github.com/looplab/eventhorizon/aggregatestore/events"
	"github.com/looplab/eventhorizon/uuid"

	"github.com/foldstream/foldstream/bench/score"
)

// The names that eventhorizon goes by.
const (
	GameType   eh.AggregateType = "game"
	ScoredType eh.EventType     = "Scored"
	ScoreType  eh.CommandType   = "score"
)

// Scored is the event's data. Eventhorizon wants a pointer, so that it cannot be score.Scored.
type Scored struct {
	Player string    `json:"player"`
	Points int       `json:"points"`
	At     time.Time `json:"at"`
	Note   string    `json:"note"`
}

// Sample is score.Sample for eventhorizon.
func Sample(i int) *Scored {
	s := Scored(score.Sample(i))
	return &s
}

// Score is the command.
type Score struct {
	ID     uuid.UUID
	Player string
	Points int
	Note   string
}

// AggregateID implements eh.Command.
func (c *Score) AggregateID() uuid.UUID { return c.ID }

// AggregateType implements eh.Command.
func (c *Score) AggregateType() eh.AggregateType { return GameType }

// CommandType implements eh.Command.
func (c *Score) CommandType() eh.CommandType { return ScoreType }

// Game is the aggregate.
type Game struct {
	*events.AggregateBase
	Tally score.Tally
}

// NewGame makes the aggregate without its events.
func NewGame(id uuid.UUID) *Game { return &Game{AggregateBase: events.NewAggregateBase(GameType, id)} }

// HandleCommand implements eh.CommandHandler.
func (g *Game) HandleCommand(_ context.Context, command eh.Command) error {
	c, ok := command.(*Score)
	if !ok {
		return fmt.Errorf("%T is no command of a game", command)
	}
	if c.Points < 1 {
		return errors.New("a score has at least one point")
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	g.AppendEvent(ScoredType, &Scored{Player: c.Player, Points: c.Points, At: now, Note: c.Note}, now)
	return nil
}

// ApplyEvent implements events.VersionedAggregate.
func (g *Game) ApplyEvent(_ context.Context, e eh.Event) error {
	data, ok := e.Data().(*Scored)
	if !ok {
		return fmt.Errorf("%T is no event of a game", e.Data())
	}
	g.Tally = score.Scored(*data).Evolve(g.Tally)
	return nil
}

// Register tells eventhorizon of the types, as it wants to be told: once in a process.
func Register() {
	eh.RegisterAggregate(func(id uuid.UUID) eh.Aggregate { return NewGame(id) })
	eh.RegisterEventData(ScoredType, func() eh.EventData { return &Scored{} })
}
