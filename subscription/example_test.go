package subscription_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/subscription"
)

// A program handles what has happened, stops, and goes on where it was. This one has the store in its own process; one that
// is elsewhere has as its source
//
//	&subscription.WebSocket{Base: "https://api.example", Token: token}
func ExampleRun() {
	folder, err := os.MkdirTemp("", "subscription-")
	must(err)
	defer os.RemoveAll(folder)
	store, err := sqlite.Open(folder)
	must(err)
	defer func() { must(store.Close()) }()

	follow := func(last es.StreamID) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		err := subscription.Run(ctx, subscription.Options{
			Source:     subscription.Feed{Log: store},
			Checkpoint: subscription.File(filepath.Join(folder, "credits.position")),
			Filter:     subscription.Filter{Events: []string{"Credited"}},
		}, func(_ context.Context, c es.Positioned) error {
			fmt.Println(c.Position, c.Stream, string(c.Events[0].Data))
			if c.Stream == last {
				stop()
			}
			return nil
		})
		must(err)
	}
	happens := func(stream es.StreamID, event, data string) {
		err := store.Append(context.Background(), es.Draft{Stream: stream, Events: []es.Recorded{{Type: event, Data: []byte(data)}}})
		must(err)
	}

	happens("wallet-a", "Credited", `{"amount":"5"}`)
	happens("wallet-b", "Opened", `{"currency":"EUR"}`)
	follow("wallet-a")
	happens("wallet-c", "Credited", `{"amount":"7"}`)
	follow("wallet-c")
	// Output:
	// 1 wallet-a {"amount":"5"}
	// 3 wallet-c {"amount":"7"}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
