package sqlite

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/internal/limits"
)

// PollTimers receives one batch of the timers that are due, 10 at most, after waiting for some if need be, and hands them to
// handle as Lambda hands over an SQS queue's messages, with the errands as JSON. It goes on as [DB.Poll] does, but that a
// timer that failed holds up no other, and that its pause grows up to five minutes.
func (db *DB) PollTimers(ctx context.Context, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error) {
	if n, err = db.timers.poll(ctx, wait, handle); err != nil {
		return n, fmt.Errorf("poll the timers: %w", err)
	}
	return n, nil
}

// PollInbox receives one batch of the inbox's errands as [DB.Poll] does a queue's messages.
func (db *DB) PollInbox(ctx context.Context, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error) {
	if n, err = db.inbox.poll(ctx, wait, handle); err != nil {
		return n, fmt.Errorf("poll the inbox: %w", err)
	}
	return n, nil
}

// PollUpkeep receives one job as [DB.Poll] does a queue's messages, but that its handler has the time that it has on AWS.
func (db *DB) PollUpkeep(ctx context.Context, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error) {
	if n, err = db.upkeep.poll(ctx, wait, handle); err != nil {
		return n, fmt.Errorf("poll the upkeep: %w", err)
	}
	return n, nil
}

// hasLanes tells the lists whose errands are received in order from the timers, each of which stands for itself.
func (l *errands) hasLanes() bool { return l != l.db.timers }

// longestPause bounds the pause of an errand that failed.
func (l *errands) longestPause() time.Duration {
	if l.hasLanes() {
		return l.db.longestPause
	}
	return 5 * time.Minute
}

// visibility is how long a handler may take.
func (l *errands) visibility() time.Duration {
	if l == l.db.upkeep {
		return limits.Upkeep
	}
	return l.db.visibility
}

// batchSize is the most that one receiver takes: a single job, for which it has all of its time.
func (l *errands) batchSize() int {
	if l == l.db.upkeep {
		return 1
	}
	return batchSize
}

func (l *errands) poll(ctx context.Context, patience time.Duration, handle handler) (n int, err error) {
	if l.db.relay == nil {
		return 0, errGuest
	}
	lease := l.newLease()
	batch, err := l.wait(ctx, patience, lease)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	var event events.SQSEvent
	for _, e := range batch {
		event.Records = append(event.Records, l.message(e))
	}
	response, handleErr := call(ctx, l.visibility(), handle, event)
	failed := failures(event, response)
	if handleErr != nil {
		failed, handleErr = allOf(event), fmt.Errorf("handle: %w", handleErr)
	}
	// What has been done must be noted, although the caller may want to end by now.
	if err := l.finish(context.WithoutCancel(ctx), lease, batch, failed); err != nil {
		return len(batch), fmt.Errorf("remove what was handled: %w", err)
	}
	return len(batch), handleErr
}

// wait takes errands as soon as there are some, none when there are none in time.
func (l *errands) wait(ctx context.Context, patience time.Duration, lease int64) ([]taken, error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		rung := l.listen()
		next, ok, err := l.next(ctx)
		if err != nil {
			return nil, fmt.Errorf("receive: %w", err)
		}
		pause := relayPause // for what guests set and post
		if now := l.db.now(); ok && !next.After(now) {
			batch, err := l.take(ctx, lease)
			if err != nil {
				return nil, fmt.Errorf("receive: %w", err)
			}
			if len(batch) > 0 {
				return batch, nil
			}
			continue // somebody else has taken it
		} else if ok {
			pause = min(pause, next.Sub(now))
		}
		again := time.NewTimer(pause)
		select {
		case <-rung:
		case <-again.C:
		case <-timeout.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.db.relay.ended:
			return nil, os.ErrClosed
		}
		again.Stop()
	}
}

func (l *errands) message(e taken) events.SQSMessage {
	attributes := map[string]string{"ApproximateReceiveCount": strconv.Itoa(e.receives)}
	if l.hasLanes() {
		attributes["MessageGroupId"] = e.lane
		attributes["MessageDeduplicationId"] = e.errand.ID
		attributes["SequenceNumber"] = fmt.Sprintf("%020d", e.number)
	}
	if e.errand.Trace != "" {
		attributes["AWSTraceHeader"] = e.errand.Trace
	}
	return events.SQSMessage{
		MessageId: e.messageID(), Body: e.text, Attributes: attributes,
		EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:local:000000000000:" + l.list, AWSRegion: "local",
	}
}

func (e taken) messageID() string { return strconv.FormatInt(e.number, 10) }
