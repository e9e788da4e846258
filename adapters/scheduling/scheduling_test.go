package scheduling_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

// amazon is SQS and Scheduler by the clock of a test: it holds delayed messages back itself, and fires schedules.
type amazon struct {
	cfg     aws.Config
	client  *sqs.Client
	timers  *scheduling.Timers
	receive *messaging.Receiver

	mu   sync.Mutex
	now  time.Time
	held []delayed
}

type delayed struct {
	until time.Time
	input sqs.SendMessageInput
}

func openAmazon(t *testing.T, cfg aws.Config) *amazon {
	t.Helper()
	a := &amazon{cfg: cfg, now: time.Date(2051, time.March, 4, 5, 6, 7, 0, time.UTC)}
	a.client = sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.APIOptions = append(o.APIOptions, a.hold) })
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(cfg), a.client, emulator.Name("timers"))
	if err != nil {
		t.Fatal(err)
	}
	timers.World = engine.World{Now: a.Now}
	a.timers = timers
	a.receive = &messaging.Receiver{Client: a.client, Queues: map[string]string{"timers": timers.Queue}}
	return a
}

// hold keeps messages with a delay from being sent.
func (a *amazon) hold(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("hold", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		input, isSend := in.Parameters.(*sqs.SendMessageInput)
		if !isSend || input.DelaySeconds == 0 {
			return next.HandleInitialize(ctx, in)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		d := delayed{a.now.Add(time.Duration(input.DelaySeconds) * time.Second), *input}
		d.input.DelaySeconds = 0
		a.held = append(a.held, d)
		return middleware.InitializeOutput{Result: &sqs.SendMessageOutput{}}, middleware.Metadata{}, nil
	}), middleware.Before)
}

func (a *amazon) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *amazon) Advance(by time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(by)
}

// due takes the messages whose delay is over.
func (a *amazon) due() (due []delayed) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var held []delayed
	for _, d := range a.held {
		if a.now.Before(d.until) {
			held = append(held, d)
		} else {
			due = append(due, d)
		}
	}
	a.held = held
	return due
}

func (a *amazon) Receive(ctx context.Context, handle messaging.Handler) (int, error) {
	for _, d := range a.due() {
		if _, err := a.client.SendMessage(ctx, &d.input); err != nil {
			return 0, err
		}
	}
	if err := emulator.Fire(ctx, a.cfg, a.timers.Group, a.Now()); err != nil {
		return 0, err
	}
	return a.receive.Poll(ctx, "timers", 0, handle)
}

func TestTimers(t *testing.T) {
	for name, engineOf := range map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract.Timers(t, func(t *testing.T) (engine.Timers, contract.Delivery) {
				a := openAmazon(t, engineOf(t))
				return a.timers, contract.Delivery{Now: a.Now, Advance: a.Advance, Receive: a.Receive}
			})
		})
	}
}

// TestDelayed waits for a message that SQS delays by the real clock.
func TestDelayed(t *testing.T) {
	cfg := emulator.MiniStack(t)
	client := sqs.NewFromConfig(cfg)
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(cfg), client, emulator.Name("timers"))
	if err != nil {
		t.Fatal(err)
	}
	due := time.Now().Add(300 * time.Millisecond)
	if err := timers.Set(t.Context(), engine.Errand{ID: "command-1", Due: due}); err != nil {
		t.Fatal(err)
	}
	receiver := &messaging.Receiver{Client: client, Queues: map[string]string{"timers": timers.Queue}}
	n, err := receiver.Poll(t.Context(), "timers", 5*time.Second, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
		if early := time.Until(due); early > 0 {
			t.Errorf("it comes %v early", early)
		}
		return events.SQSEventResponse{}, nil
	})
	if err != nil || n != 1 {
		t.Fatalf("got %d messages, error %v", n, err)
	}
}
