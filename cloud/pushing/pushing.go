// Package pushing serves the Lambdas that send to WebSocket connections.
package pushing

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"github.com/foldstream/foldstream/adapters/apigateway"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

func pusher() *apigateway.Pusher { return New(wiring.Config(), wiring.Environment) }

// Pushes is for the Lambda that carries out jobs: the notifier's may be among them.
func Pushes() wiring.Option {
	return func(p *wiring.Parts) { p.Pusher = pusher() }
}

// New makes a pusher of what a stack says of it, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) *apigateway.Pusher {
	client := apigatewaymanagementapi.NewFromConfig(cfg, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = aws.String(says(setting.WebSocketEndpoint))
	})
	return &apigateway.Pusher{Client: client}
}

// Notifier serves the notifier's queue.
func Notifier(options ...wiring.Option) {
	client := wiring.Database()
	connections, to := wiring.Connections(client), pusher()
	notifier := &engine.Notifier{
		Traces: wiring.Traces(client), Seals: wiring.Seals(client, wiring.Gather(options)), Connections: connections, Pusher: to, IsPrivate: wiring.Catalogue().IsPrivate,
	}
	consumer := notifier.Consumer(wiring.Events(client), wiring.Checkpoints(client), wiring.Lot(client))
	followers := &engine.Followers{Connections: connections, Pusher: to}
	wiring.Serve(engine.NotifierName, engine.Herald{Consumer: consumer, Followers: followers})
}

// Messages serves the WebSocket API's $default route.
func Messages(options ...wiring.Option) {
	client := wiring.Database()
	seals := wiring.Seals(client, wiring.Gather(options))
	wiring.Start((&handler.WebSocket{
		Connections: wiring.Connections(client), Pusher: pusher(), Store: seals.Store(wiring.Events(client)),
		Feed: seals.Log(wiring.Feed(client)), Catalogue: wiring.Catalogue(),
	}).Handle)
}
