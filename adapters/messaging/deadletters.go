package messaging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/engine"
)

// DeadLetters implements [engine.DeadLetters] over the last nets of a system. SQS has a task of its own that moves messages
// back, but not those that a topic or a schedule has put there, nor some of them.
type DeadLetters struct {
	Client *sqs.Client
	Name   func(queue string) string // in the account, but for the end ".fifo"

	addresses addresses
}

var _ engine.DeadLetters = (*DeadLetters)(nil)

// Waiting implements [engine.DeadLetters].
func (d *DeadLetters) Waiting(ctx context.Context, net engine.Net) (uint64, error) {
	url, err := d.url(ctx, net.Name, net.FIFO)
	if err != nil {
		return 0, err
	}
	n, err := countIn(ctx, d.Client, url)
	if err != nil {
		return 0, fmt.Errorf("count what is in %s: %w", net.Name, err)
	}
	return n, nil
}

func (d *DeadLetters) url(ctx context.Context, queue string, fifo bool) (string, error) {
	name := d.Name(queue)
	if fifo {
		name += ".fifo"
	}
	return d.addresses.of(ctx, d.Client, name)
}

// held is how long a dead letter is hidden from others while it is decided on, in seconds.
const held = 120

// Each implements [engine.DeadLetters]. It costs a ReceiveMessage for up to ten messages and one more, and for each message
// a DeleteMessage, with a SendMessage before it, or a ChangeMessageVisibility.
func (d *DeadLetters) Each(ctx context.Context, net engine.Net, do func(engine.DeadLetter) (engine.Fate, error)) (err error) {
	v := &visit{DeadLetters: d, net: net, do: do}
	if v.from, err = d.url(ctx, net.Name, net.FIFO); err != nil {
		return err
	}
	if net.To != "" {
		if v.to, err = d.url(ctx, net.To, net.FIFO); err != nil {
			return err
		}
	}
	// What was kept is given back also when whoever decides wants to end.
	defer func() { err = errors.Join(err, v.giveBack(context.WithoutCancel(ctx))) }()
	for {
		out, err := d.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(v.from), MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: held,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			return fmt.Errorf("receive from %s: %w", net.Name, err)
		}
		if len(out.Messages) == 0 || v.knows(out.Messages) {
			return nil
		}
		for n, m := range out.Messages {
			if err := v.settle(ctx, m); err != nil {
				v.kept = append(v.kept, out.Messages[n:]...)
				return err
			}
		}
	}
}

// visit is a walk through a last net.
type visit struct {
	*DeadLetters
	net      engine.Net
	from, to string // URLs; to is empty when nothing can be put back
	do       func(engine.DeadLetter) (engine.Fate, error)
	kept     []types.Message
}

// knows reports whether messages come again that were kept: there are so many that the first ones are not hidden any more.
func (v *visit) knows(messages []types.Message) bool {
	return slices.ContainsFunc(messages, func(m types.Message) bool {
		return slices.ContainsFunc(v.kept, func(k types.Message) bool { return aws.ToString(k.MessageId) == aws.ToString(m.MessageId) })
	})
}

// settle does with a message what it is told.
func (v *visit) settle(ctx context.Context, m types.Message) error {
	fate, err := v.do(letterOf(m))
	if err != nil {
		return err
	}
	switch fate {
	case engine.Kept:
		v.kept = append(v.kept, m)
		return nil
	case engine.PutBack:
		if err := v.putBack(ctx, m); err != nil {
			return fmt.Errorf("put the message %s of %s back: %w", aws.ToString(m.MessageId), v.net.Name, err)
		}
	}
	_, err = v.Client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(v.from), ReceiptHandle: m.ReceiptHandle})
	if err != nil {
		return fmt.Errorf("delete the message %s of %s: %w", aws.ToString(m.MessageId), v.net.Name, err)
	}
	return nil
}

// putBack sends a message to the queue that it came from. Its id in the net is the one to know a repetition by: the one that it
// had before may be known to the queue for what was taken out of it minutes ago.
func (v *visit) putBack(ctx context.Context, m types.Message) error {
	if v.to == "" {
		return errors.New("it has no queue to go back to")
	}
	input := &sqs.SendMessageInput{
		QueueUrl: aws.String(v.to), MessageBody: m.Body, MessageAttributes: m.MessageAttributes,
		MessageSystemAttributes: traced(m.Attributes["AWSTraceHeader"]),
	}
	if v.net.FIFO {
		input.MessageDeduplicationId = aws.String(legal("redriven-" + aws.ToString(m.MessageId)))
		input.MessageGroupId = aws.String(cmp.Or(m.Attributes["MessageGroupId"], aws.ToString(m.MessageId)))
	}
	_, err := v.Client.SendMessage(ctx, input)
	return err
}

// giveBack shows the messages that were kept to others again.
func (v *visit) giveBack(ctx context.Context) error {
	var errs []error
	for _, m := range v.kept {
		_, err := v.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: aws.String(v.from), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0,
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("give the message %s back to %s: %w", aws.ToString(m.MessageId), v.net.Name, err))
		}
	}
	return errors.Join(errs...)
}

// givenUp are the attributes in which topics, schedules and functions say why they gave a message up.
var givenUp = []string{"ErrorMessage", "ERROR_MESSAGE", "ErrorCode", "ERROR_CODE"}

func letterOf(m types.Message) engine.DeadLetter {
	l := engine.DeadLetter{ID: aws.ToString(m.MessageId), Group: m.Attributes["MessageGroupId"], Body: aws.ToString(m.Body)}
	if ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64); err == nil {
		l.Since = time.UnixMilli(ms).UTC()
	}
	if n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"]); err == nil {
		l.Receives = n
	}
	for _, name := range givenUp {
		if value := aws.ToString(m.MessageAttributes[name].StringValue); value != "" {
			l.Why = value
			break
		}
	}
	return l
}
