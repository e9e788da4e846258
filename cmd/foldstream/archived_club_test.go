package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
)

// A club of persons, whose streams can be closed.
type (
	person struct{ Name string }
	joined struct {
		Name string `json:"name" personal:"id,erased=erased"`
	}
	nameWas struct {
		Name string `json:"name" personal:"id,erased=erased"`
	}
	join struct {
		ID   string `json:"-" from:"invoker"`
		Name string `json:"name"`
	}
	// called is a row: what somebody was called, and is.
	called struct {
		Joined  []string `json:"joined"`
		Carried []string `json:"carried"`
	}
)

func (e joined) Evolve(person) person  { return person(e) }
func (e nameWas) Evolve(person) person { return person(e) }
func (c join) Stream() string          { return c.ID }
func (c join) Validate() error         { return nil }
func (c join) Decide(person, es.Env) ([]es.Event[person], error) {
	return []es.Event[person]{joined{c.Name}}, nil
}

var (
	persons = es.Of("person", es.On[joined]("Joined"), es.On[nameWas]("NameWas")).
		CarriedOver(func(p person) []es.Event[person] { return []es.Event[person]{nameWas(p)} })
	doJoin    = es.Handles[join](persons, "register", "POST /persons")
	nameViews = []*es.ViewDecl{
		es.Project("persons",
			es.Upon(persons, func(s called, e joined, _ es.Meta) called { s.Joined = append(s.Joined, e.Name); return s }),
			es.Upon(persons, func(s called, e nameWas, _ es.Meta) called { s.Carried = append(s.Carried, e.Name); return s }),
		).ViewDecl,
		es.ProjectFeed("all-persons", es.Into(persons,
			func(joined, es.Meta) string { return "all" },
			func(s called, e joined, _ es.Meta) called { s.Joined = append(s.Joined, e.Name); return s },
		)).ViewDecl,
	}
	personsApp = es.NewApp(es.Context{Name: "persons", Aggregates: []es.Folder{persons}, Commands: []*es.CommandDecl{doJoin}, Views: nameViews})
)

// club is an installation of it, wherever it is.
type club struct {
	*engine.Installation
	export portable.Export
	relay  func(t *testing.T, stream es.StreamID)
}

func localClub(t *testing.T, data string) club {
	t.Helper()
	s, err := local.Open(local.Config{App: personsApp, Data: data}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return club{s.Installation, portable.Export{Backlogs: s.Store}, func(*testing.T, es.StreamID) {}}
}

func stageClub(t *testing.T) club {
	t.Helper()
	d := deploy(t)
	d.equip(t)
	made, err := kms.NewFromConfig(d.cfg).CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	client, names := dynamodb.NewFromConfig(d.cfg), dynamo.NamesBy(d.stage.Name)
	d.tell(t, topology.SealPersonal, map[string]string{setting.SubjectKey: *made.KeyMetadata.KeyId, setting.KeysTable: names.Keys})
	bucket := emulator.Name("archive")
	if _, err := s3.NewClient(d.cfg).CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		t.Fatal(err)
	}
	d.stack(t, "shared", map[string]string{"ArchiveBucket": bucket})
	system, err := remote.Open(t.Context(), personsApp, d.stage)
	if err != nil {
		t.Fatal(err)
	}
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: d.store}
	return club{system.Installation, portable.Export{Backlogs: system.Backlogs}, func(t *testing.T, stream es.StreamID) {
		t.Helper()
		var commits []es.Commit
		for c, err := range d.store.Load(t.Context(), stream, 0) {
			if err != nil {
				t.Fatal(err)
			}
			commits = append(commits, c)
		}
		if err := feed.Append(t.Context(), commits); err != nil {
			t.Fatal(err)
		}
	}}
}

// longAgo executes commands, and closes, so long ago that what was closed may be taken out.
func (c club) longAgo() *engine.Commands {
	then := *c.Commands
	then.World = engine.World{Now: func() time.Time { return time.Now().Add(longAgo) }}
	return &then
}

func (c club) join(t *testing.T, commands *engine.Commands, id, name string) {
	t.Helper()
	_, err := commands.Execute(t.Context(), engine.Request{
		Decl: doJoin, Command: join{id, name}, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{User: id, Roles: []string{es.RoleWrite}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliver brings streams to all who listen.
func (c club) deliver(t *testing.T, ids ...string) {
	t.Helper()
	notifier := (&engine.Notifier{Traces: c.Traces, Connections: c.Connections, IsPrivate: func(string) bool { return true }}).Consumer(c.Stored, c.Checkpoints, c.Lot)
	for _, id := range ids {
		stream := es.NewStreamID("person", id)
		c.relay(t, stream)
		for name, consumer := range map[string]*engine.Consumer{"persons": c.Consumers()["persons"], engine.NotifierName: notifier} {
			if p, err := consumer.Retry(t.Context(), stream); err != nil || p != nil {
				t.Fatalf("%s in %s: parked %v, error %v", name, stream, p, err)
			}
		}
	}
	if p, err := c.Consumers()["all-persons"].Retry(t.Context(), engine.FeedStream); err != nil || p != nil {
		t.Fatalf("parked %v, error %v", p, err)
	}
}

func (c club) forget(t *testing.T, id string) {
	t.Helper()
	f := &engine.Forget{Installation: c.Installation, Subject: id, By: "root", Why: "asked", Bound: time.Nanosecond}
	if report, err := f.Run(t.Context(), true); err != nil || report.Done.IsZero() {
		t.Fatalf("forgetting %s gave %+v, error %v", id, report, err)
	}
}

// shows fails unless rows, as they are and as a rebuild makes them, and a verification say that these are called so.
func (c club) shows(t *testing.T, names map[string]string) {
	t.Helper()
	for _, view := range nameViews {
		r, err := c.Rebuild(view)
		if err != nil {
			t.Fatal(err)
		}
		r.Bound, r.Patience = time.Nanosecond, time.Nanosecond
		if done, err := r.Run(t.Context(), false); err != nil || done.Comparison.Different > 0 {
			t.Errorf("a rebuild gave %+v, error %v", done, err)
		}
	}
	for id, name := range names {
		standing, err := c.Generations.Standing(t.Context(), "persons")
		if err != nil {
			t.Fatal(err)
		}
		row, err := c.Views.Row(t.Context(), engine.GenerationName("persons", standing.Live), id)
		if want := `{"joined":["` + name + `","` + name + ` again"],"carried":["` + name + `"]}`; err != nil || string(row.Doc) != strings.ReplaceAll(want, "erased again", "erased") {
			t.Errorf("the row of %s is %s, error %v", id, row.Doc, err)
		}
	}
	v := c.Verify()
	v.Found = func(f engine.Finding) { t.Errorf("found %+v", f) }
	if sum, err := v.Run(t.Context()); err != nil || sum.Archived > 0 || sum.Streams != 3 || sum.Events != 15 {
		t.Errorf("verified is %+v, error %v", sum, err)
	}
}
