package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Letter is what a dead letter is about.
type Letter struct {
	Net      string      `json:"net"`
	ID       string      `json:"id"`
	Kind     string      `json:"kind"` // commit, command, job, records or unreadable
	Stream   es.StreamID `json:"stream,omitempty"`
	Version  uint64      `json:"version,omitzero"`  // of a commit
	Events   []string    `json:"events,omitempty"`  // of a commit: their types
	Command  string      `json:"command,omitempty"` // of a command
	Due      time.Time   `json:"due,omitzero"`      // of a timer
	TraceID  string      `json:"traceId,omitempty"`
	Since    time.Time   `json:"since"`
	Receives int         `json:"receives"`
	Why      string      `json:"why"` // as far as it can be told
	Bytes    int         `json:"bytes"`
}

// Kinds of dead letters.
const (
	LetterCommit     = "commit"
	LetterCommand    = "command"    // a timer, or one for a single writer
	LetterJob        = "job"        // that an admin asked for
	LetterRecords    = "records"    // of the stream of the events table, by their numbers only
	LetterUnreadable = "unreadable" // none of these
)

// Read tells what a dead letter is about.
func (n Net) Read(d DeadLetter) Letter {
	l := Letter{Net: n.Name, ID: d.ID, Since: d.Since, Receives: d.Receives, Bytes: len(d.Body)}
	switch {
	case n.To == "":
		l.records(d)
	case n.Of == TimersName || n.Of == UpkeepName:
		l.errand(d, n)
	default:
		l.commit(d)
	}
	if d.Why != "" {
		l.Why = d.Why
	}
	return l
}

func (l *Letter) commit(d DeadLetter) {
	var c es.Commit
	if err := es.Decode([]byte(d.Body), &c); err != nil || len(c.Events) == 0 {
		l.unreadable("a commit", err)
		return
	}
	l.Kind, l.Stream, l.Version, l.TraceID = LetterCommit, c.Stream, c.Version, c.TraceID
	for _, e := range c.Events {
		l.Events = append(l.Events, e.Type)
	}
	l.Why = "its consumer did not take it in a day, and could not park it; the commit is in the event store"
}

func (l *Letter) errand(d DeadLetter, n Net) {
	var e Errand
	if err := es.Decode([]byte(d.Body), &e); err != nil || e.ID == "" || e.Command == "" {
		l.unreadable("an errand", err)
		return
	}
	l.Kind, l.Stream, l.Command, l.Due, l.TraceID = LetterCommand, e.Stream, e.Command, e.Due, e.TraceID
	l.Why = "the command failed whenever it was tried; it stands nowhere else"
	if n.Of == UpkeepName {
		l.Kind, l.Why = LetterJob, "nobody could even note that the job failed"
	}
}

func (l *Letter) records(d DeadLetter) {
	var batch struct {
		Batch *struct {
			Shard string `json:"shardId"`
			Size  int    `json:"batchSize"`
			First string `json:"startSequenceNumber"`
			Last  string `json:"endSequenceNumber"`
		} `json:"DDBStreamBatchInfo"`
	}
	if err := es.Decode([]byte(d.Body), &batch); err != nil || batch.Batch == nil {
		l.unreadable("a note of records", err)
		return
	}
	b := batch.Batch
	l.Kind = LetterRecords
	l.Why = fmt.Sprintf("the relay gave up %d records of %s, from %s to %s; the commits are in the event store", b.Size, b.Shard, b.First, b.Last)
}

func (l *Letter) unreadable(what string, err error) {
	l.Kind, l.Why = LetterUnreadable, "it is not "+what
	if err != nil {
		l.Why += ": " + clipped(err.Error())
	}
}

// Pretty is a dead letter's body for people: JSON with indents, or else quoted so that no byte of it steers a terminal.
func (d DeadLetter) Pretty() string {
	text := jsontext.Value(strings.Clone(d.Body))
	if text.IsValid() && text.Indent() == nil {
		return string(text)
	}
	return fmt.Sprintf("%q", d.Body)
}
