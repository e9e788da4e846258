package wire

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/ses"
	texting "github.com/foldstream/foldstream/adapters/sns"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/topology"
)

// inboxes is how many Lambdas compete for the inbox.
const inboxes = 2

// run pulls the triggers until the test ends: the stream's, and the queues'.
func (s *system) run() {
	consumers := s.consumers()
	made := s.subscribe()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	s.t.Cleanup(func() {
		stop()
		all.Wait()
	})
	relay := &dynamo.Relay{
		Feed: s.feed, Publisher: &messaging.Publisher{Client: sns.NewFromConfig(s.cfg), Topic: made.Topic}, Wake: true,
	}
	all.Go(func() {
		if err := emulator.Pump(ctx, s.cfg, s.names.Events, relay.Handle); err != nil {
			s.t.Error(err)
		}
	})
	made.Queues[engine.InboxName], made.Queues[engine.TimersName] = s.inbox, s.timers.Queue
	receiver := &messaging.Receiver{Client: sqs.NewFromConfig(s.cfg), Queues: made.Queues}
	poll := func(queue string, handle messaging.Handler) {
		all.Go(func() {
			for ctx.Err() == nil {
				if _, err := receiver.Poll(ctx, queue, time.Second, handle); err != nil && ctx.Err() == nil {
					s.t.Errorf("poll %s: %v", queue, err)
					return
				}
			}
		})
	}
	for name, to := range consumers {
		poll(name, handler.Consumer{Name: name, To: to}.Handle)
	}
	for range inboxes {
		poll(engine.InboxName, s.errands(s.lambda(s.inboxed)).Handle)
	}
	timers := s.errands(s.lambda(nil))
	poll(engine.TimersName, func(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		response, err := timers.Handle(ctx, batch)
		s.rang.Add(int64(len(batch.Records) - len(response.BatchItemFailures)))
		return response, err
	})
}

func (s *system) errands(commands *engine.Commands) handler.Errands {
	return handler.Errands{Errands: &engine.Errands{Commands: commands, Find: domain.App.Command}}
}

// pass lets time pass, for SQS's delays and for Scheduler too.
func (s *system) pass(by time.Duration) {
	s.t.Helper()
	if err := s.clock.Advance(s.t.Context(), by); err != nil {
		s.t.Fatal(err)
	}
	if err := emulator.Fire(s.t.Context(), s.cfg, s.timers.Group, s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
}

// subscribe makes the topic, and a queue for each consumer.
func (s *system) subscribe() messaging.Topology {
	var everything []string // but what only tells followers that the feed goes on
	for _, a := range domain.App.Folders() {
		everything = append(everything, a.Category())
	}
	slices.Sort(everything)
	queues := map[string][]string{}
	for _, f := range s.functions() {
		if queues[f.Queue.Name] = f.Queue.Filter(); len(f.Queue.Filter()) == 0 && !f.Queue.Heralds {
			queues[f.Queue.Name] = slices.Compact(everything)
		}
	}
	made, err := messaging.CreateTopology(s.t.Context(), sns.NewFromConfig(s.cfg), sqs.NewFromConfig(s.cfg), s.name, queues)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// functions are the consumers to run.
func (s *system) functions() []topology.Function {
	return slices.DeleteFunc(topology.Functions(domain.App), func(f topology.Function) bool {
		return f.Queue == nil || f.Context != "" && !slices.Contains(s.contexts, f.Context)
	})
}

// consumers are Lambdas, each with commands of its own.
func (s *system) consumers() map[string]handler.Deliverer {
	client := s.database(nil)
	store, world := s.events(client), s.world()
	checkpoints := &dynamo.Checkpoints{Client: client, Table: s.names.Checkpoints}
	lot := &dynamo.ParkingLot{Client: client, Table: s.names.Checkpoints}
	every := map[string]handler.Deliverer{}
	for _, view := range domain.App.Views() {
		projector := &engine.Projector{View: view, Views: s.views, Turns: s.turns(), Store: store}
		if view.Global {
			every[view.Name] = engine.NewGlobal(projector, s.feed, checkpoints, lot, world)
			continue
		}
		every[view.Name] = &engine.Consumer{Name: view.Name, Store: store, Lot: lot, Handler: projector, World: world}
	}
	mails := sesv2.NewFromConfig(s.cfg, func(o *sesv2.Options) { o.APIOptions = append(o.APIOptions, s.post.keep) })
	texts := sns.NewFromConfig(s.cfg, func(o *sns.Options) { o.APIOptions = append(o.APIOptions, s.post.keep) })
	for _, decl := range domain.App.Sagas() {
		saga := &engine.Saga{
			Decl: decl, Commands: s.lambda(nil), Timers: s.timers,
			Mailer: &ses.Mailer{Client: mails, From: s.sender()}, Texter: &texting.Texter{Client: texts},
		}
		every[decl.Name] = saga.Consumer(checkpoints, lot)
	}
	for _, decl := range domain.App.Listeners() {
		listener := &engine.Listener{Decl: decl, Commands: s.lambda(nil), Timers: s.timers}
		every[decl.Name] = listener.Consumer(checkpoints, lot)
	}
	notifier := &engine.Notifier{Traces: s.traces, Connections: s.sockets, Pusher: s.heard, IsPrivate: domain.App.Catalogue().IsPrivate, World: world}
	every[engine.NotifierName] = engine.Herald{
		Consumer:  notifier.Consumer(store, checkpoints, lot),
		Followers: &engine.Followers{Connections: s.sockets, Pusher: s.heard, World: world},
	}
	snapshotter, err := engine.NewSnapshotter(s.lambda(nil), domain.App.Folders())
	if err != nil {
		s.t.Fatal(err)
	}
	every[engine.SnapshotterName] = snapshotter
	run := map[string]handler.Deliverer{}
	for _, f := range s.functions() {
		run[f.Queue.Name] = every[f.Queue.Name]
	}
	return run
}
