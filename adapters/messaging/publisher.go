package messaging

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Publisher publishes to an SNS FIFO topic. It is safe for concurrent use, but calls at the same time do not keep the order
// of a stream between them.
type Publisher struct {
	Client *sns.Client
	Topic  string // ARN
}

var _ engine.Publisher = (*Publisher)(nil)

const (
	batchEntries = 10        // that PublishBatch takes
	batchBytes   = 256 << 10 // that they may have together
	tries        = 6         // of one message
)

var betweenTries = engine.Backoff{First: 20 * time.Millisecond, Longest: time.Second}

// Publish implements [engine.Publisher]. Ten commits of different streams cost one call; those of one stream go one after
// the other, so that none can overtake one that SNS fails to take. When a commit cannot be published the later ones of its
// stream are left out, other streams go on, and the error names them all; it is an [engine.ErrBusy] if only time is needed.
func (p *Publisher) Publish(ctx context.Context, commits []es.Commit) error {
	q := newQueues(commits)
	for try := 0; ; {
		batch, err := q.next()
		if err != nil || len(batch) == 0 {
			return errors.Join(append(q.failures, err)...)
		}
		published, err := p.publish(ctx, batch)
		if err != nil {
			return err
		}
		if published {
			try = 0
			continue
		}
		try++
		if err := betweenTries.Pause(ctx, try); err != nil {
			return err
		}
	}
}

// publish makes one call and notes what came of each entry. It reports whether any was published.
func (p *Publisher) publish(ctx context.Context, batch []*queue) (published bool, err error) {
	input := &sns.PublishBatchInput{TopicArn: aws.String(p.Topic)}
	for n, q := range batch {
		input.PublishBatchRequestEntries = append(input.PublishBatchRequestEntries, q.entry(strconv.Itoa(n)))
	}
	out, err := p.Client.PublishBatch(ctx, input)
	if err != nil {
		return false, fmt.Errorf("publish %d commits: %w", len(batch), err)
	}
	for _, entry := range out.Successful {
		if n, err := strconv.Atoi(aws.ToString(entry.Id)); err == nil && n < len(batch) {
			batch[n].done()
			published = true
		}
	}
	for _, entry := range out.Failed {
		if n, err := strconv.Atoi(aws.ToString(entry.Id)); err == nil && n < len(batch) {
			batch[n].failed(entry)
		}
	}
	return published, nil
}

// isFinal reports whether a message that SNS did not take never will be.
func isFinal(entry types.BatchResultErrorEntry) bool {
	return entry.SenderFault && aws.ToString(entry.Code) != "Throttled"
}

// failure describes why SNS did not take a commit.
func failure(c es.Commit, entry types.BatchResultErrorEntry) error {
	err := fmt.Errorf("publish %s@%d: %s: %s", c.Stream, c.Version, aws.ToString(entry.Code), aws.ToString(entry.Message))
	if !isFinal(entry) {
		err = fmt.Errorf("%w: %w", engine.ErrBusy, err)
	}
	return err
}
