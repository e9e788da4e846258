package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/client/posted"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// stage is where a story plays.
type stage struct {
	url      string        // of the API
	socket   string        // its WebSocket
	searches bool          // whether it can search
	outbox   posted.Box    // of the mails and texts that it sends; nil if that is not known
	patience time.Duration // for one story
	tag      string        // makes names new, where the same story has been played before
}

// anew is the stage for another story.
func (s stage) anew() stage {
	id := engine.NewID()
	s.tag = id[len(id)-8:]
	return s
}

// person is a client of the API that hears its outcomes.
type person struct {
	*client.Client
	id, name string
	socket   *client.Socket
	missed   []engine.Outcome // heard when something else was awaited
}

// signUp registers somebody with an e-mail address.
func (s stage) signUp(ctx context.Context, name string) (*person, error) {
	email := fmt.Sprintf("%s.%s@example.com", strings.ToLower(name), s.tag)
	c, issued, err := (&client.Client{Base: s.url}).SignUp(ctx, email, "correct horse battery staple")
	if err != nil {
		return nil, err
	}
	return s.listening(ctx, &person{Client: c, id: issued.UserID, name: name})
}

// listening opens somebody's WebSocket.
func (s stage) listening(ctx context.Context, p *person) (*person, error) {
	var err error
	p.socket, err = p.Connect(ctx, s.socket)
	return p, err
}

// hear waits for an outcome of a type, which may have been heard before, and prints what comes.
func (p *person) hear(ctx context.Context, kind string, isIt func(engine.Outcome) bool) (engine.Outcome, error) {
	wanted := func(o engine.Outcome) bool { return o.Type == kind && isIt(o) }
	if i := slices.IndexFunc(p.missed, wanted); i >= 0 {
		o := p.missed[i]
		p.missed = slices.Delete(p.missed, i, i+1)
		return o, nil
	}
	for {
		o, err := p.socket.Next(ctx)
		if err != nil {
			return o, fmt.Errorf("%s waited for %s: %w", p.name, kind, err)
		}
		fmt.Printf("  %-6s hears %-17s v%-3d %.110s\n", p.name, o.Type, o.Version, o.Payload)
		if wanted(o) {
			return o, nil
		}
		p.missed = append(p.missed, o)
	}
}

func everything(engine.Outcome) bool { return true }

// of is about the outcomes of one request.
func of(traceID string) func(engine.Outcome) bool {
	return func(o engine.Outcome) bool { return o.TraceID == traceID }
}

// trace waits until the trace of a request holds outcomes of all these types, and prints it.
func (p *person) trace(ctx context.Context, traceID string, types ...string) error {
	var found handler.TraceAnswer
	err := until(ctx, fmt.Sprintf("the trace holds %v", types), func() (bool, error) {
		err := p.Get(ctx, "/traces/"+traceID, &found)
		if refusal := (*client.Error)(nil); errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
			return false, nil // nothing has come of it yet
		}
		return err == nil && !slices.ContainsFunc(types, func(kind string) bool {
			return !slices.ContainsFunc(found.Outcomes, func(o engine.Outcome) bool { return o.Type == kind })
		}), err
	})
	if err != nil {
		return err
	}
	fmt.Printf("  GET /traces/%s\n", traceID)
	for _, o := range found.Outcomes {
		fmt.Printf("    %-22s v%-3d %.110s\n", o.Type, o.Version, o.Payload)
	}
	return nil
}

// until asks again and again, until something is so that others bring about.
func until(ctx context.Context, what string, holds func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if so, err := holds(); so || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, ctx.Err())
		}
	}
}

// refused checks that the API has refused something with a code, and prints it.
func refused(err error, code string) error {
	if err == nil {
		return fmt.Errorf("this was not refused with %s", code)
	}
	var refusal *client.Error
	if !errors.As(err, &refusal) {
		return fmt.Errorf("this was not refused with %s: %w", code, err)
	}
	// API Gateway refuses who lacks a role before the system can, and gives no code.
	if refusal.Code == "" && refusal.Status == http.StatusForbidden && code == engine.ErrForbidden.Code {
		fmt.Printf("  refused: 403 %s (by API Gateway)\n", code)
		return nil
	}
	if refusal.Code != code {
		return fmt.Errorf("this was not refused with %s: %w", code, err)
	}
	fmt.Printf("  refused: %d %s (%s)\n", refusal.Status, refusal.Code, refusal.Detail)
	return nil
}

// is checks a value that the story knows.
func is[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, and should be %v", what, got, want)
	}
	return nil
}

// inTurn plays scenes until one fails.
func inTurn(ctx context.Context, scenes ...func(context.Context) error) error {
	for _, scene := range scenes {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	return nil
}
