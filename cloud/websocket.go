package cloud

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"github.com/foldstream/foldstream/adapters/apigateway"
	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Connect serves the $connect route.
func Connect() {
	start((&handler.WebSocket{Authority: authority(), Connections: connections(database())}).Handle)
}

// Disconnect serves the $disconnect route.
func Disconnect() { start((&handler.WebSocket{Connections: connections(database())}).Handle) }

// Messages serves the $default route.
func Messages(app *es.App) {
	client := database()
	start((&handler.WebSocket{
		Connections: connections(client), Pusher: pusher(), Store: events(client), Streams: app.Streams,
	}).Handle)
}

func pusher() *apigateway.Pusher {
	client := apigatewaymanagementapi.NewFromConfig(awsconfig.From(os.Getenv), func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = aws.String(environment(setting.WebSocketEndpoint))
	})
	return &apigateway.Pusher{Client: client}
}
