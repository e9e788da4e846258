package estest

import (
	"slices"
	"time"

	"pgregory.net/rapid"
)

// timer is a command that is sent at a time.
type timer struct {
	name string // of the act
	due  time.Time
	send func() error
}

// set replaces the timer that a reaction to the same event has set, unless it has gone off.
func (w *World) set(t timer) {
	w.timers = append(slices.DeleteFunc(w.timers, func(other timer) bool { return other.name == t.name }), t)
}

// Step has one thing happen of itself, if there is any: a saga or a listener is given a commit, a new one or one that it has seen, or a
// timer goes off that is due.
func (w *World) Step() {
	if rapid.IntRange(0, 3).Draw(w.T, "again") == 3 {
		w.Redeliver()
	} else {
		w.next()
	}
}

// Settle lets everything happen that is still to happen, but for timers that are not due.
func (w *World) Settle() {
	for w.next() {
	}
}

// next is a timer that goes off or a delivery, whichever is drawn, and reports whether there was one.
func (w *World) next() bool {
	if w.dueTimers() != nil && rapid.Bool().Draw(w.T, "timer") {
		return w.Ring()
	}
	return w.Deliver() || w.Ring()
}

// Deliver gives one saga or listener one commit, any that is next for it, and reports whether there was one.
func (w *World) Deliver() bool {
	var waiting []string
	for queue, commits := range w.queues {
		if len(commits) > 0 {
			waiting = append(waiting, queue)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	slices.Sort(waiting)
	queue := rapid.SampledFrom(waiting).Draw(w.T, "delivery")
	commit := w.queues[queue][0]
	for _, c := range w.consumers {
		if c.queue(commit) == queue && w.consume(c, commit) {
			w.seen[c.name] = append(w.seen[c.name], commit)
			w.queues[queue] = w.queues[queue][1:]
		}
	}
	return true
}

// Redeliver gives one saga or listener a commit that it has seen, if there is one.
func (w *World) Redeliver() {
	if len(w.consumers) == 0 {
		return
	}
	c := rapid.SampledFrom(w.consumers).Draw(w.T, "consumer")
	if seen := w.seen[c.name]; len(seen) > 0 {
		w.consume(c, rapid.SampledFrom(seen).Draw(w.T, "seen"))
	}
}

// Ring has one timer go off that is due, any, and reports whether there was one.
func (w *World) Ring() bool {
	due := w.dueTimers()
	if due == nil {
		return false
	}
	t := rapid.SampledFrom(due).Draw(w.T, "due")
	w.timers = slices.DeleteFunc(w.timers, func(other timer) bool { return other.name == t.name })
	_ = t.send() // a refused timer has no compensation
	return true
}

// NextTimer is when the next timer is due, zero if there is none.
func (w *World) NextTimer() time.Time {
	var next time.Time
	for _, t := range w.timers {
		if next.IsZero() || t.due.Before(next) {
			next = t.due
		}
	}
	return next
}

func (w *World) dueTimers() []timer {
	var due []timer
	for _, t := range w.timers {
		if !t.due.After(w.now) {
			due = append(due, t)
		}
	}
	slices.SortFunc(due, func(a, b timer) int { return a.due.Compare(b.due) })
	return due
}
