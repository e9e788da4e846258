package cloud

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Projector serves the queue of a declared view.
func Projector(view *es.ViewDecl) {
	client := database()
	consumer := &engine.Consumer{
		Name: view.Name, Store: events(client), Lot: lot(client), Handler: &engine.Projector{View: view, Views: views(client)},
	}
	start(handler.Consumer{Consumer: consumer}.Handle)
}

// EventHandler serves the queue of a declared saga that posts no mail.
func EventHandler(decl *es.Saga) { eventHandler(decl, nil) }

// MailingEventHandler serves the queue of a declared saga that posts mails.
func MailingEventHandler(decl *es.Saga) {
	client := sesv2.NewFromConfig(awsconfig.From(os.Getenv))
	eventHandler(decl, &ses.Mailer{Client: client, From: environment(setting.MailFrom)})
}

func eventHandler(decl *es.Saga, mailer engine.Mailer) {
	client := database()
	saga := &engine.Saga{Decl: decl, Commands: commands(client), Mailer: mailer}
	start(handler.Consumer{Consumer: saga.Consumer(checkpoints(client), lot(client))}.Handle)
}

// Notifier serves the notifier's queue.
func Notifier(app *es.App) {
	client := database()
	notifier := &engine.Notifier{
		Traces: traces(client), Connections: connections(client), Pusher: pusher(), IsPrivate: app.IsPrivate,
	}
	start(handler.Consumer{Consumer: notifier.Consumer(events(client), checkpoints(client), lot(client))}.Handle)
}

// Relay serves the stream of the events table.
func Relay() {
	start((&dynamo.Relay{Feed: feed(database()), Publisher: publisher()}).Handle)
}

const (
	sweepFrom  = 25 * time.Hour   // ago: a stream keeps its records for 24
	sweepUntil = 10 * time.Minute // ago: the relay has had its chance by then
)

// Sweeper serves a schedule: it relays what the relay never got to the feed.
func Sweeper() {
	sweeper := &dynamo.Sweeper{Feed: feed(database()), Publisher: publisher()}
	start(func(ctx context.Context) (int, error) {
		now := time.Now()
		return sweeper.Sweep(ctx, now.Add(-sweepFrom), now.Add(-sweepUntil))
	})
}

func feed(client *dynamodb.Client) *dynamo.Feed {
	return &dynamo.Feed{Client: client, Table: environment(setting.FeedTable), Events: events(client)}
}

func publisher() *messaging.Publisher {
	return &messaging.Publisher{Client: sns.NewFromConfig(awsconfig.From(os.Getenv)), Topic: aws.String(environment(setting.Topic))}
}
