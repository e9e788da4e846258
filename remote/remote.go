// Package remote looks after a deployed stage from elsewhere: over its tables, with the ports that its own functions have.
package remote

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// System is an app on the tables of a stage.
type System struct {
	*engine.Installation
	Consumers map[string]*engine.Consumer // by name, those that can park
	Jobs      *dynamo.Jobs
	Backlogs  *messaging.Backlogs
	Letters   *messaging.DeadLetters
	Sweeper   engine.Sweeper
	Sizes     *dynamo.TableSizes
	Importer  *dynamo.Importer
	Moves     *dynamo.Moves
	around    *surroundings
}

// remembered is how many streams' states are kept in memory.
const remembered = 1000

// Open finds a stage in the account and the region of the usual environment of AWS: its variables, profiles and roles;
// AWS_ENDPOINT_URL names an emulator. It fails when the stage is not there. It reads tables only: what else a consumer needs
// is looked for when it is used, so that to look takes no more permissions than that.
func Open(ctx context.Context, app *es.App, stage topology.Stage) (*System, error) {
	if err := stage.Check(); err != nil {
		return nil, err
	}
	cfg, err := Environment(ctx)
	if err != nil {
		return nil, err
	}
	client, names := dynamodb.NewFromConfig(cfg), dynamo.NamesBy(stage.Name)
	if err := find(ctx, client, stage, names.Events); err != nil {
		return nil, err
	}
	return open(app, client, names, &surroundings{cfg: cfg, functions: lambda.NewFromConfig(cfg), all: topology.Functions(app), stage: stage})
}

// Environment is the usual one of AWS, as clients take it. It fails when that lacks a region or credentials.
func Environment(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the environment of AWS: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, errors.New("no region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("no credentials for AWS: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: %w", err)
	}
	awsconfig.Tune(&cfg, aws.RetryModeAdaptive)
	return cfg, nil
}

// find fails unless a stage's table is there.
func find(ctx context.Context, client *dynamodb.Client, stage topology.Stage, table string) error {
	_, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("stage %s: no table %s in %s: is it deployed?", stage, table, client.Options().Region)
	case err != nil:
		return fmt.Errorf("stage %s: look for the table %s in %s: %w", stage, table, client.Options().Region, err)
	}
	return nil
}

func open(app *es.App, client *dynamodb.Client, names dynamo.Names, around *surroundings) (*System, error) {
	memory, err := engine.NewMemory(remembered)
	if err != nil {
		return nil, err
	}
	generations := &dynamo.Generations{Client: client, Table: names.Views}
	events := &dynamo.EventStore{Client: client, Table: names.Events, Leases: names.Leases, Moves: names.Leases}
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: events}
	traces := &dynamo.Traces{Client: client, Table: names.Traces}
	archive := around.archive()
	whole := engine.Federate(archive, engine.FederationBytes)
	directory := &dynamo.Directory{Client: client, Table: names.Directory, Categories: slices.Collect(maps.Keys(app.Catalogue()))}
	keys := &dynamo.Keys{Client: client, Table: names.Keys, DataKeys: around.dataKeys()}
	seals := engine.NewSeals(keys, 0)
	i := &engine.Installation{
		App: app, Seals: seals, Keys: keys, Stored: whole.Store(events), Feed: whole.Feed(feed), Log: seals.Log(whole.Log(feed)), Books: dynamo.Books{Feed: feed}, Archive: archive, Traces: seals.Traces(traces), Agenda: around.agenda(),
		Directory: directory,
		Views:     &dynamo.Views{Client: client, Table: names.Views}, Lot: &dynamo.ParkingLot{Client: client, Table: names.Checkpoints},
		Checkpoints: &dynamo.Checkpoints{Client: client, Table: names.Checkpoints},
		Generations: generations, Turns: &engine.Turns{Generations: generations}, Search: around.search(),
		Commands: &engine.Commands{
			Store: seals.Store(events), Memory: memory, Snapshots: &dynamo.Snapshots{Client: client, Table: names.Snapshots},
			Leases: &dynamo.Leases{Client: client, Table: names.Leases}, Secrets: around.secrets(),
		},
		Timers: around.timers(), Mailer: around.mailer(), Texter: around.texter(),
	}
	i.Connections = &dynamo.Connections{Client: client, Table: names.Connections}
	i.Inventory = dynamo.Inventory{Client: client, Events: names.Events, Snapshots: names.Snapshots, Connections: names.Connections}
	s := &System{
		Installation: i, Consumers: i.Consumers(), Jobs: &dynamo.Jobs{Client: client, Table: names.Traces},
		Backlogs: &messaging.Backlogs{Client: sqs.NewFromConfig(around.cfg), Name: around.stage.Name},
		Letters:  &messaging.DeadLetters{Client: sqs.NewFromConfig(around.cfg), Name: around.stage.Name},
		Sweeper:  around.sweeper(client, names),
		Sizes: &dynamo.TableSizes{Client: client, Names: names, What: func(table string) string {
			return strings.TrimPrefix(table, around.stage.Name(""))
		}},
		Importer: around.importer(feed, directory, names), Moves: &dynamo.Moves{Client: client, Table: names.Leases}, around: around,
	}
	notifier := &engine.Notifier{
		Traces: traces, Seals: seals, Connections: i.Connections,
		Pusher: around.pusher(), IsPrivate: app.Catalogue().IsPrivate,
	}
	s.Consumers[engine.NotifierName] = notifier.Consumer(i.Stored, i.Checkpoints, i.Lot)
	return s, nil
}
