package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// damage is something that is done to a store, and what verify is to say of it. Each is done to another place.
type damage struct {
	what string
	do   func(t *testing.T, w *whole)
	want []string
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
				[]string{"feed: position 16\n", "feed: positions ", "no commit"},
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
				[]string{"feed: wallet-w9 at version 1", "the commit of the store in the feed", "it is not there", "next     wait some minutes"},
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
	}, []string{"view: wallets w1", `expected {`, `"balance":"25"`, `found    the documents differ: {"balance":"1000"} at version 3`, "next     foldstream rebuild wallets"}},
	{"a row at a place of no index", func(t *testing.T, w *whole) {
		w.row("wallets", "w6", func(r *engine.Row) { r.Keys = r.Keys[:1] })
	}, []string{"view: wallets w6", "the places in indexes differ", `expected places `, "next     foldstream rebuild wallets"}},
	{"a row of no stream", func(t *testing.T, w *whole) {
		w.row("wallets", "ghost", func(r *engine.Row) { r.Version, r.Doc = 1, []byte(`{}`) })
	}, []string{"view: wallets ghost", "no row: wallet-ghost has no events", "a row at version 1"}},
	{"a row that was left behind", func(_ *testing.T, w *whole) {
		w.station(func(s *station) {
			w.append(s, "match-m1", 1, false, es.Recorded{Type: "JoinRequested", Data: []byte(`{"userId":"bob"}`)})
		})
	}, []string{"view: matches m1", "expected a row at version 2", "found    a row at version 1: it has been left behind", "next     see that a server"}},
	{"a row of a view of many streams that says something else", func(t *testing.T, w *whole) {
		w.row("button-creditors", "ada", func(r *engine.Row) { r.Doc = []byte(`{"id":"ada","clicked":true}`) })
	}, []string{"view: button-creditors ada", "the documents differ"}},
	{"a row of a view of many streams that was left behind", func(t *testing.T, w *whole) {
		w.row("button-creditors", "ada", func(r *engine.Row) { r.Version = 1 })
	}, []string{"view: button-creditors ada", "at position 1: it has been left behind", "next     see that a server"}},
	{"a row of a view of many streams that nobody made", func(t *testing.T, w *whole) {
		w.row("button-creditors", "ghost", func(r *engine.Row) { r.Version, r.Doc = 1, []byte(`{}`) })
	}, []string{"view: button-creditors ghost", "expected no row", "found    {} at position 1: no event makes it"}},
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
