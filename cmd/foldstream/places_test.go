package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/topology"
)

// place is a system to look after: this machine's, or a stage.
type place struct {
	flags []string
	store engine.EventStore
	feed  func(context.Context, []es.Commit) error // what brings commits to the feed
	lot   engine.ParkingLot
	notes engine.Traces
	jobs  engine.Jobs
	sqs   *sqs.Client // nil where there is none
	stage topology.Stage
}

// everywhere runs a test on both stores.
func everywhere(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("here", func(t *testing.T) {
		data := t.TempDir()
		system, err := local.Open(local.Config{App: domain.App, Data: data}, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := system.Close(); err != nil {
				t.Error(err)
			}
		})
		test(t, place{
			flags: []string{"--data", data}, store: system.Store, lot: system.Store, notes: system.Store, jobs: system.Store,
			feed: func(context.Context, []es.Commit) error { return nil },
		})
	})
	t.Run("stage", func(t *testing.T) {
		d := deploy(t)
		client, names := dynamodb.NewFromConfig(d.cfg), dynamo.NamesBy(d.stage.Name)
		feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: d.store}
		test(t, place{
			flags: []string{"--stage", string(d.stage)}, store: d.store, lot: d.lot, feed: feed.Append,
			sqs: sqs.NewFromConfig(d.cfg), stage: d.stage,
			notes: &dynamo.Traces{Client: client, Table: names.Traces}, jobs: &dynamo.Jobs{Client: client, Table: names.Traces},
		})
	})
}

func (p place) run(t *testing.T, args ...string) string {
	t.Helper()
	return foldstream(t, append(args, p.flags...)...)
}

// queues creates the queues of consumers, where a system has some that must be created.
func (p place) queues(t *testing.T) {
	t.Helper()
	for _, q := range topology.Queues(domain.App) {
		if p.sqs == nil {
			return
		}
		if _, err := messaging.CreateInbox(t.Context(), p.sqs, p.stage.Name(q.Name)); err != nil {
			t.Fatal(err)
		}
	}
}

// happen appends events of "Type {data}" to a stream, as one commit of a trace, and gives it.
func (p place) happen(t *testing.T, stream es.StreamID, origin es.Origin, events ...es.Recorded) es.Commit {
	t.Helper()
	last, err := p.store.Tail(t.Context(), stream, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := es.Draft{Stream: stream, Events: events, Origin: origin}
	if d.Origin.CommandID == "" {
		d.Origin.CommandID = engine.NewID()
	}
	if d.Origin.TraceID == "" {
		d.Origin.TraceID = engine.NewID()
	}
	if d.Origin.Time.IsZero() {
		d.Origin.Time = time.Now().UTC().Truncate(time.Millisecond)
	}
	if len(last) > 0 {
		d.After = last[0].Head()
	}
	if err := p.store.Append(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	c := d.Commit()
	if err := p.feed(t.Context(), []es.Commit{c}); err != nil {
		t.Fatal(err)
	}
	if err := p.notes.Note(t.Context(), c.TraceID, engine.Outcomes(c, false)); err != nil {
		t.Fatal(err)
	}
	return c
}

// created is the event that begins a match.
func created(by string) es.Recorded {
	return es.Recorded{Type: "MatchCreated", Data: jsontext.Value(fmt.Sprintf(`{"createdBy":%q,"size":"small"}`, by))}
}
