package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// system is the app on AWS's services, with its triggers pulled by the test.
type system struct {
	t         *testing.T
	commands  *engine.Commands // warm
	calls     *calls           // of the commands' client to DynamoDB
	views     *dynamo.Views
	traces    *dynamo.Traces
	sockets   *dynamo.Connections
	feed      *dynamo.Feed
	authority *token.Authority
	heard     *heard
}

func start(t *testing.T) *system {
	t.Helper()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails shows in what the test reads
	cfg := emulator.MiniStack(t)
	name := emulator.Name("wire")
	client := dynamodb.NewFromConfig(cfg)
	names := dynamo.Names{
		Events: name + "-events", Feed: name + "-feed", Views: name + "-views",
		Checkpoints: name + "-checkpoints", Traces: name + "-traces", Connections: name + "-connections",
	}
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	signer, err := keyfile.Open(t.TempDir() + "/key.pem")
	if err != nil {
		t.Fatal(err)
	}
	s := &system{
		t: t, calls: &calls{}, heard: &heard{}, authority: &token.Authority{Issuer: "https://id.example", Signer: signer},
		views:   &dynamo.Views{Client: client, Table: names.Views},
		traces:  &dynamo.Traces{Client: client, Table: names.Traces},
		sockets: &dynamo.Connections{Client: client, Table: names.Connections},
	}
	counted := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, s.calls.count) })
	memory, err := engine.NewMemory(100)
	if err != nil {
		t.Fatal(err)
	}
	s.commands = &engine.Commands{Store: &dynamo.EventStore{Client: counted, Table: names.Events}, Memory: memory}
	s.feed = &dynamo.Feed{Client: client, Table: names.Feed, Events: &dynamo.EventStore{Client: client, Table: names.Events}}
	s.run(cfg, client, names, name)
	return s
}

// run pulls the triggers until the test ends: the stream's, and the queues'.
func (s *system) run(cfg aws.Config, client *dynamodb.Client, names dynamo.Names, name string) {
	queues := map[string][]string{}
	for _, q := range topology.Queues(domain.App) {
		queues[q.Name] = q.Categories
	}
	topics, boxes := sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	made, err := messaging.CreateTopology(s.t.Context(), topics, boxes, name, queues)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	s.t.Cleanup(func() {
		stop()
		all.Wait()
	})
	relay := &dynamo.Relay{Feed: s.feed, Publisher: &messaging.Publisher{Client: topics, Topic: made.Topic}}
	all.Go(func() {
		if err := emulator.Pump(ctx, cfg, names.Events, relay.Handle); err != nil {
			s.t.Error(err)
		}
	})
	receiver := &messaging.Receiver{Client: boxes, Queues: made.Queues}
	for queue, consumer := range s.consumers(client, names) {
		all.Go(func() {
			for ctx.Err() == nil {
				if _, err := receiver.Poll(ctx, queue, time.Second, handler.Consumer{Consumer: consumer}.Handle); err != nil && ctx.Err() == nil {
					s.t.Errorf("poll %s: %v", queue, err)
					return
				}
			}
		})
	}
}

func (s *system) consumers(client *dynamodb.Client, names dynamo.Names) map[string]*engine.Consumer {
	store := &dynamo.EventStore{Client: client, Table: names.Events}
	checkpoints := &dynamo.Checkpoints{Client: client, Table: names.Checkpoints}
	lot := &dynamo.ParkingLot{Client: client, Table: names.Checkpoints}
	all := map[string]*engine.Consumer{}
	for _, view := range domain.App.Views() {
		all[view.Name] = &engine.Consumer{Name: view.Name, Store: store, Lot: lot, Handler: &engine.Projector{View: view, Views: s.views}}
	}
	mailer, err := outbox.Open(s.t.TempDir(), "no-reply@example.com")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, decl := range domain.App.Sagas() {
		saga := &engine.Saga{Decl: decl, Commands: &engine.Commands{Store: store}, Mailer: mailer}
		all[decl.Name] = saga.Consumer(checkpoints, lot)
	}
	notifier := &engine.Notifier{Traces: s.traces, Connections: s.sockets, Pusher: s.heard, IsPrivate: domain.App.IsPrivate}
	all[engine.NotifierName] = notifier.Consumer(store, checkpoints, lot)
	return all
}

// invoke calls the Lambda of a route, as API Gateway does, and reads its answer.
func (s *system) invoke(caller es.Identity, route, path, body string, into any) int {
	s.t.Helper()
	method, pattern, _ := strings.Cut(route, " ")
	path, rawQuery, _ := strings.Cut(path, "?")
	request := events.APIGatewayV2HTTPRequest{
		RouteKey: route, RawPath: path, RawQueryString: rawQuery, Body: body, PathParameters: map[string]string{},
		Headers: map[string]string{"content-type": "application/json"}, QueryStringParameters: map[string]string{},
	}
	request.RequestContext.HTTP.Method = method
	values := strings.Split(path, "/")
	for i, part := range strings.Split(pattern, "/") {
		if strings.HasPrefix(part, "{") {
			request.PathParameters[strings.Trim(part, "{}")] = values[i]
		}
	}
	if version, ok := strings.CutPrefix(rawQuery, "min-version="); ok {
		request.QueryStringParameters["min-version"] = version
	}
	if caller.User != "" {
		request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
				Claims: map[string]string{"sub": caller.User, "scope": strings.Join(caller.Roles, " ")},
			},
		}
	}
	response, err := s.route(route)(s.t.Context(), request)
	if err != nil {
		s.t.Fatalf("%s: %v", route, err)
	}
	if response.StatusCode < http.StatusBadRequest && into != nil {
		if err := es.Decode([]byte(response.Body), into); err != nil {
			s.t.Fatalf("%s answered %q: %v", route, response.Body, err)
		}
	}
	return response.StatusCode
}

func (s *system) route(route string) handler.HTTP {
	for _, d := range domain.App.Commands() {
		if d.Route == route {
			return (&handler.Command{Decl: d, Commands: s.commands, Traces: s.traces, Authority: s.authority}).Handle
		}
	}
	for _, d := range domain.App.Queries() {
		if d.Route == route {
			return (&handler.Query{Decl: d, Views: s.views}).Handle
		}
	}
	if route == handler.GetTrace.Route {
		return handler.Trace(s.traces)
	}
	s.t.Fatalf("there is no route %s", route)
	return nil
}

// calls counts calls to AWS by operation.
type calls struct {
	mu sync.Mutex
	by map[string]int
}

func (c *calls) count(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("count", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		c.mu.Lock()
		if c.by == nil {
			c.by = map[string]int{}
		}
		c.by[middleware.GetOperationName(ctx)]++
		c.mu.Unlock()
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// take gives what was counted, in words, and begins anew.
func (c *calls) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	counted := fmt.Sprint(c.by)
	c.by = nil
	return strings.TrimPrefix(counted, "map")
}

// heard is a pusher that keeps what connections hear.
type heard struct {
	mu       sync.Mutex
	messages map[string][]string // by connection
}

func (h *heard) Push(_ context.Context, connection string, message []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.messages == nil {
		h.messages = map[string][]string{}
	}
	h.messages[connection] = append(h.messages[connection], string(message))
	return nil
}

func (h *heard) by(connection string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.messages[connection], "\n")
}
