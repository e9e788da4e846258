package messaging

import (
	"context"
	"fmt"
	"strconv"
	"sync"

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

	mu   sync.Mutex
	urls map[string]string // by name
}

var _ engine.Backlogs = (*Backlogs)(nil)

var counted = []types.QueueAttributeName{
	types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
}

// Backlog implements [engine.Backlogs]. It costs a GetQueueAttributes, and once for each queue a GetQueueUrl.
func (b *Backlogs) Backlog(ctx context.Context, consumer string) (engine.Backlog, error) {
	url, err := b.url(ctx, b.Name(consumer)+".fifo")
	if err != nil {
		return engine.Backlog{}, err
	}
	out, err := b.Client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(url), AttributeNames: counted})
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count what waits for %s: %w", consumer, err)
	}
	var all engine.Backlog
	for _, attribute := range counted {
		n, err := strconv.ParseUint(out.Attributes[string(attribute)], 10, 64)
		if err != nil {
			return engine.Backlog{}, fmt.Errorf("count what waits for %s: %w", consumer, err)
		}
		all.Waiting += n
	}
	return all, nil
}

func (b *Backlogs) url(ctx context.Context, name string) (string, error) {
	b.mu.Lock()
	url := b.urls[name]
	b.mu.Unlock()
	if url != "" {
		return url, nil
	}
	out, err := b.Client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(name)})
	if err != nil {
		return "", fmt.Errorf("look for the queue %s: %w", name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.urls == nil {
		b.urls = map[string]string{}
	}
	b.urls[name] = aws.ToString(out.QueueUrl)
	return b.urls[name], nil
}
