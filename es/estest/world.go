package estest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// World runs the commands, sagas and listeners of contexts in memory, without any of the care that the engine takes: sagas
// see the commits of different streams in any order, die between one act and the next, see some commits again, and whatever
// they send is decided again then, however often it has been done. So is a timer that is set again. What comes about all the
// same is owed to the domain alone.
//
// Which of all that happens is drawn by the property test that the world is made for:
//
//	rapid.Check(t, func(t *rapid.T) {
//		w := estest.NewWorld(t, match.Context)
//		for range rapid.IntRange(1, 100).Draw(t, "steps") {
//			if rapid.Bool().Draw(t, "somebody acts") {
//				_ = w.Do(match.DoCancel, match.Cancel{MatchID: "m1"}, estest.By("ann"))
//			} else {
//				w.Step()
//			}
//		}
//		w.Settle()
//		… estest.StateOf(w, match.Aggregate, "m1") …
//	})
type World struct {
	*rapid.T
	consumers []consumer
	now       time.Time
	done      int // commands so far
	streams   map[es.StreamID][]es.Commit
	owners    map[es.Unique]es.StreamID
	queues    map[string][]es.Commit // by consumer and stream, which is how far order goes
	seen      map[string][]es.Commit // by consumer
	deaths    map[string]int         // by consumer and event
	timers    []timer
	refusals  map[string]*es.Rejection // by act; nil when they are not kept
	mails     []es.Mail
	texts     []es.SMS
}

// NewWorld begins at [Noon], with nothing. Of two sagas or listeners with the same name the later one runs, which a test can
// put in the place of the other.
func NewWorld(t *rapid.T, contexts ...es.Context) *World {
	w := &World{
		T: t, now: Noon, streams: map[es.StreamID][]es.Commit{}, owners: map[es.Unique]es.StreamID{},
		queues: map[string][]es.Commit{}, seen: map[string][]es.Commit{}, deaths: map[string]int{},
	}
	for _, c := range contexts {
		for _, later := range consumers(c) {
			w.consumers = slices.DeleteFunc(w.consumers, func(other consumer) bool { return other.name == later.name })
			w.consumers = append(w.consumers, later)
		}
	}
	return w
}

// KeepRefusals has sagas and listeners keep in mind what was refused, as the engine does before a compensation begins: an act that was
// refused once is not tried again upon a redelivery.
func (w *World) KeepRefusals() { w.refusals = map[string]*es.Rejection{} }

// Do has a command decided, as [Past.When] does, on what has happened in the world. Unless options say otherwise it has an
// id and entropy of its own. Its error is an [es.Rejection]; anything else fails the test.
func (w *World) Do(d *es.CommandDecl, command any, options ...Option) error {
	return w.execute(d, command, es.Origin{}, options...)
}

func (w *World) execute(d *es.CommandDecl, command any, from es.Origin, options ...Option) error {
	w.done++
	env := es.Env{
		Now: w.now, Cause: w.now, ID: id(fmt.Sprint("command ", w.done)),
		Entropy: sha256.Sum256(fmt.Append(nil, "entropy ", w.done)), Secret: secretFor(d.Secret),
	}
	for _, option := range options {
		option(&env)
	}
	from.CommandID, from.Invoker, from.Time = env.ID, env.Invoker.User, env.Now
	if from.TraceID == "" {
		from.TraceID = env.ID
	}
	err := d.Validate(command)
	if err == nil {
		err = w.decide(d, command, env, from)
	}
	var refusal *es.Rejection
	if err != nil && !errors.As(err, &refusal) {
		w.Fatalf("%s: %v", d.Name, err)
	}
	return err
}

// id is a UUID that depends on nothing but the name.
func id(name string) string {
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	return hash[:8] + "-" + hash[8:12] + "-4" + hash[12:15] + "-8" + hash[15:18] + "-" + hash[18:30]
}

func (w *World) decide(d *es.CommandDecl, command any, env es.Env, from es.Origin) error {
	if unique, ok := d.Lookup(command); ok {
		command = d.At(command, w.owners[unique].ID())
	}
	for _, ask := range d.Asks {
		var state any
		if stream, asked := ask.StreamOf(command); asked {
			state = w.state(ask.Aggregate, stream)
		}
		command = ask.Told(command, state)
	}
	stream := d.StreamOf(command)
	decision, err := d.Decide(w.state(d.Aggregate, stream), command, env)
	if err != nil || len(decision.Events) == 0 {
		return err
	}
	if err := w.take(stream, decision); err != nil {
		return err
	}
	w.commit(es.Commit{Stream: stream, Version: 1, Events: decision.Events, Origin: from})
	return nil
}

// take has a stream take the unique values that it claims, all or none, and then give up those that it releases.
func (w *World) take(stream es.StreamID, decision es.Decision) error {
	for _, claim := range decision.Claims {
		if owner := w.owners[claim.Unique]; owner != "" && owner != stream {
			return claim.Taken
		}
	}
	for _, claim := range decision.Claims {
		w.owners[claim.Unique] = stream
	}
	for _, u := range decision.Releases {
		if w.owners[u] == stream {
			delete(w.owners, u)
		}
	}
	return nil
}

func (w *World) commit(c es.Commit) {
	if before := w.streams[c.Stream]; len(before) > 0 {
		c.Version = before[len(before)-1].Last() + 1
	}
	w.streams[c.Stream] = append(w.streams[c.Stream], c)
	for _, consumer := range w.consumers {
		if consumer.hears(c) {
			w.queues[consumer.queue(c)] = append(w.queues[consumer.queue(c)], c)
		}
	}
}

func (w *World) state(a es.Folder, stream es.StreamID) any {
	var state any
	for _, c := range w.streams[stream] {
		var err error
		if state, err = a.Fold(state, c); err != nil {
			w.Fatal(err)
		}
	}
	return state
}

// StateOf is the state that an aggregate has come to in a world.
func StateOf[S any](w *World, a *es.Aggregate[S], id string) S {
	s, _ := w.state(a, es.NewStreamID(a.Category(), id)).(S)
	return s
}

// Commits are those of a stream so far.
func (w *World) Commits(stream es.StreamID) []es.Commit { return slices.Clone(w.streams[stream]) }

// Mails are those that sagas have posted so far; a redelivery posts again.
func (w *World) Mails() []es.Mail { return slices.Clone(w.mails) }

// Texts are the text messages that sagas have sent so far; a redelivery sends again.
func (w *World) Texts() []es.SMS { return slices.Clone(w.texts) }

// Now is the world's time.
func (w *World) Now() time.Time { return w.now }

// Pass lets time go by.
func (w *World) Pass(d time.Duration) { w.now = w.now.Add(d).Truncate(time.Millisecond) }
