package es

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Listener declares that aggregates can listen, each to streams or to events of its own choice: it sends them a command
// with what was heard. Who listens is known at run time only, by [Listener.Listen]; what there is to be heard is declared.
type Listener struct {
	Name    string       // kebab-case; names the event handler's Lambda and queue
	Tells   *CommandDecl // the command that it sends
	Listens []string     // categories
	Events  []string     // wire names
	hear    func(Listening, Heard) any
	ears    map[string]Ear // by category and wire name
}

// Hearing is a command that a listener sends. Hear makes it, from the command's zero value.
type Hearing[C any] interface{ Hear(Listening, Heard) C }

// Listening is one who listens: to a stream, or to the events of a name wherever they happen.
type Listening struct {
	ID      string        // of who listens, once for each listener and target: who has stopped does not begin again
	Stream  StreamID      // the target, or
	Event   string        // its wire name
	Count   int           // of events after which the listening ends; 0 for any number
	Timeout time.Duration // after which it ends; 0 for never
}

// Heard is an event that a listener heard, or that it has waited in vain.
type Heard struct {
	Stream   StreamID
	Version  uint64
	Type     string // wire name
	Event    any    // of the type that is declared with [Hears]
	Time     time.Time
	Nth      int  // of the events that it counts; 0 when it does not count
	TimedOut bool // there is no event
}

// Ear is an event that a listener can hear. It is made by [Hears].
type Ear struct {
	category, event string
	read            func(Recorded) (any, error)
}

// Hears declares an event that can be listened to.
func Hears[E Event[S], S any](a *Aggregate[S]) Ear {
	t, known := a.byType[reflect.TypeFor[E]()]
	if !known {
		panic(fmt.Sprintf("es.Hears: %v is not an event of %s", reflect.TypeFor[E](), a.category))
	}
	return Ear{category: a.category, event: t.name, read: func(r Recorded) (any, error) { return readAs[E](t.past, r) }}
}

// NewListener declares a listener. The command's input must be a [Hearing] of itself.
func NewListener(name string, tells *CommandDecl, ears ...Ear) *Listener {
	l := &Listener{Name: name, Tells: tells, hear: tells.hear, Listens: []string{Audiences.category}, ears: map[string]Ear{}}
	if l.hear == nil {
		panic(fmt.Sprintf("es.NewListener(%q): %v has no method Hear(es.Listening, es.Heard) that gives one", name, tells.Input))
	}
	for _, e := range ears {
		if !slices.Contains(l.Listens, e.category) {
			l.Listens = append(l.Listens, e.category)
		}
		l.Events = append(l.Events, e.event)
		l.ears[e.category+"/"+e.event] = e
	}
	return l
}

// CanHear reports whether the i-th event of a commit is one that can be listened to.
func (l *Listener) CanHear(c Commit, i int) bool {
	_, can := l.ears[c.Stream.Category()+"/"+c.Events[i].Type]
	return can
}

// Heard is the i-th event of a commit, of those that the listener can hear. One that is unreadable is a [Fault].
func (l *Listener) Heard(c Commit, i int) (Heard, error) {
	r := c.Events[i]
	event, err := l.ears[c.Stream.Category()+"/"+r.Type].read(r)
	if err != nil {
		return Heard{}, c.fault(i, err)
	}
	return Heard{Stream: c.Stream, Version: c.Version + uint64(i), Type: r.Type, Event: event, Time: c.Time}, nil
}

// Hear makes the command that tells somebody what was heard.
func (l *Listener) Hear(who Listening, h Heard) any { return l.hear(who, h) }

// Listen is the act of beginning to listen. Of a stream everything is heard that has happened since the event that the act
// comes from; of the events of a name, what is delivered from when the act is done.
func (l *Listener) Listen(who Listening) Act {
	return Send(DoStartListening, StartListening{
		Listener: l.Name, Target: who.target(), ID: who.ID, Count: who.Count, Timeout: who.Timeout,
	})
}

// Stop is the act of ending it; before it has begun too.
func (l *Listener) Stop(who Listening) Act {
	return Send(DoStopListening, StopListening{Listener: l.Name, Target: who.target(), ID: who.ID, Reason: "stopped"})
}

// TimedOut is the reason of a [ListeningEnded] in vain.
const TimedOut = "timed-out"

// eventTarget begins the target of those who listen to a name.
const eventTarget = "event:"

func (l Listening) target() string {
	if l.Event != "" {
		return eventTarget + l.Event
	}
	return string(l.Stream)
}

// Audience is the state of a listener's target: who listens to it, and who did.
type Audience map[string]Listens

// Listens is one of an audience.
type Listens struct {
	Count int
	Since time.Time // of the event that made it listen: what happened before is not heard
	Until time.Time // zero for ever
	Heard []string  // what has been counted, as "stream@version"
	Ended bool
}

func (a Audience) with(id string, change func(*Listens)) Audience {
	next := maps.Clone(a)
	if next == nil {
		next = Audience{}
	}
	l := next[id]
	change(&l)
	next[id] = l
	return next
}

// ListeningStarted says that somebody listens.
type ListeningStarted struct {
	ID    string    `json:"id"`
	Count int       `json:"count,omitzero"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"`
}

// Evolve implements [Event].
func (e ListeningStarted) Evolve(a Audience) Audience {
	return a.with(e.ID, func(l *Listens) { l.Count, l.Since, l.Until = e.Count, e.Since, e.Until })
}

// ListeningCounted says that somebody who counts has heard an event.
type ListeningCounted struct {
	ID    string `json:"id"`
	Event string `json:"event"` // "stream@version"
}

// Evolve implements [Event].
func (e ListeningCounted) Evolve(a Audience) Audience {
	return a.with(e.ID, func(l *Listens) { l.Heard = append(slices.Clone(l.Heard), e.Event) })
}

// ListeningEnded says that somebody does not listen any more: has counted enough, has waited long enough, or was stopped.
type ListeningEnded struct {
	ID     string `json:"id"`
	Reason string `json:"reason"` // "counted", "timed-out" or "stopped"
}

// Evolve implements [Event].
func (e ListeningEnded) Evolve(a Audience) Audience {
	return a.with(e.ID, func(l *Listens) { l.Ended = true })
}

// Audiences is the aggregate of who listens. An id is a listener's name, a point, and the target: a stream, or "event:" and
// a wire name.
var Audiences = Of(
	"listener",
	On[ListeningStarted]("ListeningStarted"),
	On[ListeningCounted]("ListeningCounted"),
	On[ListeningEnded]("ListeningEnded"),
)

// AudienceOf is the id of the audience of a listener's target.
func (l *Listener) AudienceOf(target string) StreamID {
	return NewStreamID(Audiences.category, l.Name+"."+target)
}

// EventTarget is the wire name of a target that is not a stream.
func EventTarget(target string) (name string, ok bool) { return strings.CutPrefix(target, eventTarget) }

// Targets are what somebody must listen to in order to hear an event of a stream.
func Targets(stream StreamID, event string) []string {
	return []string{string(stream), eventTarget + event}
}
