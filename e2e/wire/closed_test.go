package wire

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	archive "github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// readsClosed has jobs about a wallet whose first era is in the archive, but for its tombstone: a rebuild by streams, one by the
// feed, and a retry for a saga that has yet to come to it.
func (a deployment) readsClosed() {
	a.t.Helper()
	stream := a.archived("w1")
	for _, view := range []string{"wallets", "button-creditors"} {
		rebuilt := a.job("command/rebuild-view", `{}`, map[string]string{"view": view}).Result.Rebuilt
		if rebuilt.Comparison.Rows != 1 || rebuilt.Comparison.Different != 0 || rebuilt.Events != 5 {
			a.t.Errorf("the rebuild of %s reports %+v", view, rebuilt)
		}
	}
	client := dynamodb.NewFromConfig(a.cfg)
	lot, checkpoints := &dynamo.ParkingLot{Client: client, Table: a.names.Checkpoints}, &dynamo.Checkpoints{Client: client, Table: a.names.Checkpoints}
	note := engine.Parked{Consumer: "wallet-transfers", Stream: stream, Version: 1, Error: "it has been archived", Attempts: 5, Time: time.Now()}
	if err := lot.Park(a.t.Context(), note); err != nil {
		a.t.Fatal(err)
	}
	a.job("command/retry-parked", `{}`, map[string]string{"consumer": note.Consumer, "stream": string(stream)})
	if at, err := checkpoints.Applied(a.t.Context(), note.Consumer, stream); err != nil || at != 5 {
		a.t.Errorf("the saga is at version %d, error %v", at, err)
	}
}

// archived opens a wallet long ago, credits it, and moves what has been closed of it to the archive.
func (a deployment) archived(id string) es.StreamID {
	a.t.Helper()
	ctx, client, stream := a.t.Context(), dynamodb.NewFromConfig(a.cfg), es.NewStreamID("wallet", id)
	commands := a.commands()
	commands.World = engine.World{Now: func() time.Time { return time.Now().Add(-100 * time.Hour) }}
	do := a.doing(commands)
	do(wallet.DoOpen, wallet.Open{ID: id, Owner: named("ann").User, Currency: "EUR"})
	do(wallet.DoCredit, wallet.Credit{WalletID: id, Amount: "5"})
	if _, err := (&engine.Closer{App: domain.App, Commands: commands}).Close(ctx, stream, false); err != nil {
		a.t.Fatal(err)
	}
	events := &dynamo.EventStore{Client: client, Table: a.names.Events}
	feed := &dynamo.Feed{Client: client, Table: a.names.Feed, Events: events}
	checkpoints := &dynamo.Checkpoints{Client: client, Table: a.names.Checkpoints}
	books := &engine.Bookkeeper{Installation: &engine.Installation{
		App: es.NewApp(es.Context{
			Name: "wallet", Aggregates: []es.Folder{wallet.Aggregate, button.Aggregate}, Views: []*es.ViewDecl{wallet.Records.ViewDecl, wallet.ButtonCreditors.ViewDecl},
		}),
		Stored: events, Feed: feed, Books: dynamo.Books{Feed: feed}, Commands: commands, Checkpoints: checkpoints,
		Archive: &archive.Archive{Client: archive.NewClient(a.cfg), Bucket: a.told[setting.ArchiveBucket]},
		Views:   &dynamo.Views{Client: client, Table: a.names.Views}, Lot: &dynamo.ParkingLot{Client: client, Table: a.names.Checkpoints},
	}}
	generations := &dynamo.Generations{Client: client, Table: a.names.Views}
	books.Generations, books.Turns = generations, &engine.Turns{Generations: generations}
	eventually(a.t, "the feed has the wallet", func() bool {
		at, err := books.Books.Fed(ctx, stream)
		return err == nil && at == 5
	})
	for view, from := range map[string]es.StreamID{"wallets": stream, "button-creditors": engine.FeedStream} {
		if parked, err := books.Consumers()[view].Retry(ctx, from); err != nil || parked != nil {
			a.t.Fatalf("%s: parked %+v, error %v", view, parked, err)
		}
	}
	if err := checkpoints.Advance(ctx, engine.NotifierName, stream, 0, 5); err != nil {
		a.t.Fatal(err)
	}
	if done, err := books.Run(ctx, stream, false); err != nil || len(done) != 1 || done[0].Commits != 3 {
		a.t.Fatalf("archived is %+v, error %v", done, err)
	}
	return stream
}
