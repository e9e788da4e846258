package estest

import (
	"errors"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// consumer is a saga or a listener.
type consumer struct {
	name    string
	listens []string                  // categories
	react   func(*reaction, int) bool // to the i-th event of the commit; not done when it dies on the way
}

func (c consumer) queue(commit es.Commit) string { return c.name + " " + string(commit.Stream) }

func (c consumer) hears(commit es.Commit) bool {
	return slices.Contains(c.listens, commit.Stream.Category())
}

func consumers(c es.Context) []consumer {
	var all []consumer
	for _, s := range c.Sagas {
		all = append(all, consumer{s.Name, s.Listens, func(r *reaction, i int) bool {
			acts, err := s.React(r.cause, i, secretFor(s.Secret))
			if err = errors.Join(err, validate(acts), declared(s, acts)); err != nil {
				r.Fatalf("%s: %v", s.Name, err)
			}
			return r.all("", acts)
		}})
	}
	for _, l := range c.Listeners {
		all = append(all, consumer{l.Name, l.Listens, func(r *reaction, i int) bool { return r.listen(l, i) }})
	}
	return all
}

// consume is not done when the consumer dies on the way.
func (w *World) consume(c consumer, commit es.Commit) (done bool) {
	for i := range commit.Events {
		r := &reaction{World: w, name: c.name, cause: commit, event: eventRef(commit, i)}
		if !c.react(r, i) {
			return false
		}
	}
	return true
}

func eventRef(c es.Commit, i int) string { return fmt.Sprintf("%s@%d", c.Stream, c.Version+uint64(i)) }

// reaction is a consumer's to one event.
type reaction struct {
	*World
	name  string // of the consumer
	cause es.Commit
	event string
	begun bool
}

// all carries out acts as the engine does: it stops at the first that is refused, and goes on with that one's compensation.
func (r *reaction) all(path string, acts []es.Act) (done bool) {
	for i, a := range acts {
		if r.dies() {
			return false
		}
		r.begun = true
		place := path + a.Name
		if a.Name == "" {
			place = fmt.Sprint(path, i)
		}
		if refusal := r.one(fmt.Sprintf("%s %s/%s", r.name, r.event, place), a); refusal != nil {
			return a.Otherwise == nil || r.all(place+".else.", a.Otherwise(refusal))
		}
	}
	return true
}

// dies reports whether the consumer dies before its next act: not before the first, which would be no loss, and not often
// upon one event, so that there is an end to it.
func (r *reaction) dies() bool {
	const often = 3
	key := r.name + " " + r.event
	if !r.begun || r.deaths[key] >= often || rapid.IntRange(0, 2).Draw(r.T, "dies") != 1 {
		return false
	}
	r.deaths[key]++
	return true
}

func (r *reaction) one(name string, a es.Act) *es.Rejection {
	switch {
	case a.Mail != nil:
		r.mails = append(r.mails, *a.Mail)
		return nil
	case a.SMS != nil:
		r.texts = append(r.texts, *a.SMS)
		return nil
	case !a.Due.IsZero():
		a.Command = r.stored(a)
		r.set(timer{name: name, due: a.Due, send: func() error { return r.send(name, a) }})
		return nil
	}
	if refusal := r.refusals[name]; refusal != nil {
		return refusal
	}
	var refusal *es.Rejection
	if errors.As(r.send(name, a), &refusal) && r.refusals != nil {
		r.refusals[name] = refusal
	}
	return refusal
}

// send has the same id, trace and cause each time, as in the engine.
func (r *reaction) send(name string, a es.Act) error {
	from := es.Origin{TraceID: r.cause.TraceID, CausationID: r.event}
	return r.execute(a.Send, a.Command, from, By(r.cause.Invoker, es.RoleSystem), ID(id(name)), func(env *es.Env) { env.Cause = r.cause.Time })
}

// stored writes and reads the command of a timer, as in earnest.
func (r *reaction) stored(a es.Act) any {
	text, err := a.Send.Encode(a.Command)
	var read any
	if err == nil {
		read, err = a.Send.Decode(text)
	}
	if diff := compare(a.Command, read); err != nil || diff != "" {
		r.Fatalf("%s is another when its time comes: %v (-set +read):\n%s", a.Send.Name, err, diff)
	}
	return read
}
