package messaging

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/engine"
)

// Backlogs implements [engine.Backlogs]: what is in the FIFO queues of consumers, handed out or not, about as SQS knows it. How
// old the oldest message is SQS does not tell.
type Backlogs struct {
	Client *sqs.Client
	Name   func(consumer string) string // of its queue, but for the end ".fifo"

	addresses addresses
}

var _ engine.Backlogs = (*Backlogs)(nil)

var counted = []types.QueueAttributeName{
	types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
}

// Backlog implements [engine.Backlogs]. It costs a GetQueueAttributes, and once for each queue a GetQueueUrl.
func (b *Backlogs) Backlog(ctx context.Context, consumer string) (engine.Backlog, error) {
	url, err := b.addresses.of(ctx, b.Client, b.Name(consumer)+".fifo")
	if err != nil {
		return engine.Backlog{}, err
	}
	n, err := countIn(ctx, b.Client, url)
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count what waits for %s: %w", consumer, err)
	}
	return engine.Backlog{Waiting: n}, nil
}

// countIn is about how many messages a queue holds.
func countIn(ctx context.Context, client *sqs.Client, url string) (all uint64, err error) {
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: counted})
	if err != nil {
		return 0, err
	}
	for _, attribute := range counted {
		n, err := strconv.ParseUint(out.Attributes[string(attribute)], 10, 64)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}
