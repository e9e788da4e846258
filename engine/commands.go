package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/internal/observe"
)

// Commands executes commands: load, fold, decide, append. Ports that none of its commands needs may be nil.
type Commands struct {
	Store     EventStore
	Memory    *Memory   // of folded states; nil to load every time
	Snapshots Snapshots // nil to fold from the beginning
	Leases    Leases    // for aggregates with a single writer
	Inbox     Inbox     // likewise, for [Commands.Enqueue]
	Secrets   Secrets   // for commands that use the secret
	World     World
}

// Request is a command with where it comes from.
type Request struct {
	Decl      *es.CommandDecl
	Command   any       // of type Decl.Input
	ID        string    // of the command: a UUID. A second request with the id of a first one gets the first one's outcome.
	Fresh     bool      // whether the id was made just now, so that there cannot have been a first one
	Cause     time.Time // of the event that caused the command; zero for a request
	TraceID   string
	Causation string // the event that caused the command, when it is a saga's
	Invoker   es.Identity
	Trace     string // X-Ray trace header, may be empty
}

// Result is what became of a command that was not refused.
type Result struct {
	Stream   es.StreamID
	Version  uint64 // of the stream behind the command's last event
	TraceID  string // of the request that caused the events: of the first one when this repeats it
	Answer   any    // what the command adds to the answer; nil for most
	Repeated bool
}

var betweenDecisions = Backoff{First: 10 * time.Millisecond, Longest: limits.LongestPause}

// ErrContended is the refusal of a command that lost every race for its stream.
var ErrContended = es.Conflict("Contended", "too many others are changing this at the same moment; try again")

// Execute carries out a command and gives its result, or an error: an *es.Rejection when the command was refused, and
// else what went wrong. When somebody else changes the stream in the meantime the command is decided again on the fresh
// state. A refusal is never based on a remembered state.
func (x *Commands) Execute(ctx context.Context, r Request) (Result, error) {
	ctx, r, done := begun(ctx, r)
	result, err := x.execute(ctx, r)
	done(result, err)
	return result, err
}

func (x *Commands) execute(ctx context.Context, r Request) (Result, error) {
	if err := Authorize(r.Decl.Role, r.Invoker); err != nil {
		return Result{}, err
	}
	if err := r.Decl.Validate(r.Command); err != nil {
		return Result{}, err
	}
	e := execution{Commands: x, Request: r, env: x.World.env(r)}
	if unique, ok := r.Decl.Lookup(r.Command); ok {
		holder, err := x.holder(ctx, unique)
		if err != nil {
			return Result{}, err
		}
		e.Command = r.Decl.At(r.Command, holder.state.Owner.ID())
		if holder.state.Owner == "" {
			return e.refuseUnheld()
		}
	}
	e.stream = r.Decl.StreamOf(e.Command)
	e.traits = r.Decl.Aggregate.Traits()
	if r.Decl.Secret {
		var err error
		if e.env.Secret, err = secretFor(ctx, x.Secrets, r.Decl.Name); err != nil {
			return Result{}, err
		}
	}
	if e.traits.Writing == es.Single {
		return e.alone(ctx)
	}
	return e.run(ctx)
}

// Authorize refuses an invoker without the role; an empty role lets everybody in.
func Authorize(role string, invoker es.Identity) error {
	switch {
	case role == "" || invoker.Has(role):
		return nil
	case invoker.User == "":
		return ErrUnauthenticated
	default:
		return &es.Rejection{Code: ErrForbidden.Code, Kind: ErrForbidden.Kind, Detail: fmt.Sprintf("this takes the role %q", role)}
	}
}

var (
	// ErrUnauthenticated refuses whoever is not signed in.
	ErrUnauthenticated = es.Unauthenticated("Unauthenticated", "sign in first")
	// ErrForbidden refuses whoever lacks a role.
	ErrForbidden = es.Forbidden("Forbidden", "this takes another role")
)

var errTooLarge = &es.Rejection{Code: "TooLarge", Kind: es.KindInvalid, Detail: "this would record more than one commit holds"}

// execution is one command on its way.
type execution struct {
	*Commands
	Request
	env    es.Env
	stream es.StreamID
	traits es.Traits
	token  uint64               // of the lease under which it appends, 0 for none
	known  remembered           // the stream's state as it is known so far
	fresh  bool                 // whether known was read from the store for this decision
	unique map[es.Unique]holder // of the values that the command claims or releases, as far as they had to be read
}

// refuseUnheld decides a command whose unique value nobody holds. It has no stream, so that it can only be refused.
func (e *execution) refuseUnheld() (Result, error) {
	if _, err := e.Decl.Decide(nil, e.Command, e.env); err != nil {
		return Result{}, err
	}
	if _, err := e.Decl.Answer(nil, e.Command, e.env); err != nil {
		return Result{}, err
	}
	return Result{}, &es.Fault{Doing: "execute " + e.Decl.Name, Err: errors.New("it was decided for an aggregate that does not exist")}
}

func (e *execution) run(ctx context.Context) (Result, error) {
	if e.traits.Writing != es.Plain { // who decides only once must not do so on a state that may be stale
		e.known = e.Memory.get(e.Decl.Aggregate, e.stream)
	}
	if e.known.partial && !e.Fresh {
		e.known = remembered{}
	}
	if e.known.head.Version() == 0 {
		if err := e.reload(ctx); err != nil {
			return Result{}, err
		}
	}
	for attempt := range limits.Decisions {
		if version, repeated := e.known.find(e.ID); repeated {
			return e.repeat(ctx, version)
		}
		done, err := e.attempt(ctx)
		if err != nil {
			return Result{}, err
		}
		if done {
			return e.result(e.known.head.Version(), e.TraceID, false)
		}
		observe.Retries.Record(ctx, 1)
		if attempt > 0 {
			if err := betweenDecisions.Pause(ctx, attempt); err != nil {
				return Result{}, err
			}
		}
	}
	slog.WarnContext(ctx, "command gave up", "stream", e.stream, "attempts", limits.Decisions)
	return Result{}, ErrContended
}

// attempt decides once and appends. It is not done when the decision has to be made again.
func (e *execution) attempt(ctx context.Context) (done bool, err error) {
	if err := e.ask(ctx); err != nil {
		return false, err
	}
	decision, err := e.Decl.Decide(e.known.state, e.Command, e.env)
	if err != nil || len(decision.Events) == 0 {
		if e.fresh {
			return err == nil, err
		}
		return false, e.reload(ctx)
	}
	if len(decision.Events) > MaxCommitEvents {
		return false, errTooLarge
	}
	drafts, err := e.drafts(ctx, decision)
	if err != nil {
		return false, err
	}
	var conflict *Conflict
	switch err := e.Store.Append(ctx, drafts...); {
	case err == nil:
		return true, e.remember(drafts[0].Commit())
	case errors.As(err, &conflict):
		return false, e.resolve(ctx, conflict, decision)
	case errors.Is(err, ErrTooLarge):
		return false, errTooLarge
	default:
		return false, fmt.Errorf("append to %s: %w", e.stream, err)
	}
}

// resolve brings what is known up to date after a conflict, so that the command can be decided again, by whom that is
// allowed. The commit in the way may be the command's own, when the answer to an append was lost.
func (e *execution) resolve(ctx context.Context, conflict *Conflict, decision es.Decision) error {
	observe.Conflicts.Record(ctx, 1)
	if conflict.Stream != e.stream {
		return e.resolveUnique(ctx, decision)
	}
	e.fresh, e.Fresh = false, false
	var err error
	c := conflict.Commit
	if len(c.Events) > 0 && c.Version == e.known.head.Version()+1 {
		err = e.remember(c)
	} else {
		err = e.reload(ctx)
	}
	if err == nil && c.Closes() {
		return e.goOn(ctx, c)
	}
	if _, own := e.known.find(e.ID); err != nil || own || e.traits.Writing != es.Plain {
		return err
	}
	return ErrContended
}

// goOn reads on in the era behind a tombstone. Who decides once does not compete with what only carries the state over.
func (e *execution) goOn(ctx context.Context, tombstone es.Commit) error {
	if err := e.reload(ctx); err != nil || e.traits.Writing != es.Plain {
		return err
	}
	if _, own := e.known.find(e.ID); own || e.known.last != nil && e.known.last.version == tombstone.Last()+1 {
		return nil
	}
	return ErrContended
}

// ask puts into the command what it wants to know of other aggregates. It comes behind the loading of the command's own
// stream and before each decision: what is asked is never older than what is decided on, which decisions rely on.
func (e *execution) ask(ctx context.Context) error {
	for _, ask := range e.Decl.Asks {
		stream, asks := ask.StreamOf(e.Command)
		if !asks {
			continue
		}
		state, err := e.State(ctx, ask.Aggregate, stream)
		if err != nil {
			return err
		}
		e.Command = ask.Told(e.Command, state)
	}
	return nil
}

// reload reads what has been appended behind the known state.
func (e *execution) reload(ctx context.Context) (err error) {
	if e.known.head.Version() == 0 {
		e.known, err = e.load(ctx, e.Decl.Aggregate, e.stream, e.Fresh)
	} else {
		e.known, err = e.loadRest(ctx, e.Decl.Aggregate, e.stream, e.known)
	}
	if err != nil {
		return err
	}
	e.fresh = true
	e.Memory.put(e.Decl.Aggregate, e.stream, e.known)
	return nil
}

func (e *execution) remember(c es.Commit) error {
	if err := e.known.fold(e.Decl.Aggregate, c); err != nil {
		return err
	}
	e.Memory.put(e.Decl.Aggregate, e.stream, e.known)
	return nil
}

// repeat answers a command that has been executed before as it was answered then.
func (e *execution) repeat(ctx context.Context, version uint64) (Result, error) {
	for c, err := range ReadState(ctx, e.Store, e.stream, version-1) {
		if err == nil {
			err = e.ask(ctx)
		}
		if err != nil {
			return Result{}, err
		}
		if c.Version != version { // it has been archived: what it was caused by is not known here
			return e.result(e.known.head.Version(), e.TraceID, true)
		}
		return e.result(c.Last(), c.TraceID, true)
	}
	return Result{}, &es.Fault{Doing: "repeat " + e.Decl.Name, Err: fmt.Errorf("%s has no commit at version %d", e.stream, version)}
}

func (e *execution) result(version uint64, traceID string, repeated bool) (Result, error) {
	answer, err := e.Decl.Answer(e.known.state, e.Command, e.env)
	if err != nil {
		return Result{}, err
	}
	return Result{Stream: e.stream, Version: version, TraceID: traceID, Answer: answer, Repeated: repeated}, nil
}

func (e *execution) origin() es.Origin {
	return es.Origin{
		CommandID: e.ID, TraceID: e.TraceID, CausationID: e.Causation,
		Invoker: e.Invoker.User, Time: e.env.Now, Trace: e.Trace,
	}
}
