package messaging

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Receiver reads SQS FIFO queues as Lambda's event source mapping does. On AWS that does it; this is for emulators and
// tests.
type Receiver struct {
	Client *sqs.Client
	Queues map[string]string // URLs by name
}

// Handler is a Lambda that a queue triggers.
type Handler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

const (
	longestWait  = 5 * time.Second // of one long poll: less than a client's timeout
	longestDelay = 30              // seconds until what was reported back comes again
)

// Poll receives up to ten messages of a queue, waiting up to wait (in whole seconds) for the first, and hands them to a
// handler. It deletes those that are not reported back in BatchItemFailures; the others come again, after one second the
// first time, and later each time. When the handler fails, or reports back what it was not given, all come again, and Poll
// gives the reason. It gives how many messages it handed over.
func (r *Receiver) Poll(ctx context.Context, queue string, wait time.Duration, handle Handler) (int, error) {
	url, known := r.Queues[queue]
	if !known {
		return 0, fmt.Errorf("poll: there is no queue %q", queue)
	}
	messages, err := r.receive(ctx, url, wait)
	if err != nil {
		return 0, fmt.Errorf("receive from %s: %w", queue, err)
	}
	if len(messages) == 0 {
		return 0, nil
	}
	back, failed := handled(ctx, messages, handle)
	if failed != nil {
		failed = fmt.Errorf("handle messages of %s: %w", queue, failed)
	}
	if err := r.settle(ctx, url, messages, back); err != nil {
		return len(messages), errors.Join(failed, fmt.Errorf("settle messages of %s: %w", queue, err))
	}
	return len(messages), failed
}

func (r *Receiver) receive(ctx context.Context, url string, wait time.Duration) ([]types.Message, error) {
	for {
		turn := min(wait, longestWait)
		out, err := r.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(url), MaxNumberOfMessages: 10, WaitTimeSeconds: int32((turn + time.Second - 1) / time.Second),
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			return nil, err
		}
		if wait -= turn; len(out.Messages) > 0 || wait <= 0 {
			return out.Messages, nil
		}
	}
}

// handled calls a handler and gives the ids of the messages that are to come again.
func handled(ctx context.Context, messages []types.Message, handle Handler) (back map[string]bool, err error) {
	all := map[string]bool{}
	for _, m := range messages {
		all[aws.ToString(m.MessageId)] = true
	}
	response, err := handle(ctx, eventOf(messages))
	if err != nil {
		return all, err
	}
	back = map[string]bool{}
	for _, failure := range response.BatchItemFailures {
		if !all[failure.ItemIdentifier] {
			return all, fmt.Errorf("it reported back %q, which it was not given", failure.ItemIdentifier)
		}
		back[failure.ItemIdentifier] = true
	}
	return back, nil
}

// settle deletes what is done with, and then gives back the rest.
func (r *Receiver) settle(ctx context.Context, url string, messages []types.Message, back map[string]bool) error {
	var done []types.DeleteMessageBatchRequestEntry
	var again []types.ChangeMessageVisibilityBatchRequestEntry
	for n, m := range messages {
		id := aws.String(strconv.Itoa(n))
		if back[aws.ToString(m.MessageId)] {
			again = append(again, types.ChangeMessageVisibilityBatchRequestEntry{Id: id, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: delay(m)})
		} else {
			done = append(done, types.DeleteMessageBatchRequestEntry{Id: id, ReceiptHandle: m.ReceiptHandle})
		}
	}
	if len(done) > 0 {
		out, err := r.Client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(url), Entries: done})
		if err != nil {
			return err
		}
		if len(out.Failed) > 0 {
			return fmt.Errorf("delete: %s", reasons(out.Failed))
		}
	}
	if len(again) == 0 {
		return nil
	}
	out, err := r.Client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(url), Entries: again})
	if err != nil {
		return err
	}
	if len(out.Failed) > 0 {
		return fmt.Errorf("give back: %s", reasons(out.Failed))
	}
	return nil
}

func reasons(failed []types.BatchResultErrorEntry) string {
	var all []string
	for _, f := range failed {
		all = append(all, aws.ToString(f.Code)+": "+aws.ToString(f.Message))
	}
	return strings.Join(all, "; ")
}

// delay is after how many seconds a message comes again.
func delay(m types.Message) int32 {
	count, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil || count < 1 {
		count = 1
	}
	return int32(min(longestDelay, 1<<min(count-1, 10)))
}

// eventOf makes messages the payload that Lambda passes.
func eventOf(messages []types.Message) events.SQSEvent {
	var event events.SQSEvent
	for _, m := range messages {
		attributes := map[string]events.SQSMessageAttribute{}
		for name, value := range m.MessageAttributes {
			attributes[name] = events.SQSMessageAttribute{
				DataType: aws.ToString(value.DataType), StringValue: value.StringValue, BinaryValue: value.BinaryValue,
			}
		}
		event.Records = append(event.Records, events.SQSMessage{
			MessageId: aws.ToString(m.MessageId), ReceiptHandle: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body),
			Md5OfBody: aws.ToString(m.MD5OfBody), Attributes: m.Attributes, MessageAttributes: attributes, EventSource: "aws:sqs",
		})
	}
	return event
}
