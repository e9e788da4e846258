package handler

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Consumer is the handler of a consumer's SQS FIFO queue. Each message's body is one commit; its group is the stream.
type Consumer struct {
	Name string
	To   Deliverer
}

// Deliverer takes commits of one stream that arrived together; attempt counts the deliveries of the first, from 1. When it
// fails they are delivered again.
type Deliverer interface {
	Deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, attempt int) error
}

// Handle delivers a batch, stream by stream. A failed message is reported together with every later one of its stream, so
// that none overtakes it; what is not reported is done with, and leaves the queue.
func (h Consumer) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	fail := func(messages []events.SQSMessage) {
		for _, m := range messages {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	for _, group := range streams(batch.Records) {
		commits, unread := decode(observe.With(ctx, "consumer", h.Name), group)
		fail(unread)
		if len(commits) == 0 {
			continue
		}
		first := commits[0]
		ctx := observe.With(ctx, "consumer", h.Name, "stream", first.Stream, "version", first.Version, "traceId", first.TraceID)
		if err := h.To.Deliver(ctx, first.Stream, commits, receives(group[0])); err != nil {
			if !errors.Is(ctx.Err(), context.Canceled) { // else the process stops, and the messages come again when it is back
				slog.Log(ctx, level(err), "delivery failed", "error", err)
			}
			fail(group[:len(commits)])
		}
	}
	return response, nil
}

// level is what a failed delivery is worth: that another consumer was quicker happens, and mends itself.
func level(err error) slog.Level {
	if errors.Is(err, engine.ErrStale) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// streams sorts messages by group, keeping their order.
func streams(messages []events.SQSMessage) [][]events.SQSMessage {
	var groups [][]events.SQSMessage
	place := map[string]int{}
	for _, m := range messages {
		name := group(m)
		i, known := place[name]
		if !known {
			i = len(groups)
			place[name] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], m)
	}
	return groups
}

// group is the stream of a message. The attribute says so on AWS; the commit itself does where an emulator leaves it out.
func group(m events.SQSMessage) string {
	if g := m.Attributes["MessageGroupId"]; g != "" {
		return g
	}
	var c struct {
		Stream string `json:"stream"`
	}
	if err := es.Decode([]byte(m.Body), &c); err != nil {
		return m.MessageId
	}
	return c.Stream
}

// decode reads the commits of a group up to the first message that cannot be read. That one and those behind it are
// returned as unread: the dead-letter queue is for them, and the commits behind are in the store when it is mended.
func decode(ctx context.Context, messages []events.SQSMessage) (commits []es.Commit, unread []events.SQSMessage) {
	for i, m := range messages {
		var c es.Commit
		if err := es.Decode([]byte(m.Body), &c); err != nil || len(c.Events) == 0 {
			slog.ErrorContext(ctx, "a message is not a commit", "messageId", m.MessageId, "error", err)
			return commits, messages[i:]
		}
		commits = append(commits, c)
	}
	return commits, nil
}

func receives(m events.SQSMessage) int {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil {
		return 1
	}
	return n
}
