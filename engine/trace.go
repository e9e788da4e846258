package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/es"
)

// TraceTree is all that is known of what one request caused.
type TraceTree struct {
	TraceID  string      `json:"traceId"`
	Begun    time.Time   `json:"begun"`
	Took     int64       `json:"tookMs"` // until the last outcome
	Commands []*Decision `json:"commands"`
	Waiting  []Errand    `json:"waiting,omitempty"` // timers that are set
}

// Decision is a command with what came of it.
type Decision struct {
	CommandID string    `json:"commandId,omitempty"`
	Cause     string    `json:"cause,omitempty"` // an event as "stream@version" that is not in the tree
	After     int64     `json:"afterMs"`         // since the trace began
	Outcomes  []*Effect `json:"outcomes"`
}

// Effect is an event, or a refusal, with the commands that were sent upon it.
type Effect struct {
	Outcome
	Invoker  string      `json:"invoker,omitempty"`
	Commands []*Decision `json:"commands,omitempty"`
}

// NewTraceTree orders the outcomes of a trace, which come by time: each command with what came of it, below the event that
// it was sent upon. There must be at least one.
func NewTraceTree(outcomes []Outcome) *TraceTree {
	t := &TraceTree{TraceID: outcomes[0].TraceID, Begun: outcomes[0].Time}
	t.Took = outcomes[len(outcomes)-1].Time.Sub(t.Begun).Milliseconds()
	effects := map[string]*Effect{}
	var all []*Decision
	known := map[[2]string]*Decision{}
	for _, o := range outcomes {
		key := [2]string{o.CommandID, o.CausationID}
		d := known[key]
		if d == nil || o.CommandID == "" {
			d = &Decision{CommandID: o.CommandID, Cause: o.CausationID, After: o.Time.Sub(t.Begun).Milliseconds()}
			known[key], all = d, append(all, d)
		}
		e := &Effect{Outcome: o, Invoker: o.Invoker}
		d.Outcomes = append(d.Outcomes, e)
		effects[eventName(o.AggregateID, o.Version)] = e
	}
	for _, d := range all {
		if cause := effects[d.Cause]; cause != nil && !d.leadsTo(cause) {
			cause.Commands, d.Cause = append(cause.Commands, d), ""
		} else {
			t.Commands = append(t.Commands, d)
		}
	}
	return t
}

// leadsTo reports whether an effect is one of a command's, at any depth: what names itself as its cause has none in the tree.
func (d *Decision) leadsTo(e *Effect) bool {
	for _, own := range d.Outcomes {
		if own == e {
			return true
		}
		for _, next := range own.Commands {
			if next.leadsTo(e) {
				return true
			}
		}
	}
	return false
}

// eventName is an event as causes are named.
func eventName(stream es.StreamID, version uint64) string {
	return string(stream) + "@" + strconv.FormatUint(version, 10)
}

// TraceOf finds the trace of an event, named as "stream@version". It is empty when there is no such event.
func TraceOf(ctx context.Context, store Loader, event string) (traceID string, err error) {
	stream, at, _ := strings.Cut(event, "@")
	version, err := strconv.ParseUint(at, 10, 64)
	if err != nil || version == 0 {
		return "", es.Invalid("id", "%q is not an event's name, as in match-0192…@3", event)
	}
	// It may be inside of a commit.
	for c, err := range store.Load(ctx, es.StreamID(stream), version-min(version, MaxCommitEvents)) {
		if err != nil {
			return "", fmt.Errorf("look for %s: %w", event, err)
		}
		if c.Version <= version && version <= c.Last() {
			return c.TraceID, nil
		}
		if c.Version > version {
			break
		}
	}
	return "", nil
}

// SearchTrace looks through the feed for the trace of an id, which is a trace's or that of one of its commands. It gives what
// [Traces] would: outcomes by time. Seen is called now and then with how far it is.
func SearchTrace(ctx context.Context, log Log, id string, after uint64, seen func(position, end uint64)) ([]Outcome, error) {
	end, err := log.End(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the end of the feed: %w", err)
	}
	found, commands := []Outcome{}, ""
	for c, err := range CatchUp(ctx, log, after) {
		if err != nil {
			return nil, err
		}
		if c.TraceID == id {
			found = append(found, Outcomes(c.Commit, false)...)
		} else if c.CommandID == id {
			commands = c.TraceID
			break
		}
		if c.Position%followedCommits == 0 {
			seen(c.Position, end)
		}
	}
	if len(found) == 0 && commands != "" {
		return SearchTrace(ctx, log, commands, after, seen)
	}
	slices.SortStableFunc(found, func(a, b Outcome) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Version, b.Version)) })
	return found, nil
}

// Born is when a UUID that sorts by time was made, zero for any other id.
func Born(id string) time.Time {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return time.Time{}
	}
	seconds, nanoseconds := u.Time().UnixTime()
	return time.Unix(seconds, nanoseconds).UTC()
}
