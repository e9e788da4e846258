package es

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
)

// Writing is how the commands of an aggregate come to be appended when several are under way at once.
type Writing int

// The ways of writing.
const (
	// Live writers are optimistic: who meets a conflict decides again on the fresh state. It is the default.
	Live Writing = iota
	// Plain writers decide once: who meets a conflict is told so.
	Plain
	// Single writers are alone: commands queue up for one writer at a time across the system, who holds a lease and appends
	// under its fencing token.
	Single
)

// Traits are what an aggregate declares of itself beside its events.
type Traits struct {
	Writing  Writing
	Latest   bool          // each event carries the whole state
	Tick     time.Duration // at which it wakes up, at least; 0 for never
	Snapshot int           // versions from one snapshot to the next; 0 for none
}

// FoldID tells one fold from another, and from what it was before its code changed.
type FoldID struct{ Name, Fingerprint string }

// Latest declares that each event carries the whole state, so that only the last commit is loaded.
func (a *Aggregate[S]) Latest() *Aggregate[S] {
	a.traits.Latest = true
	return a
}

// Plain declares [Plain] writing.
func (a *Aggregate[S]) Plain() *Aggregate[S] {
	a.traits.Writing = Plain
	return a
}

// Single declares [Single] writing. Over HTTP its commands are answered before they are decided: the outcome comes as a
// push, and stands in the trace.
func (a *Aggregate[S]) Single() *Aggregate[S] {
	a.traits.Writing = Single
	return a
}

// Ticks declares that the aggregate wakes up again and again, "every" apart or a little more. [Tick] says what for.
func (a *Aggregate[S]) Ticks(every time.Duration) *Aggregate[S] {
	if every < time.Second {
		panic(fmt.Sprintf("es.Ticks(%v): durable schedules have a resolution of one second", every))
	}
	a.traits.Tick = every
	return a
}

// Snapshots has a snapshot taken of each stream every so many versions. It is only ever used by the fold that made it:
// sources are the packages that the fold's meaning depends on, as `//go:embed *.go` gives them, and a change of any of
// them makes the snapshots that were taken before worthless.
func (a *Aggregate[S]) Snapshots(every int, sources ...fs.FS) *Aggregate[S] {
	if every < 2 || len(sources) == 0 {
		panic(fmt.Sprintf("es.Snapshots(%d): it takes 2 versions at least, and the fold's source", every))
	}
	a.traits.Snapshot, a.sources = every, sources
	a.foldID = sync.OnceValue(func() FoldID {
		return FoldID{Name: a.StateName(), Fingerprint: fingerprint(sources)}
	})
	return a
}

// foldFormat changes with the way that this package folds.
const foldFormat = "1"

// fingerprint is a hash of Go sources, but for their tests. A source that cannot be read panics: it is part of the program.
func fingerprint(sources []fs.FS) string {
	hash := sha256.New()
	fmt.Fprintln(hash, foldFormat)
	for _, source := range sources {
		names, err := fs.Glob(source, "*.go")
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			var text []byte
			if text, err = fs.ReadFile(source, name); err != nil {
				break
			}
			fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
		}
		if err != nil {
			panic(fmt.Sprintf("es.Snapshots: %v", err))
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// Traits implements [Folder].
func (a *Aggregate[S]) Traits() Traits { return a.traits }

// Sources implements [Folder].
func (a *Aggregate[S]) Sources() []fs.FS { return a.sources }

// FoldID implements [Folder].
func (a *Aggregate[S]) FoldID() FoldID {
	if a.foldID == nil {
		return FoldID{}
	}
	return a.foldID()
}

// DecodeState implements [Folder].
func (a *Aggregate[S]) DecodeState(data []byte) (any, error) {
	var s S
	err := Decode(data, &s)
	return s, err
}

// Tick is a reaction of a saga that wakes up an aggregate declared with [Aggregate.Ticks]: upon each of these events it
// sends the command when the time of a tick has gone by. A command that decides on another such event goes on ticking.
func Tick[S any, E Event[S], C any](a *Aggregate[S], d *CommandDecl, tick func(E, Meta) C) Reaction {
	if a.traits.Tick == 0 {
		panic(fmt.Sprintf("es.Tick(%q): the aggregate does not tick", a.category))
	}
	r := React(a, func(e E, m Meta) []Act {
		return []Act{Send(d, tick(e, m)).At(m.Time.Add(a.traits.Tick))}
	})
	r.timer = true
	return r
}
