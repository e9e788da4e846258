package handler

import (
	"context"
	"errors"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Errands is the handler of the queues of errands: timers that are due, each for itself, commands for single writers, in
// order for each stream, and jobs, in order for what they are about. Each message's body is one [engine.Errand].
type Errands struct{ Errands Runner }

// Runner runs an errand: an [engine.Errands], or an [engine.Upkeep]. What it answers with an error is to be brought again.
type Runner interface {
	Run(ctx context.Context, e engine.Errand, attempt int) error
}

// Handle runs a batch. A failed message of a FIFO queue is reported together with every later one of its stream.
func (h Errands) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	stuck := map[string]bool{}
	for _, m := range batch.Records {
		group := m.Attributes["MessageGroupId"]
		if !stuck[group] && h.run(ctx, m) == nil {
			continue
		}
		stuck[group] = group != ""
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	return response, nil
}

func (h Errands) run(ctx context.Context, m events.SQSMessage) error {
	var e engine.Errand
	if err := es.Decode([]byte(m.Body), &e); err != nil {
		// Only this system writes to these queues. What it cannot read now it never will, and others must not wait behind it.
		slog.ErrorContext(ctx, "a message is not an errand", "messageId", m.MessageId, "error", err)
		return nil
	}
	ctx = observe.With(ctx, "command", e.Command, "stream", e.Stream, "traceId", e.TraceID)
	err := h.Errands.Run(ctx, e, receives(m))
	if err != nil && !errors.Is(err, engine.ErrEarly) && !errors.Is(err, engine.ErrMoving) && !errors.Is(ctx.Err(), context.Canceled) {
		slog.WarnContext(ctx, "errand failed", "error", err)
	}
	return err
}
