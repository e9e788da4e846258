package engine

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// What to do about findings.
const (
	nextRestore = "go back to a backup of before, or bring the last whole export into an empty store (foldstream import): nothing mends it in place"
	nextSweep   = "wait some minutes, in which the sweeper brings it into the feed, and verify again; if it is still missing, see the logs of the relay and the sweeper"
	nextProgram = "run the program that recorded it, or declare how its shape is read (docs/operate.md); what should never have been recorded, foldstream migrate takes out"
	nextUnique  = "nobody else can have the value: go back to a backup that has the owner, or take the reservation out by foldstream migrate"
	nextTimer   = "if the stream should be there, go back to a backup; else nothing: the command finds an empty stream when it is due"
	nextDeliver = "nothing: it goes when there is something to tell it"
)

func nextRebuild(view string) string { return "foldstream rebuild " + view }

func nextStray(view string) string {
	return "if the stream should be there, go back to a backup; else " + nextRebuild(view)
}

func nextLate(view string) string {
	return "see that a server or the stage's functions are at work (foldstream views), and if it stays: " + nextRebuild(view)
}

func nextParked(p *Parked) string {
	return fmt.Sprintf("foldstream parked show %s %s", p.Consumer, p.Stream)
}

func nextSnapshot(fold string) string {
	return fmt.Sprintf("stop the writes and delete the stream's snapshot of %s from the store's snapshots: commands decide on it until then, and take another", fold)
}

// How a row is found.
const (
	leftBehind = "it has been left behind"
	tooFar     = "it is ahead of its events"
	nobodys    = "no event makes it"
)

// wrongRow is the finding of a row that differs from the one that events make. The place is that of the rows' versions.
func wrongRow(view, id, place, what string, live, folded Row) Finding {
	f := Finding{Check: CheckView, Where: view + " " + id, Expected: shows(folded, place), Found: shows(live, place), Next: nextRebuild(view)}
	switch what {
	case DocDiffers:
		expected, found := apart(folded.Doc, live.Doc)
		f.Expected, f.Found = shows(Row{Version: folded.Version, Doc: expected}, place), what+": "+shows(Row{Version: live.Version, Doc: found}, place)
	case KeysDiffer:
		f.Expected, f.Found = "places "+places(folded.Keys), what+": "+places(live.Keys)
	case NotLive:
	case OnlyLive:
		f.Found += ": " + nobodys
	case LiveIsBehind:
		f.Found, f.Next = f.Found+": "+leftBehind, nextLate(view)
	case LiveIsAhead:
		f.Found += ": " + tooFar
	default:
		f.Found += ": " + what
	}
	return f
}

// shows says what a row shows, for people.
func shows(r Row, place string) string {
	switch {
	case r.Version == 0:
		return "no row"
	case len(r.Doc) == 0:
		return fmt.Sprintf("a row without a document at %s %d", place, r.Version)
	default:
		return fmt.Sprintf("%s at %s %d", r.Doc, place, r.Version)
	}
}

// places says where a row is in indexes.
func places(keys []es.Key) string {
	if len(keys) == 0 {
		return "none"
	}
	said := make([]string, len(keys))
	for i, k := range keys {
		said[i] = fmt.Sprintf("%s/%s/%q", k.Index, k.Partition, k.Sort)
	}
	return strings.Join(said, ", ")
}

// apart leaves out the members that two objects have in common. What is none stays as it is.
func apart(a, b jsontext.Value) (jsontext.Value, jsontext.Value) {
	var x, y map[string]jsontext.Value
	if es.Decode(a, &x) != nil || es.Decode(b, &y) != nil || x == nil || y == nil {
		return a, b
	}
	for name, value := range x {
		if other, both := y[name]; both && sameJSON(value, other) {
			delete(x, name)
			delete(y, name)
		}
	}
	left, err := es.Encode(x)
	if err != nil {
		return a, b
	}
	right, err := es.Encode(y)
	if err != nil {
		return a, b
	}
	return left, right
}
