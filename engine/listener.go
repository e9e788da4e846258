package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Listener tells those who listen what they hear. Each event is told once to each of them, however often it is delivered;
// what a stream does between the event that made somebody listen and the moment that this is known is told as well.
type Listener struct {
	Decl     *es.Listener
	Commands *Commands
	Timers   Timers
}

// Consumer makes the listener a consumer.
func (l *Listener) Consumer(checkpoints Checkpoints, lot ParkingLot) *Consumer {
	a := &audiences{sender: &sender{Commands: l.Commands, name: l.Decl.Name, timers: l.Timers}, decl: l.Decl}
	return a.consumer(checkpoints, lot, a.react)
}

// audiences is a listener at work.
type audiences struct {
	*sender
	decl *es.Listener
}

func (a *audiences) react(ctx context.Context, c es.Commit, i int) error {
	if c.Stream.Category() == es.Audiences.Category() {
		return a.attend(ctx, c, i)
	}
	if !a.decl.CanHear(c, i) {
		return nil
	}
	for _, target := range es.Targets(c.Stream, c.Events[i].Type) {
		audience, err := a.of(ctx, target)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(audience)) {
			if err := a.tell(ctx, target, id, audience[id], c, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *audiences) of(ctx context.Context, target string) (es.Audience, error) {
	state, err := a.State(ctx, es.Audiences, a.decl.AudienceOf(target))
	audience, _ := state.(es.Audience)
	return audience, err
}

// tell tells somebody about an event, if they listen.
func (a *audiences) tell(ctx context.Context, target, id string, who es.Listens, c es.Commit, i int) error {
	if c.Time.Before(who.Since) {
		return nil
	}
	heard, err := a.decl.Heard(c, i)
	if err != nil {
		return err
	}
	if who.Count > 0 {
		if who, err = a.count(ctx, target, id, c, i); err != nil {
			return err
		}
	}
	heard.Nth = who.Nth(eventRef(c, i))
	if who.Count > 0 && heard.Nth == 0 || who.Count == 0 && who.Ended {
		return nil
	}
	return a.send(ctx, target, id, heard, c, i)
}

// send sends one listener's command. Its refusal is that listener's affair.
func (a *audiences) send(ctx context.Context, target, id string, heard es.Heard, c es.Commit, i int) error {
	who := es.Listening{ID: id, Stream: es.StreamID(target)}
	if name, ok := es.EventTarget(target); ok {
		who = es.Listening{ID: id, Event: name}
	}
	act := es.Act{Send: a.decl.Tells, Command: a.decl.Hear(who, heard), Name: target + "/" + id}
	return a.carryOut(ctx, c, i, []es.Act{act})
}

// count has an event counted before it is told, so that the place that it has among the others is the same for ever.
func (a *audiences) count(ctx context.Context, target, id string, c es.Commit, i int) (es.Listens, error) {
	act := es.Send(es.DoCountHeard, es.CountHeard{Listener: a.name, Target: target, ID: id, Event: eventRef(c, i)})
	act.Name = target + "/" + id + "/count"
	if err := a.carryOut(ctx, c, i, []es.Act{act}); err != nil {
		return es.Listens{}, err
	}
	audience, err := a.of(ctx, target)
	return audience[id], err
}

// attend follows an audience: it catches up for who has begun to listen, and tells who waited in vain.
func (a *audiences) attend(ctx context.Context, c es.Commit, i int) error {
	target, mine := strings.CutPrefix(c.Stream.ID(), a.name+".")
	if !mine {
		return nil
	}
	event, err := es.Audiences.Read(c, i)
	if err != nil {
		return err
	}
	switch e := event.(type) {
	case es.ListeningStarted:
		return a.begin(ctx, target, e, c, i)
	case es.ListeningEnded:
		if e.Reason == es.TimedOut {
			return a.send(ctx, target, e.ID, es.Heard{TimedOut: true, Time: c.Time}, c, i)
		}
	}
	return nil
}

// begin sets the timer of who has begun to listen, and tells them what a stream has done since.
func (a *audiences) begin(ctx context.Context, target string, e es.ListeningStarted, c es.Commit, i int) error {
	if !e.Until.IsZero() {
		end := es.StopListening{Listener: a.name, Target: target, ID: e.ID, Reason: es.TimedOut}
		if err := a.carryOut(ctx, c, i, []es.Act{es.Send(es.DoStopListening, end).At(e.Until)}); err != nil {
			return err
		}
	}
	if _, anywhere := es.EventTarget(target); anywhere {
		return nil
	}
	audience, err := a.of(ctx, target)
	if err != nil {
		return err
	}
	before, err := a.before(ctx, es.StreamID(target), e.Since)
	if err != nil {
		return err
	}
	for past, err := range Read(ctx, a.Store, es.StreamID(target), before) {
		if err != nil {
			return err
		}
		for j := range past.Events {
			if !a.decl.CanHear(past, j) {
				continue
			}
			if err := a.tell(ctx, target, e.ID, audience[e.ID], past, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// skew is how far the clocks of those who append to one stream may be apart.
const skew = time.Minute

// before finds a version of a stream behind which everything is that has happened since a time. It looks at the end of the
// stream, which is where the time nearly always lies, and further and further back.
func (a *audiences) before(ctx context.Context, stream es.StreamID, since time.Time) (uint64, error) {
	for n, seen := 32, 0; ; n *= 8 {
		tail, err := a.Store.Tail(ctx, stream, n)
		switch {
		case err != nil:
			return 0, fmt.Errorf("look back in %s: %w", stream, err)
		case len(tail) > 0 && tail[0].Time.Before(since.Add(-skew)):
			return tail[0].Last(), nil
		case len(tail) == seen || tail[0].Version == 1: // there is no more, or no more fits into one answer
			return 0, nil
		}
		seen = len(tail)
	}
}
