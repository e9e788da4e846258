package subscription

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// hearing listens on a socket all the time, so that whoever is slow with a page holds nothing up: there is one answer at a
// time, and being told twice that the feed goes on is being told once.
type hearing struct {
	answers  chan answered
	advanced chan struct{}
	ended    chan struct{} // closed when there is nothing more to hear, for the reason err
	err      error
	parts    strings.Builder // of the page that is coming in parts
}

type answered struct {
	page engine.LogPage
	err  error
}

func newHearing() *hearing {
	return &hearing{answers: make(chan answered, 1), advanced: make(chan struct{}, 1), ended: make(chan struct{})}
}

func (h *hearing) run(ctx context.Context, socket *client.Socket) {
	defer close(h.ended)
	for h.err == nil {
		text, err := socket.Read(ctx)
		if err == nil {
			err = h.hear(ctx, text)
		}
		h.err = err
	}
}

// hear takes a message. What is none of the feed's is none of its business.
func (h *hearing) hear(ctx context.Context, text []byte) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := es.Decode(text, &kind); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	switch kind.Type {
	case "Feed":
		return h.page(ctx, text)
	case "FeedPart":
		return h.part(ctx, text)
	case "Problem":
		return h.problem(ctx, text)
	case "Advanced":
		select {
		case h.advanced <- struct{}{}:
		default:
		}
	}
	return nil
}

func (h *hearing) page(ctx context.Context, text []byte) error {
	var told handler.FeedPage
	if err := es.Decode(text, &told); err != nil {
		return fmt.Errorf("read a page: %w", err)
	}
	page := engine.LogPage{From: told.From, To: told.To, End: told.End}
	for _, c := range told.Items {
		page.Commits = append(page.Commits, commitOf(c))
	}
	return h.answer(ctx, answered{page: page})
}

// commitOf is the commit that is told. Data that stays inside is not there.
func commitOf(told handler.LoggedCommit) es.Positioned {
	c := es.Commit{
		Stream: told.AggregateID, Version: told.Version, Era: told.Era,
		Origin: es.Origin{
			CommandID: told.CommandID, TraceID: told.TraceID, CausationID: told.CausationID, Invoker: told.Invoker, Time: told.Time,
		},
	}
	for _, e := range told.Events {
		c.Events = append(c.Events, es.Recorded{Type: e.Type, Schema: e.Schema, Data: e.Data})
	}
	return es.Positioned{Position: told.Position, Commit: c}
}

// part puts the parts of a page together, which come in order.
func (h *hearing) part(ctx context.Context, text []byte) error {
	var part handler.FeedPart
	if err := es.Decode(text, &part); err != nil {
		return fmt.Errorf("read a part of a page: %w", err)
	}
	if part.Part == 1 {
		h.parts.Reset()
	}
	h.parts.WriteString(part.Text)
	if part.Part < part.Parts {
		return nil
	}
	return h.page(ctx, []byte(h.parts.String()))
}

// problem answers with why there is no page. One that the caller's way of asking has will not go away.
func (h *hearing) problem(ctx context.Context, text []byte) error {
	var told handler.Notice
	if err := es.Decode(text, &told); err != nil || told.Payload == nil {
		return fmt.Errorf("read a problem: %w", errors.Join(err, errors.New("it says nothing")))
	}
	err := error(&client.Error{Problem: *told.Payload})
	switch {
	case told.Payload.Code == handler.ErrBehindTheEnd.Code:
		err = errors.Join(ErrGap, err)
	case isRefusal(err, http.StatusBadRequest, http.StatusForbidden, http.StatusConflict):
		err = errors.Join(ErrRefused, err)
	}
	return h.answer(ctx, answered{err: err})
}

func (h *hearing) answer(ctx context.Context, a answered) error {
	select {
	case h.answers <- a:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
