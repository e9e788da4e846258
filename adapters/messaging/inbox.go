package messaging

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Inbox implements [engine.Inbox] with an SQS FIFO queue: a message's body is an errand as JSON, its group the errand's
// stream, and its deduplication id the errand's id, by which SQS knows a repetition for five minutes. The queue should have
// no dead-letter queue, behind which later errands of a stream would overtake one that fails.
type Inbox struct {
	Client *sqs.Client
	Queue  string // URL
}

var _ engine.Inbox = (*Inbox)(nil)

// MaxErrandBytes bounds an errand as JSON.
const MaxErrandBytes = 256 << 10

// Post implements [engine.Inbox]. An errand of more than [MaxErrandBytes] is an [engine.ErrTooLarge], and an [es.Fault] as it
// will never fit; [engine.ErrBusy] says that only time is needed.
func (i *Inbox) Post(ctx context.Context, e engine.Errand) error {
	doing := fmt.Sprintf("post the errand %s to %s", e.ID, e.Stream)
	text, err := es.Encode(e)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	body := sendable.Replace(string(text))
	if len(body) > MaxErrandBytes {
		return &es.Fault{Doing: doing, Err: fmt.Errorf("%d bytes: %w", len(body), engine.ErrTooLarge)}
	}
	_, err = i.Client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String(i.Queue), MessageBody: aws.String(body),
		MessageGroupId: aws.String(legal(string(e.Stream))), MessageDeduplicationId: aws.String(legal(e.ID)),
		MessageSystemAttributes: traced(e.Trace),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// traced has a message belong to a trace. SQS refuses a message with any other text in the place of a header.
func traced(trace string) map[string]types.MessageSystemAttributeValue {
	t, ok := observe.ParseTrace(trace)
	if !ok {
		return nil
	}
	return map[string]types.MessageSystemAttributeValue{
		"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String(t.String())},
	}
}

// CreateInbox creates an inbox's queue and gives its URL. It is for tests and emulators; stacks do this on AWS.
func CreateInbox(ctx context.Context, client *sqs.Client, name string) (url string, err error) {
	url, _, err = createFIFO(ctx, client, name, map[string]string{"VisibilityTimeout": visibility})
	if err != nil {
		return "", fmt.Errorf("create the queue %s: %w", name, err)
	}
	return url, nil
}
