package handler

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// EventsAsked is what ListEvents takes.
type EventsAsked struct {
	After    *uint64 `query:"after"`
	Before   *uint64 `query:"before"`
	Limit    int     `query:"limit"`
	Category string  `query:"category"`
	Stream   string  `query:"stream"`
	Type     string  `query:"type"`
	Trace    string  `query:"trace"`
	Wait     bool    `query:"wait"` // until there is something behind After, for at most [MaxWait]
}

func (a EventsAsked) check() error {
	switch {
	case a.After != nil && a.Before != nil:
		return es.Invalid("before", "a page is after a position or before one, not both")
	case a.Wait && a.After == nil:
		return es.Invalid("wait", "say after which position to wait for something")
	default:
		return nil
	}
}

// EventsAnswer is what ListEvents answers.
type EventsAnswer struct {
	Items []LoggedCommit `json:"items"` // by position
	From  uint64         `json:"from"`  // the positions that were examined, both included: none when from is behind to
	To    uint64         `json:"to"`
	End   uint64         `json:"end"` // of the feed
}

// LoggedCommit is a commit at its place in the feed.
type LoggedCommit struct {
	Position    uint64        `json:"position"`
	AggregateID es.StreamID   `json:"aggregateId"`
	Version     uint64        `json:"version"`      // of the first event
	Era         int           `json:"era,omitzero"` // of the stream
	TraceID     string        `json:"traceId"`
	CommandID   string        `json:"commandId"`
	CausationID string        `json:"causationId,omitempty"`
	Invoker     string        `json:"invoker,omitempty"`
	Time        time.Time     `json:"time"`
	Events      []LoggedEvent `json:"events"`
}

// LoggedEvent is an event of a commit.
type LoggedEvent struct {
	Version uint64         `json:"version"`
	Type    string         `json:"type"`
	Data    jsontext.Value `json:"data,omitzero"`   // as it was recorded; absent when it is private
	Schema  int            `json:"schema,omitzero"` // version of its shape
}

// logged describes a commit.
func logged(c es.Positioned, private bool) LoggedCommit {
	l := LoggedCommit{
		Position: c.Position, AggregateID: c.Stream, Version: c.Version, Era: c.Era, TraceID: c.TraceID, CommandID: c.CommandID,
		CausationID: c.CausationID, Invoker: c.Invoker, Time: c.Time,
	}
	for i, e := range c.Events {
		event := LoggedEvent{Version: c.Version + uint64(i), Type: e.Type, Data: e.Data, Schema: e.Schema}
		if private {
			event.Data, event.Schema = nil, 0
		}
		l.Events = append(l.Events, event)
	}
	return l
}

// Events is the handler of [ListEvents].
func Events(log engine.Log, catalogue es.Catalogue) HTTP {
	return reads(ListEvents, func(ctx context.Context, asked EventsAsked) (EventsAnswer, error) {
		if err := asked.check(); err != nil {
			return EventsAnswer{}, err
		}
		if asked.Wait {
			if err := awaitEnd(ctx, log, *asked.After); err != nil {
				return EventsAnswer{}, err
			}
		}
		page, err := engine.ReadLog(ctx, log, engine.LogQuery{
			After: asked.After, Before: asked.Before, Stream: es.StreamID(asked.Stream), Categories: named(asked.Category),
			Types: named(asked.Type), TraceID: asked.Trace, Limit: asked.Limit, Bytes: MaxListedBytes,
		})
		if err != nil {
			return EventsAnswer{}, err
		}
		found := EventsAnswer{Items: []LoggedCommit{}, From: page.From, To: page.To, End: page.End}
		for _, c := range page.Commits {
			found.Items = append(found.Items, logged(c, catalogue.IsPrivate(c.Stream.Category())))
		}
		return found, nil
	})
}

// named is a list of what is named, if anything is.
func named(one string) []string {
	if one == "" {
		return nil
	}
	return []string{one}
}

// awaitEnd waits for the feed to have something behind a position, for a while.
func awaitEnd(ctx context.Context, feed engine.Feed, after uint64) error {
	return await(ctx, func() (bool, error) {
		end, err := feed.End(ctx)
		return end > after, err
	})
}
