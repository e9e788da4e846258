package cloud

import (
	"maps"
	"slices"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Events serves [handler.ListEvents].
func Events(options ...wiring.Option) {
	client := wiring.Database()
	wiring.Route(handler.Events(wiring.Seals(client, wiring.Gather(options)).Log(wiring.Feed(client)), wiring.Catalogue()))
}

// Streams serves [handler.ListStreams].
func Streams() {
	wiring.Route(handler.Streams(&dynamo.Directory{
		Client: wiring.Database(), Table: wiring.Environment(setting.DirectoryTable), Categories: slices.Collect(maps.Keys(wiring.Catalogue())),
	}))
}

// Stream serves [handler.GetStream].
func Stream(app *es.App, options ...wiring.Option) {
	client := wiring.Database()
	wiring.Route(handler.Stream(wiring.Seals(client, wiring.Gather(options)).Store(wiring.Events(client)), app))
}
