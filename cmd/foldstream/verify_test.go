package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// whole is a store in which all is well, on one of the two engines.
type whole struct {
	testing.TB
	at     site
	relay  func(context.Context, []es.Commit) error // brings commits into the feed, where nobody else does
	damage []damage                                 // what only this engine can suffer
}

// damage is something that is done to a store, and what verify is to say of it. Each is done to another place.
type damage struct {
	what string
	do   func(t *testing.T, w *whole)
	want []string
}

// station opens the store for a moment.
func (w *whole) station(then func(*station)) {
	w.Helper()
	if err := w.at.open(context.Background(), func(s *station) error { then(s); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *whole) try(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

// execute runs a command, and brings what comes of it to the feed and the views.
func (w *whole) execute(s *station, decl *es.CommandDecl, command any) {
	w.Helper()
	done, err := s.Commands.Execute(context.Background(), engine.Request{
		Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{User: "ada", Roles: []string{es.RoleWrite}},
	})
	w.try(decl.Name, err)
	w.project(s, done.Stream)
}

// append appends events as nobody's command would.
func (w *whole) append(s *station, stream es.StreamID, after uint64, project bool, events ...es.Recorded) {
	w.Helper()
	d := es.Draft{Stream: stream, After: es.HeadAt(after, 0), Events: events, Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()}}
	w.try("append", s.Commands.Store.Append(context.Background(), d))
	w.try("relay", w.relay(context.Background(), []es.Commit{d.Commit()}))
	if project {
		w.project(s, stream)
	}
}

func (w *whole) project(s *station, stream es.StreamID) {
	w.Helper()
	var commits []es.Commit
	for c, err := range s.Commands.Store.Load(context.Background(), stream, 0) {
		w.try("load", err)
		commits = append(commits, c)
	}
	w.try("relay", w.relay(context.Background(), commits))
	unsearched := *s.Installation
	unsearched.Search = nil
	consumers := unsearched.Consumers()
	for _, view := range s.App.Views() {
		if view.Global {
			w.try("project", engine.Global{Consumer: consumers[view.Name]}.Deliver(context.Background(), stream, commits, 1))
		} else if view.Categories[0] == stream.Category() {
			w.try("project", consumers[view.Name].Deliver(context.Background(), stream, commits, 1))
		}
	}
}

// fill makes a store in which all is well, with something of everything.
func (w *whole) fill() {
	w.station(func(s *station) {
		w.execute(s, team.DoCreate, team.Create{TeamID: "t1", Name: "Reds"})
		w.project(s, es.Unique{Kind: "team-name", Value: name.Key("Reds")}.Stream())
		for n := range 7 {
			w.execute(s, wallet.DoOpen, wallet.Open{ID: fmt.Sprint("w", n+1), Owner: "ada", Currency: "EUR"})
		}
		for _, id := range []string{"w1", "w1", "w5", "w5", "w7", "w7"} {
			w.execute(s, wallet.DoCredit, wallet.Credit{WalletID: id, Amount: "12.5"})
		}
		w.snapshot(s, "wallet-w1", "")
		w.try("snapshot", s.Commands.Snapshots.SaveSnapshot(context.Background(), es.FoldID{Name: "gone.Fold", Fingerprint: "x"}, "wallet-w2", engine.Snapshot{Version: 1, State: []byte(`{}`)}))
		w.append(s, "match-m1", 0, true, es.Recorded{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)})
		w.try("set a timer", s.Timers.Set(context.Background(), deadline))
	})
}

// snapshot takes a snapshot of a wallet, or one of this state.
func (w *whole) snapshot(s *station, stream es.StreamID, state string) {
	w.Helper()
	text := []byte(state)
	version := uint64(0)
	var folded any
	for c, err := range s.Commands.Store.Load(context.Background(), stream, 0) {
		w.try("load", err)
		var foldErr error
		folded, foldErr = wallet.Aggregate.Fold(folded, c)
		w.try("fold", foldErr)
		version = c.Last()
	}
	if state == "" {
		var err error
		text, err = es.Encode(folded)
		w.try("encode", err)
	}
	w.try("save a snapshot", s.Commands.Snapshots.SaveSnapshot(context.Background(), wallet.Aggregate.FoldID(), stream, engine.Snapshot{Version: version, State: text}))
}

func (w *whole) verify(t *testing.T, args ...string) string {
	t.Helper()
	return foldstream(t, append([]string{"verify", "--data", w.at.Data, "--stage", w.at.stage, "--patience", "1ms"}, args...)...)
}

// onThisMachine is a store in a folder.
func onThisMachine(t *testing.T) *whole {
	data := t.TempDir()
	sql := func(file, script string) func(*testing.T, *whole) {
		return func(t *testing.T, w *whole) {
			conn, err := sqlite.OpenConn(filepath.Join(w.at.Data, file))
			w.try("open", err)
			w.try("damage", sqlitex.ExecuteScript(conn, script, nil))
			w.try("close", conn.Close())
		}
	}
	return &whole{
		TB: t, at: site{Config: local.Config{App: domain.App, Data: data}},
		relay: func(context.Context, []es.Commit) error { return nil },
		damage: []damage{
			{
				"a commit that is gone",
				sql("events.db", "DELETE FROM events WHERE stream = 'wallet-w5' AND version = 2"),
				[]string{"feed: position ", "a commit at each position", "stream: wallet-w5", "a commit that begins at version 2", "version 3: what is between is not in the feed"},
			},
			{
				"commits in another order",
				sql("events.db", "UPDATE events SET position = -position WHERE position IN (14, 15); UPDATE events SET position = 29 + position WHERE position < 0"),
				[]string{"feed: wallet-w7 at position 14", "version 3: what is between is not in the feed", "feed: wallet-w7 at position 15", "version 2, which the feed has been past"},
			},
			{
				"positions of the feed that are gone",
				sql("events.db", "UPDATE events SET position = position + 1000 WHERE stream = 'match-m1'"),
				[]string{"feed: position 16\n", "feed: positions ", "nothing"},
			},
			{
				"a subscription without a connection",
				sql("state.db", "INSERT INTO subscriptions (topic, connection) VALUES ('wallet-w1', 'ghost')"),
				[]string{"connection: ghost", "a subscription to wallet-w1 alone"},
			},
		},
	}
}

// onAStage is a store on tables.
func onAStage(t *testing.T) *whole {
	d := deploy(t)
	d.equip(t)
	client, names := dynamodb.NewFromConfig(d.cfg), dynamo.NamesBy(d.stage.Name)
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: d.store}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(n uint64) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }
	remove := func(table string, key map[string]types.AttributeValue) func(*testing.T, *whole) {
		return func(t *testing.T, w *whole) {
			_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: key})
			w.try("delete", err)
		}
	}
	return &whole{
		TB: t, at: site{Config: local.Config{App: domain.App}, stage: string(d.stage)}, relay: feed.Append,
		damage: []damage{
			{
				"a commit that is gone",
				remove(names.Events, map[string]types.AttributeValue{"aggregateId": text("wallet-w5"), "version": number(2)}),
				[]string{"feed: position ", "there is no commit wallet-w5@2", "stream: wallet-w5", "a commit that begins at version 2"},
			},
			{
				"a batch of the feed that is gone",
				remove(names.Feed, map[string]types.AttributeValue{"pk": text("chunk/0"), "position": number(5)}),
				[]string{"feed: position 5", "does not hold position 5"},
			},
			{
				"a commit that is not in the feed",
				func(t *testing.T, w *whole) {
					d.happen(t, "wallet-w9", time.Now(), es.Recorded{Type: "WalletOpened", Data: []byte(`{"owner":"ada","currency":"EUR"}`)})
				},
				[]string{"feed: wallet-w9", "the store has version 1, and the feed does not"},
			},
			{
				"a subscription without a connection",
				func(t *testing.T, w *whole) {
					connections := &dynamo.Connections{Client: client, Table: names.Connections}
					now := time.Now()
					w.try("connect", connections.Connect(t.Context(), engine.Connection{ID: "ghost", User: "ada", Opened: now, Expires: now.Add(time.Hour)}))
					w.try("subscribe", connections.Subscribe(t.Context(), "ghost", "wallet-w1"))
					remove(names.Connections, map[string]types.AttributeValue{"pk": text("connection/ghost"), "sk": text("self")})(t, w)
				},
				[]string{"connection: ghost", "a subscription to wallet-w1 alone"},
			},
		},
	}
}

// damages are what every store can suffer.
var damages = []damage{
	{"an event that nobody knows", func(_ *testing.T, w *whole) {
		w.station(func(s *station) { w.append(s, "wallet-w3", 1, false, es.Recorded{Type: "Burnt", Data: []byte(`{}`)}) })
	}, []string{"stream: wallet-w3 at version 2", "does not know the event type"}},
	{"an event of a later program", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			w.append(s, "wallet-w4", 1, false, es.Recorded{Type: "WalletClosed", Schema: 9, Data: []byte(`{}`)})
		})
	}, []string{"stream: wallet-w4 at version 2", "its schema version is 9"}},
	{"a stream of no category", func(_ *testing.T, w *whole) {
		w.station(func(s *station) { w.append(s, "thing-1", 0, false, es.Recorded{Type: "Burnt", Data: []byte(`{}`)}) })
	}, []string{"stream: thing-1", "an aggregate of the category thing"}},
	{"a row that says something else", func(t *testing.T, w *whole) {
		w.row("wallets", "w1", func(r *engine.Row) { r.Doc = []byte(`{"id":"w1","balance":"1000"}`) })
	}, []string{"view: wallets w1", "the documents differ", `"balance":"25"`, `"balance":"1000"`}},
	{"a row at a place of no index", func(t *testing.T, w *whole) {
		w.row("wallets", "w6", func(r *engine.Row) { r.Keys = r.Keys[:1] })
	}, []string{"view: wallets w6", "the places in indexes differ"}},
	{"a row of no stream", func(t *testing.T, w *whole) {
		w.row("wallets", "ghost", func(r *engine.Row) { r.Version, r.Doc = 1, []byte(`{}`) })
	}, []string{"view: wallets ghost", "no row: wallet-ghost has no events", "a row at version 1"}},
	{"a row that was left behind", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			w.append(s, "match-m1", 1, false, es.Recorded{Type: "JoinRequested", Data: []byte(`{"userId":"bob"}`)})
		})
	}, []string{"view: matches m1", "expected version 2", "version 1: it has been left behind"}},
	{"a row of a view of many streams that says something else", func(t *testing.T, w *whole) {
		w.row("button-creditors", "ada", func(r *engine.Row) { r.Doc = []byte(`{"id":"ada","clicked":true}`) })
	}, []string{"view: button-creditors ada", "the documents differ"}},
	{"a row of a view of many streams that nobody made", func(t *testing.T, w *whole) {
		w.row("button-creditors", "ghost", func(r *engine.Row) { r.Version, r.Doc = 1, []byte(`{}`) })
	}, []string{"view: button-creditors ghost", "only the live generation has the row"}},
	{"a snapshot that says something else", func(_ *testing.T, w *whole) {
		w.station(func(s *station) { w.snapshot(s, "wallet-w2", `{"owner":"bob"}`) })
	}, []string{"snapshot: wallet-w2 at version 1", `expected {"owner":"ada","currency":"EUR"}`, `found    {"owner":"bob"}`}},
	{"a snapshot of no stream", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			w.try("save", s.Commands.Snapshots.SaveSnapshot(context.Background(), wallet.Aggregate.FoldID(), "wallet-ghost", engine.Snapshot{Version: 1, State: []byte(`{}`)}))
		})
	}, []string{"snapshot: wallet-ghost", "no snapshot: the stream has no events"}},
	{"a unique value of no stream", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			w.append(s, "unique-email-1", 0, false, es.Recorded{Type: "Reserved", Data: []byte(`{"owner":"identity-ghost"}`)})
		})
	}, []string{"unique: unique-email-1", "identity-ghost, which has none"}},
	{"a timer of no stream", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			e := deadline
			e.ID, e.Stream = "deadline-ghost", "match-ghost"
			w.try("set a timer", s.Timers.Set(context.Background(), e))
		})
	}, []string{"timer: deadline-ghost", "forfeit-turn for match-ghost, which has none"}},
}

// row changes a row behind its view's back.
func (w *whole) row(view, id string, change func(*engine.Row)) {
	w.station(func(s *station) {
		was, err := s.Views.Row(context.Background(), view, id)
		w.try("read a row", err)
		now := was
		change(&now)
		w.try("save a row", s.Views.Save(context.Background(), view, id, was, now))
	})
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *whole{"here": onThisMachine, "stage": onAStage} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.fill()
			says(t, w.verify(t), "Nothing is wrong.", "1 snapshots, 1 unique values, 1 timers", "1 snapshot is of another fold and unused")
			for _, d := range append(damages, w.damage...) {
				t.Run(d.what, func(t *testing.T) {
					d.do(t, w)
					says(t, w.verify(t), append(d.want, "failed: ")...)
				})
			}
			says(t, w.verify(t, "--json"), `{"check":"view","where":"wallets ghost"`, `"findings":`)
			if at, few := w.findings(0), w.findings(2); len(at) == 0 || !slices.Equal(at, few) {
				t.Errorf("with two streams in mind at once it finds %q, and else %q", few, at)
			}
		})
	}
}

// findings are all that verify finds, with so many streams in mind at once.
func (w *whole) findings(streams int) (all []string) {
	w.station(func(s *station) {
		v := s.Verify()
		v.Patience, v.Streams = time.Millisecond, streams
		v.Found = func(f engine.Finding) { all = append(all, fmt.Sprintf("%+v", f)) }
		_, err := v.Run(context.Background())
		w.try("verify", err)
	})
	slices.Sort(all)
	return all
}

// TestVerifyWhileEventsComeIn finds nothing wrong with a store that is at work.
func TestVerifyWhileEventsComeIn(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *whole{"here": onThisMachine, "stage": onAStage} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.fill()
			ctx, stop := context.WithCancel(t.Context())
			var writer sync.WaitGroup
			writer.Go(func() {
				w.station(func(s *station) {
					for n := 0; ctx.Err() == nil; n++ {
						id := fmt.Sprint("busy-", n%5)
						if n < 5 {
							w.execute(s, wallet.DoOpen, wallet.Open{ID: id, Owner: "ada", Currency: "EUR"})
						}
						w.execute(s, wallet.DoCredit, wallet.Credit{WalletID: id, Amount: "1"})
					}
				})
			})
			for range 3 {
				says(t, w.verify(t, "--patience", "1m"), "Nothing is wrong.")
			}
			stop()
			writer.Wait()
			if said := w.verify(t, "--patience", "1m"); !strings.Contains(said, "Nothing is wrong.") {
				t.Error(said)
			}
		})
	}
}
