package handler

import (
	"context"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TimersAsked is what ListTimers takes.
type TimersAsked struct {
	Limit  int    `query:"limit"`
	Cursor string `query:"cursor"`
}

// TimersAnswer is what ListTimers answers.
type TimersAnswer struct {
	Items []Timer `json:"items"`
	Next  string  `json:"next,omitempty"` // the cursor of the next page; absent on the last
	Soon  int     `json:"soon,omitzero"`  // about how many more are due in some minutes, where those can only be counted
}

// Timer is a command that is sent at a time. Its input is left out: what is private could be in it.
type Timer struct {
	ID          string      `json:"id"` // of the command
	At          time.Time   `json:"at"`
	Command     string      `json:"command"`
	AggregateID es.StreamID `json:"aggregateId"`
	TraceID     string      `json:"traceId"`
	CausationID string      `json:"causationId,omitempty"`
	Invoker     string      `json:"invoker,omitempty"`
	Saga        string      `json:"saga,omitempty"` // that set it
}

// timersPage is the list that cursors of timers belong to.
var timersPage = engine.Page{Index: "timers"}

// Timers is the handler of [ListTimers].
func Timers(agenda engine.Agenda) HTTP {
	return reads(ListTimers, func(ctx context.Context, asked TimersAsked) (TimersAnswer, error) {
		after := ""
		if asked.Cursor != "" {
			var err error
			if after, err = openCursor(asked.Cursor, timersPage); err != nil {
				return TimersAnswer{}, err
			}
		}
		page, err := agenda.Upcoming(ctx, after, asked.Limit)
		if err != nil {
			return TimersAnswer{}, err
		}
		found := TimersAnswer{Items: []Timer{}, Soon: page.Soon}
		if page.Next != "" {
			found.Next = sealCursor(page.Next, timersPage)
		}
		for _, e := range page.Errands {
			found.Items = append(found.Items, Timer{
				ID: e.ID, At: e.Due, Command: e.Command, AggregateID: e.Stream, TraceID: e.TraceID, CausationID: e.CausationID,
				Invoker: e.Invoker.User, Saga: e.Saga,
			})
		}
		return found, nil
	})
}
