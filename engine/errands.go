package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/internal/observe"
)

// The names of the queues of errands, and of who runs them.
const (
	TimersName = "timers"
	InboxName  = "inbox"
)

// ErrEarly is the error of an errand that came before it was due: to be brought again.
var ErrEarly = errors.New("it is not due yet")

// Errands runs errands: timers that are due, and commands for single writers.
type Errands struct {
	Commands *Commands
	Find     func(command string) *es.CommandDecl // nil for one that is not declared
	Gate     *Gate
}

// ErrNotExecuted is the refusal of a command that was accepted and then could not be executed, again and again.
var ErrNotExecuted = es.Conflict("NotExecuted", "this was accepted, but could not be executed; try again")

// Run executes an errand. What it answers with an error is to be brought again. A refusal is recorded, so that the invoker
// gets to know of it.
func (x *Errands) Run(ctx context.Context, e Errand, attempt int) error {
	if x.Commands.World.Time().Before(e.Due) {
		return ErrEarly
	}
	if err := x.waits(ctx, e); err != nil {
		return err
	}
	if attempt > 1 || e.Saga != "" { // a timer is set again when its saga reacts again
		log, act, err := x.refusals(ctx, e)
		if err != nil {
			return err
		}
		if _, refused := log.state[act]; refused {
			return nil
		}
	}
	err := x.execute(ctx, e)
	var refusal *es.Rejection
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrContended) && (e.Saga != "" || attempt < limits.ErrandTries):
		return err
	case errors.As(err, &refusal):
		return x.refuse(ctx, e, refusal)
	case e.Saga == "" && attempt >= limits.ErrandTries && !passes(err):
		slog.ErrorContext(ctx, "command given up", "error", err)
		return x.refuse(ctx, e, ErrNotExecuted)
	default:
		return err
	}
}

// waits gives [ErrMoving] for a timer of a store whose writes are stopping: it is for the store that takes its place.
func (x *Errands) waits(ctx context.Context, e Errand) error {
	if e.Due.IsZero() {
		return nil
	}
	move, err := x.Gate.Move(ctx)
	if err == nil && move.Writes() != WritesOpen {
		err = ErrMoving
	}
	return err
}

func (x *Errands) execute(ctx context.Context, e Errand) error {
	decl := x.Find(e.Command)
	if decl == nil {
		return &es.Fault{Doing: "run an errand", Err: fmt.Errorf("the command %q is not declared", e.Command)}
	}
	command, err := decl.Decode(e.Input)
	if err != nil {
		return &es.Fault{Doing: "read an errand of " + e.Command, Err: err}
	}
	trace, end := observe.Begin(ctx, e.span())
	result, err := x.Commands.Execute(ctx, Request{
		Decl: decl, Command: command, ID: e.ID, TraceID: e.TraceID, Causation: e.CausationID, Cause: e.Due,
		Invoker: e.Invoker, Trace: trace,
	})
	end(told(result, err))
	return err
}

func (x *Errands) refuse(ctx context.Context, e Errand, refusal *es.Rejection) error {
	log, act, err := x.refusals(ctx, e)
	if err != nil {
		return err
	}
	return log.record(ctx, es.CommandRejected{
		Command: e.Command, AggregateID: e.Stream, CausationID: e.CausationID, Act: act, Rejection: refusal,
	}, es.Origin{TraceID: e.TraceID, CausationID: e.CausationID, Invoker: e.Invoker.User, Trace: e.Trace})
}

// refusals is where an errand's refusal is recorded, and as which act.
func (x *Errands) refusals(ctx context.Context, e Errand) (log *refusals, act string, err error) {
	sender, act, cause := e.Saga, e.Act, e.Stream
	if sender == "" {
		sender, act = InboxName, e.ID
	} else if stream, _, ok := strings.Cut(e.CausationID, "@"); ok {
		cause = es.StreamID(stream)
	}
	log, err = openRefusals(ctx, x.Commands, sender, cause)
	return log, act, err
}
