package messaging

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/foldstream/foldstream/es"
)

// categoryAttribute is the message attribute that subscriptions filter by.
const categoryAttribute = "category"

// queues are the commits that are yet to be published, by stream.
type queues struct {
	streams  []*queue // in order of their first commits
	failures []error
}

// queue is what is left of one stream, in order.
type queue struct {
	all     *queues
	waiting []es.Commit
	body    string // of the first, once it is encoded
	tries   int    // of the first
}

func newQueues(commits []es.Commit) *queues {
	all := &queues{}
	byStream := map[es.StreamID]*queue{}
	for _, c := range commits {
		q := byStream[c.Stream]
		if q == nil {
			q = &queue{all: all}
			byStream[c.Stream] = q
			all.streams = append(all.streams, q)
		}
		q.waiting = append(q.waiting, c)
	}
	return all
}

// next gives the streams whose first commits go into the next call.
func (all *queues) next() ([]*queue, error) {
	var batch []*queue
	var left []*queue
	bytes := 0
	for _, q := range all.streams {
		if len(q.waiting) == 0 {
			continue
		}
		left = append(left, q)
		if len(batch) == batchEntries {
			continue
		}
		size, err := q.size()
		if err != nil {
			return nil, err
		}
		if len(batch) == 0 || bytes+size <= batchBytes {
			batch = append(batch, q)
			bytes += size
		}
	}
	all.streams = left
	return batch, nil
}

// size is what the first commit counts as: body and attribute.
func (q *queue) size() (int, error) {
	c := q.waiting[0]
	if q.body == "" {
		body, err := es.Encode(c)
		if err != nil {
			return 0, &es.Fault{Doing: fmt.Sprintf("encode %s@%d", c.Stream, c.Version), Err: err}
		}
		q.body = sendable.Replace(string(body))
	}
	return len(q.body) + len(categoryAttribute) + len("String") + len(c.Stream.Category()), nil
}

func (q *queue) entry(id string) types.PublishBatchRequestEntry {
	c := q.waiting[0]
	return types.PublishBatchRequestEntry{
		Id: aws.String(id), Message: aws.String(q.body),
		MessageGroupId:         aws.String(legal(string(c.Stream))),
		MessageDeduplicationId: aws.String(legal(fmt.Sprintf("%s#%d", c.Stream, c.Version))),
		MessageAttributes: map[string]types.MessageAttributeValue{
			categoryAttribute: {DataType: aws.String("String"), StringValue: aws.String(c.Stream.Category())},
		},
	}
}

func (q *queue) done() {
	q.waiting, q.body, q.tries = q.waiting[1:], "", 0
}

// failed gives the stream up if trying again is of no use.
func (q *queue) failed(entry types.BatchResultErrorEntry) {
	if q.tries++; isFinal(entry) || q.tries == tries {
		q.all.failures = append(q.all.failures, failure(q.waiting[0], entry))
		q.waiting = nil
	}
}

// sendable escapes, in JSON, the two characters that SQS does not take.
var sendable = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`)

// legal makes a text an id of SNS: one that is too long, or has other characters than these, becomes its hash.
func legal(id string) string {
	const others = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	fits := len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool {
		isAlphanumeric := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !isAlphanumeric && !strings.ContainsRune(others, r)
	})
	if fits {
		return id
	}
	hash := sha256.Sum256([]byte(id))
	return hex.EncodeToString(hash[:])
}
