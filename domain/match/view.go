package match

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// Record is all that can be known of a match.
type Record struct {
	ID          string     `json:"id"`
	CreatedBy   string     `json:"createdBy"`
	Settings    Settings   `json:"settings"`
	Status      Status     `json:"status"`
	Players     []Scored   `json:"players"` // in order of joining
	Turns       []Turn     `json:"turns"`
	NextPlayer  string     `json:"nextPlayer,omitempty"`
	Deadline    *time.Time `json:"deadline,omitempty"` // of the next player's turn
	Winner      string     `json:"winner,omitempty"`
	ForfeitedBy string     `json:"forfeitedBy,omitempty"` // who did not move in time
	CreatedAt   time.Time  `json:"createdAt"`
	StartedAt   *time.Time `json:"startedAt,omitempty"`
	FinishedAt  *time.Time `json:"finishedAt,omitempty"` // or cancelled
}

// Settings are what was chosen when the match was created.
type Settings struct {
	Size       board.Size `json:"size"`
	Cells      int        `json:"cells"` // in a row, and in a column
	MaxPlayers int        `json:"maxPlayers"`
}

// Scored is a player with the number of cells owned so far.
type Scored struct {
	Player
	Score int `json:"score"`
}

// Turn is a line that was drawn.
type Turn struct {
	Line     board.Line   `json:"line"`
	Player   string       `json:"player"`
	Captured []board.Cell `json:"captured"`
	At       time.Time    `json:"at"`
}

// Records is the view of matches: by id, those that are open, and those of a player.
var Records = es.Project(
	"matches",
	es.Upon(Aggregate, func(_ Record, e Created, m es.Meta) Record {
		return Record{
			ID: m.Stream.ID(), CreatedBy: e.CreatedBy, Status: StatusNotStarted, CreatedAt: m.Time,
			Settings: Settings{Size: e.Size, Cells: e.Size.Cells(), MaxPlayers: MaxPlayers},
		}
	}),
	es.Upon(Aggregate, func(r Record, e Joined, _ es.Meta) Record {
		r.Players = append(slices.Clone(r.Players), Scored{Player: e.Player})
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Started, m es.Meta) Record {
		r.Status, r.StartedAt = StatusPlaying, &m.Time
		return r.next(e.FirstPlayer, m.Time)
	}),
	es.Upon(Aggregate, func(r Record, _ Cancelled, m es.Meta) Record {
		r.Status, r.FinishedAt = StatusCancelled, &m.Time
		return r
	}),
	es.Upon(Aggregate, Record.turnTaken),
	es.Upon(Aggregate, func(r Record, e Finished, m es.Meta) Record {
		r.Status, r.Winner, r.ForfeitedBy, r.FinishedAt = StatusFinished, e.Winner, e.ForfeitedBy, &m.Time
		return r.next("", m.Time)
	}),
).IndexedBy("open", Record.whileOpen).IndexedBy("player", Record.forEachPlayer)

func (r Record) turnTaken(e TurnTaken, m es.Meta) Record {
	r.Turns = append(slices.Clip(r.Turns), Turn{Line: e.Line, Player: e.Player, Captured: e.Captured, At: m.Time})
	r.Players = slices.Clone(r.Players)
	for i, p := range r.Players {
		if p.ID == e.Player {
			r.Players[i].Score += len(e.Captured)
		}
	}
	return r.next(e.NextPlayer, m.Time)
}

// next has a player's turn begin; nobody's after the last one.
func (r Record) next(player string, from time.Time) Record {
	r.NextPlayer, r.Deadline = player, nil
	if player != "" {
		deadline := from.Add(TurnTime)
		r.Deadline = &deadline
	}
	return r
}
