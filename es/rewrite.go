package es

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Rewrite declares how a history is written anew, for a store that takes the place of another: each recorded event becomes
// none, one or several events of whatever streams, by steps of which each is given what the one before it made. What no step
// is about stays as it is. A rewrite is pure: the same history is always rewritten to the same.
//
// It works on what is stored. Personal texts are sealed there: a step can take them elsewhere, but not read them. The marks
// between a stream's eras are left out, with the events that carry the state over: the history goes through as one.
type Rewrite struct {
	Name  string // kebab-case
	About string // what for, as a sentence
	Steps []Step
	views map[string]expected
}

// expected is how a view's rows come to differ.
type expected struct {
	members []string               // of documents; none for all of them
	differ  bool                   // whether documents differ at all
	moved   func(id string) string // where a row is found; nil for the same id
}

// Past is an event as a step finds it.
type Past struct {
	Stream StreamID
	Recorded
	Origin
}

// Written is an event as a step leaves it.
type Written struct {
	Stream StreamID
	Recorded
}

// Step is one rule of a rewrite.
type Step struct {
	Rule     string // for people
	category string
	event    string // empty for all of the category
	apply    func(Past) ([]Written, error)
}

// NewRewrite declares a rewrite.
func NewRewrite(name, about string, steps ...Step) *Rewrite {
	return &Rewrite{Name: name, About: about, Steps: steps, views: map[string]expected{}}
}

// Differing says that documents of a view come to differ in these members, or in any if none is named.
func (r *Rewrite) Differing(view string, members ...string) *Rewrite {
	e := r.views[view]
	e.differ, e.members = true, members
	r.views[view] = e
	return r
}

// MovingRows says which row of a view a row becomes.
func (r *Rewrite) MovingRows(view string, to func(id string) string) *Rewrite {
	e := r.views[view]
	e.moved = to
	r.views[view] = e
	return r
}

// RowOf is the id that a row of a view has in the rewritten store.
func (r *Rewrite) RowOf(view, id string) string {
	if e := r.views[view]; e.moved != nil {
		return e.moved(id)
	}
	return id
}

// MovesRows reports whether rows of a view come to have other ids.
func (r *Rewrite) MovesRows(view string) bool { return r.views[view].moved != nil }

// Expects reports whether documents of a view are declared to differ, and in which members; none for all.
func (r *Rewrite) Expects(view string) (members []string, differs bool) {
	return r.views[view].members, r.views[view].differ
}

// Rename gives an event another name.
func Rename(category, event, name string) Step {
	return each(fmt.Sprintf("%s of %s is called %s", event, category, name), category, event, func(p Past) (Written, error) {
		p.Type = name
		return Written{Stream: p.Stream, Recorded: p.Recorded}, nil
	})
}

// Drop leaves an event out.
func Drop(category, event string) Step {
	return step(fmt.Sprintf("%s of %s is left out", event, category), category, event, func(Past) ([]Written, error) { return nil, nil })
}

// Change gives an event other data, in which case it may raise its schema version too.
func Change(category, event, how string, change func(Recorded) (Recorded, error)) Step {
	return each(fmt.Sprintf("%s of %s: %s", event, category, how), category, event, func(p Past) (w Written, err error) {
		w.Stream = p.Stream
		w.Recorded, err = change(p.Recorded)
		return w, err
	})
}

// Members are those of an event's data, by name.
type Members = map[string]jsontext.Value

// ChangeMembers gives the object that is an event's data other members. Each is as it is stored: what is sealed stays so as
// long as it is not taken apart.
func ChangeMembers(category, event, how string, change func(Members) error) Step {
	return Change(category, event, how, func(r Recorded) (Recorded, error) {
		var members Members
		if err := Decode(r.Data, &members); err != nil {
			return r, err
		}
		err := change(members)
		if err == nil {
			r.Data, err = Encode(members)
		}
		return r, err
	})
}

// Split makes of an event any number of others in its stream.
func Split(category, event, how string, split func(Past) ([]Recorded, error)) Step {
	return step(fmt.Sprintf("%s of %s: %s", event, category, how), category, event, func(p Past) ([]Written, error) {
		parts, err := split(p)
		all := make([]Written, len(parts))
		for i, part := range parts {
			all[i] = Written{Stream: p.Stream, Recorded: part}
		}
		return all, err
	})
}

// Move brings an event to another stream, or all events of a category if none is named. Streams that are brought to the same
// one are merged there, in the order of the feed.
func Move(category, event, how string, to func(Past) (StreamID, error)) Step {
	what := event
	if what == "" {
		what = "everything"
	}
	return each(fmt.Sprintf("%s of %s moves: %s", what, category, how), category, event, func(p Past) (w Written, err error) {
		w.Recorded = p.Recorded
		w.Stream, err = to(p)
		return w, err
	})
}

// Recategorize gives all streams of a category another one, with the same ids.
func Recategorize(category, to string) Step {
	return each(fmt.Sprintf("%s becomes %s", category, to), category, "", func(p Past) (Written, error) {
		return Written{Stream: NewStreamID(to, p.Stream.ID()), Recorded: p.Recorded}, nil
	})
}

func each(rule, category, event string, apply func(Past) (Written, error)) Step {
	return step(rule, category, event, func(p Past) ([]Written, error) {
		w, err := apply(p)
		return []Written{w}, err
	})
}

func step(rule, category, event string, apply func(Past) ([]Written, error)) Step {
	return Step{Rule: rule, category: category, event: event, apply: apply}
}

// Rewritten is what one commit becomes: a part for each stream, in the order in which they come first.
type Rewritten struct {
	Parts []RewrittenPart
	Steps []int // that were about any of its events, in order
}

// RewrittenPart is what of a commit goes to one stream.
type RewrittenPart struct {
	Stream StreamID
	Events []Recorded
	From   []int // for each event, the index in the commit of the one that it was made of
}

// Of rewrites a commit. What a step cannot take is a [Fault].
func (r *Rewrite) Of(c Commit) (Rewritten, error) {
	var out Rewritten
	if c.Closes() || c.BeginsEra() {
		return out, nil
	}
	for i, e := range c.Events {
		all, err := r.event(c, Written{Stream: c.Stream, Recorded: e}, &out)
		if err != nil {
			return out, &Fault{Doing: fmt.Sprintf("rewrite event %d of %s (%s) by %q", c.Version+uint64(i), c.Stream, e.Type, r.Name), Err: err}
		}
		for _, w := range all {
			out.add(w, i)
		}
	}
	slices.Sort(out.Steps)
	return out, nil
}

func (out *Rewritten) add(w Written, from int) {
	n := slices.IndexFunc(out.Parts, func(p RewrittenPart) bool { return p.Stream == w.Stream })
	if n < 0 {
		n = len(out.Parts)
		out.Parts = append(out.Parts, RewrittenPart{Stream: w.Stream})
	}
	p := &out.Parts[n]
	p.Events, p.From = append(p.Events, w.Recorded), append(p.From, from)
}

// event has an event go through all steps.
func (r *Rewrite) event(c Commit, e Written, out *Rewritten) ([]Written, error) {
	all := []Written{e}
	for n, s := range r.Steps {
		var next []Written
		for _, w := range all {
			if !s.isAbout(w) {
				next = append(next, w)
				continue
			}
			if !slices.Contains(out.Steps, n) {
				out.Steps = append(out.Steps, n)
			}
			made, err := s.apply(Past{Stream: w.Stream, Recorded: w.Recorded, Origin: c.Origin})
			if err == nil {
				err = sound(made)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Rule, err)
			}
			next = append(next, made...)
		}
		all = next
	}
	return all, nil
}

func (s Step) isAbout(w Written) bool {
	return s.category == w.Stream.Category() && (s.event == "" || s.event == w.Type)
}

// sound refuses what no store takes.
func sound(made []Written) error {
	for _, w := range made {
		switch {
		case w.Stream.Category() == "" || w.Stream.ID() == "":
			return fmt.Errorf("it gives the stream %q", w.Stream)
		case w.Type == "" || isCore(w.Type):
			return fmt.Errorf("it gives an event called %q", w.Type)
		case w.Data.Kind() != '{':
			return errors.New("it gives data that is no JSON object")
		}
	}
	return nil
}

// Rewriting declares the rewrites of the app's history. A name that is taken, and a view that is not there, panic.
func (app *App) Rewriting(rewrites ...*Rewrite) *App {
	for _, r := range rewrites {
		if !kebab.MatchString(r.Name) || app.Rewrite(r.Name) != nil {
			panic(fmt.Sprintf("es.Rewriting: %q is not in kebab-case, or declared twice", r.Name))
		}
		for view := range r.views {
			if app.View(view) == nil {
				panic(fmt.Sprintf("es.Rewriting: %q is about the view %q, which no context lists", r.Name, view))
			}
		}
		app.Rewrites = append(app.Rewrites, r)
	}
	return app
}

// Rewrite is the rewrite of a name; nil if there is none.
func (app *App) Rewrite(name string) *Rewrite {
	for _, r := range app.Rewrites {
		if r.Name == name {
			return r
		}
	}
	return nil
}
