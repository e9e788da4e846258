package wire

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/adapters/secrets"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/token"
)

// system is some contexts of the app on AWS's services, with its triggers pulled by the test.
type system struct {
	t         *testing.T
	cfg       aws.Config
	name      string
	names     dynamo.Names
	contexts  []string
	clock     *emulator.Clock
	commands  *engine.Commands // of the routes' Lambdas, warm
	calls     *calls           // of the routes' Lambdas that are commands, to DynamoDB and SQS
	inboxed   *calls           // of the inbox's Lambdas, likewise
	views     *dynamo.Views
	traces    *dynamo.Traces
	sockets   *dynamo.Connections
	feed      *dynamo.Feed
	secrets   *secrets.Secrets
	timers    *scheduling.Timers
	inbox     string // URL
	authority *token.Authority
	heard     *heard
	rang      atomic.Int64 // timers that have been run
	post      *post
}

// start deploys contexts, and the system's own functions as far as these need them.
func start(t *testing.T, contexts ...string) *system {
	t.Helper()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails shows in what the test reads
	s := &system{
		t: t, cfg: emulator.MiniStack(t), name: emulator.Name("wire"), contexts: contexts, clock: &emulator.Clock{},
		calls: &calls{}, inboxed: &calls{}, heard: &heard{}, post: &post{},
	}
	s.names = tables(s.name)
	client := s.database(nil)
	if err := dynamo.CreateTables(t.Context(), client, s.names); err != nil {
		t.Fatal(err)
	}
	signer, err := keyfile.Open(t.TempDir() + "/key.pem")
	if err != nil {
		t.Fatal(err)
	}
	s.authority = &token.Authority{Issuer: "https://id.example", Signer: signer, World: s.world()}
	s.views = &dynamo.Views{Client: client, Table: s.names.Views}
	s.traces = &dynamo.Traces{Client: client, Table: s.names.Traces}
	s.sockets = &dynamo.Connections{Client: client, Table: s.names.Connections}
	s.feed = &dynamo.Feed{Client: client, Table: s.names.Feed, Events: s.events(client)}
	queues := sqs.NewFromConfig(s.cfg)
	if s.inbox, err = messaging.CreateInbox(t.Context(), queues, s.name+"-inbox"); err != nil {
		t.Fatal(err)
	}
	delayed := sqs.NewFromConfig(s.cfg, s.clock.Delay)
	if s.timers, err = scheduling.Create(t.Context(), scheduler.NewFromConfig(s.cfg), delayed, s.name+"-timers"); err != nil {
		t.Fatal(err)
	}
	s.timers.World = s.world()
	vault := secretsmanager.NewFromConfig(s.cfg)
	_, err = vault.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(s.name), SecretString: aws.String(strings.Repeat("s3cret! ", 4)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.secrets = &secrets.Secrets{Client: vault, ID: s.name}
	identity := &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(s.sender())}
	if _, err := sesv2.NewFromConfig(s.cfg).CreateEmailIdentity(t.Context(), identity); err != nil {
		t.Fatal(err)
	}
	s.commands = s.lambda(s.calls)
	s.run()
	return s
}

// tables are names of a system's own.
func tables(name string) dynamo.Names {
	return dynamo.NamesBy(func(thing string) string { return name + "-" + thing })
}

// turns are those of a cold Lambda.
func (s *system) turns() *engine.Turns {
	return &engine.Turns{Generations: &dynamo.Generations{Client: s.database(nil), Table: s.names.Views}}
}

func (s *system) world() engine.World { return engine.World{Now: s.clock.Now} }

func (s *system) sender() string { return s.name + "@example.com" }

// database gives a client whose calls are counted, unless nobody counts.
func (s *system) database(counted *calls) *dynamodb.Client {
	return dynamodb.NewFromConfig(s.cfg, func(o *dynamodb.Options) {
		if counted != nil {
			o.APIOptions = append(o.APIOptions, counted.count)
		}
	})
}

func (s *system) events(client *dynamodb.Client) *dynamo.EventStore {
	return &dynamo.EventStore{Client: client, Table: s.names.Events, Leases: s.names.Leases}
}

// lambda executes commands as a Lambda of its own does, with a memory of its own.
func (s *system) lambda(counted *calls) *engine.Commands {
	memory, err := engine.NewMemory(100)
	if err != nil {
		s.t.Fatal(err)
	}
	client := s.database(counted)
	queues := sqs.NewFromConfig(s.cfg, func(o *sqs.Options) {
		if counted != nil {
			o.APIOptions = append(o.APIOptions, counted.count)
		}
	})
	return &engine.Commands{
		Store: s.events(client), Memory: memory, Secrets: s.secrets, World: s.world(),
		Snapshots: &dynamo.Snapshots{Client: client, Table: s.names.Snapshots},
		Leases:    &dynamo.Leases{Client: client, Table: s.names.Leases},
		Inbox:     &messaging.Inbox{Client: queues, Queue: s.inbox},
	}
}
