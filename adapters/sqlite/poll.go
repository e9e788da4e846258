package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/es"
)

var errGuest = errors.New("a guest of the data folder does not see to its queues")

type handler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// Poll receives one batch of a queue's messages, 10 at most, after waiting for some if need be, and hands them to handle as
// Lambda hands over an SQS FIFO queue's. The messages that handle does not report back are removed. Those that it does come
// again after a pause that grows with each time, all of them when handle fails, panics, or reports back what was not in the
// batch; until then nothing else of their streams is received.
//
// N is the number of messages that were handed over. The error is that of handle, or why messages could not be received or
// removed; in the latter case they come again.
func (db *DB) Poll(ctx context.Context, queue string, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error) {
	if db.relay == nil {
		return 0, errGuest
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	q := db.relay.queues[queue]
	if q == nil {
		return 0, fmt.Errorf("the queue %q is not declared", queue)
	}
	batch, err := q.wait(ctx, wait, db.relay.ended)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	n, err = db.deliver(ctx, q, batch, handle)
	if err != nil {
		return n, fmt.Errorf("poll %s: %w", queue, err)
	}
	return n, nil
}

// deliver hands over what was taken, and gives it back to the queue without what is done with.
func (db *DB) deliver(ctx context.Context, q *queue, batch []share, handle handler) (n int, err error) {
	done := map[uint64]bool{}
	defer func() { q.finish(batch, done) }()
	event, err := db.receive(ctx, q.name, batch)
	if err != nil {
		return 0, fmt.Errorf("receive: %w", err)
	}
	response, handleErr := call(ctx, q.visibility, handle, event)
	if handleErr != nil {
		return len(event.Records), fmt.Errorf("handle: %w", handleErr)
	}
	handled := succeeded(q.mine(batch), failures(event, response))
	// What has been done must be noted, although the caller may want to end by now.
	if err := db.remove(context.WithoutCancel(ctx), q.name, handled); err != nil {
		return len(event.Records), fmt.Errorf("remove what was handled: %w", err)
	}
	for _, position := range handled {
		done[position] = true
	}
	return len(event.Records), nil
}

// receive counts the delivery of messages and makes Lambda's event of them. The count is stored before anybody sees the
// messages: one that ends the process is counted too.
func (db *DB) receive(ctx context.Context, queue string, batch []share) (events.SQSEvent, error) {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		for _, s := range batch {
			for _, m := range s.messages {
				if err := exec(conn, "UPDATE messages SET receives = ? WHERE queue = ? AND position = ?", m.receives, queue, m.position); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return events.SQSEvent{}, fmt.Errorf("count a delivery: %w", err)
	}
	var event events.SQSEvent
	for _, s := range batch {
		for _, m := range s.messages {
			// The feed has no gaps, so that the one behind the place before is the one at the place.
			commits, err := db.Read(ctx, m.position-1, 1)
			if err != nil {
				return event, err
			}
			if len(commits) != 1 {
				return event, fmt.Errorf("the feed has nothing at position %d", m.position)
			}
			record, err := sqsMessage(queue, commits[0], m.receives)
			if err != nil {
				return event, err
			}
			event.Records = append(event.Records, record)
		}
	}
	return event, nil
}

func sqsMessage(queue string, c es.Positioned, receives int) (events.SQSMessage, error) {
	body, err := es.Encode(c.Commit)
	if err != nil {
		return events.SQSMessage{}, fmt.Errorf("encode the commit at position %d: %w", c.Position, err)
	}
	attributes := map[string]string{
		"MessageGroupId":          string(c.Stream),
		"MessageDeduplicationId":  string(c.Stream) + "#" + strconv.FormatUint(c.Version, 10),
		"ApproximateReceiveCount": strconv.Itoa(receives),
		"SentTimestamp":           strconv.FormatInt(c.Time.UnixMilli(), 10),
		"SequenceNumber":          fmt.Sprintf("%020d", c.Position),
	}
	if c.Trace != "" {
		attributes["AWSTraceHeader"] = c.Trace
	}
	return events.SQSMessage{
		MessageId: messageID(c.Position), Body: string(body), Attributes: attributes,
		EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:local:000000000000:" + queue, AWSRegion: "local",
	}, nil
}

func messageID(position uint64) string { return strconv.FormatUint(position, 10) }

// call runs the handler as Lambda would: within a time, and with a panic as an error.
func call(ctx context.Context, limit time.Duration, handle handler, event events.SQSEvent) (response events.SQSEventResponse, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return handle(ctx, event)
}

// failures gives the ids of the messages that were reported back: of all if a report names what was not handed over, as Lambda
// takes it.
func failures(event events.SQSEvent, response events.SQSEventResponse) map[string]bool {
	reported, all := map[string]bool{}, allOf(event)
	for _, f := range response.BatchItemFailures {
		if !all[f.ItemIdentifier] {
			return all
		}
		reported[f.ItemIdentifier] = true
	}
	return reported
}

// allOf gives the ids of all messages.
func allOf(event events.SQSEvent) map[string]bool {
	all := map[string]bool{}
	for _, record := range event.Records {
		all[record.MessageId] = true
	}
	return all
}

// succeeded gives the positions of the messages that did not fail.
func succeeded(batch []share, failed map[string]bool) []uint64 {
	var positions []uint64
	for _, s := range batch {
		for _, m := range s.messages {
			if !failed[messageID(m.position)] {
				positions = append(positions, m.position)
			}
		}
	}
	return positions
}

func (db *DB) remove(ctx context.Context, queue string, positions []uint64) error {
	if len(positions) == 0 {
		return nil
	}
	return db.state.write(ctx, func(conn *sqlite.Conn) error {
		for _, position := range positions {
			if err := exec(conn, "DELETE FROM messages WHERE queue = ? AND position = ?", queue, position); err != nil {
				return err
			}
		}
		return nil
	})
}
