package messaging

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/engine"
)

// addresses are the URLs of queues by their names, each looked for once.
type addresses struct {
	mu   sync.Mutex
	urls map[string]string
}

// of finds a queue's URL. It gives [engine.ErrNoNet] when there is none.
func (a *addresses) of(ctx context.Context, client *sqs.Client, name string) (string, error) {
	a.mu.Lock()
	url := a.urls[name]
	a.mu.Unlock()
	if url != "" {
		return url, nil
	}
	out, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(name)})
	var missing *types.QueueDoesNotExist
	switch {
	case errors.As(err, &missing):
		return "", fmt.Errorf("look for the queue %s: %w: %w", name, engine.ErrNoNet, err)
	case err != nil:
		return "", fmt.Errorf("look for the queue %s: %w", name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.urls == nil {
		a.urls = map[string]string{}
	}
	a.urls[name] = aws.ToString(out.QueueUrl)
	return a.urls[name], nil
}
