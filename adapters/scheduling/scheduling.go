// Package scheduling keeps errands until they are due: those of the next minutes as delayed messages of an SQS standard queue,
// those of later as one-off schedules of EventBridge Scheduler that send to the same queue.
//
// Clocks differ, and so a message may come a little before its errand is due. Whoever handles it has to look at the time, and
// gives it back if need be.
package scheduling

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Timers implements [engine.Timers]. An errand that is set again while its schedule is there changes nothing; one that is due
// within [LongestDelay] can come twice then, as SQS's messages can anyhow.
type Timers struct {
	Messages    *sqs.Client
	Schedules   *scheduler.Client
	Queue       string // URL
	QueueARN    string
	Group       string // of the schedules
	Role        string // ARN of what Scheduler may send to the queue by
	DeadLetters string // ARN of the queue for what Scheduler could not send in a day; empty for none
	World       engine.World
}

var _ engine.Timers = (*Timers)(nil)

const (
	// LongestDelay is how long SQS delays a message.
	LongestDelay = 15 * time.Minute
	// MaxBytes bounds an errand as JSON.
	MaxBytes = 256 << 10

	longestRetry = 24 * 60 * 60 // seconds, the most that Scheduler does
	mostRetries  = 185          // likewise
)

// sendable escapes, in JSON, the two characters that SQS does not take, and what Scheduler would put something else for.
var sendable = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`, "<aws.", `\u003caws.`)

// Set implements [engine.Timers]. Times are rounded up to the second; Scheduler is up to a minute late. An errand of more than
// [MaxBytes] is an [engine.ErrTooLarge], and an [es.Fault] as it will never fit.
func (t *Timers) Set(ctx context.Context, e engine.Errand) error {
	doing := "set the timer " + e.ID
	text, err := es.Encode(e)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	body := sendable.Replace(string(text))
	if len(body) > MaxBytes {
		return &es.Fault{Doing: doing, Err: fmt.Errorf("%d bytes: %w", len(body), engine.ErrTooLarge)}
	}
	if wait := e.Due.Sub(t.World.Time()); wait <= LongestDelay {
		err = t.send(ctx, body, max(0, wait), e.Trace)
	} else {
		err = t.schedule(ctx, e.ID, body, e.Due)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// send sends a message within a trace, if the text is a header: SQS refuses a message with any other. A schedule has no place
// for one; what it sends finds its trace in the errand.
func (t *Timers) send(ctx context.Context, body string, wait time.Duration, trace string) error {
	input := &sqs.SendMessageInput{
		QueueUrl: aws.String(t.Queue), MessageBody: aws.String(body),
		DelaySeconds: int32((wait + time.Second - 1) / time.Second),
	}
	if header, ok := observe.ParseTrace(trace); ok {
		input.MessageSystemAttributes = map[string]sqstypes.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String(header.String())},
		}
	}
	_, err := t.Messages.SendMessage(ctx, input)
	return err
}

func (t *Timers) schedule(ctx context.Context, id, body string, due time.Time) error {
	target := &types.Target{
		Arn: aws.String(t.QueueARN), RoleArn: aws.String(t.Role), Input: aws.String(body),
		RetryPolicy: &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(longestRetry), MaximumRetryAttempts: aws.Int32(mostRetries)},
	}
	if t.DeadLetters != "" {
		target.DeadLetterConfig = &types.DeadLetterConfig{Arn: aws.String(t.DeadLetters)}
	}
	_, err := t.Schedules.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
		Name: aws.String(nameOf(id)), GroupName: aws.String(t.Group),
		ScheduleExpression: aws.String(at(due)), ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:    &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion: types.ActionAfterCompletionDelete,
		Target:                target,
	})
	var exists *types.ConflictException
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// at is the expression for a time, or for the next second.
func at(due time.Time) string {
	return "at(" + due.Add(time.Second-1).UTC().Format("2006-01-02T15:04:05") + ")"
}

var legalName = regexp.MustCompile(`^[0-9a-zA-Z_.-]{1,64}$`)

// nameOf makes an id the name of a schedule: its hash, if Scheduler takes no such names.
func nameOf(id string) string {
	if legalName.MatchString(id) {
		return id
	}
	hash := sha256.Sum256([]byte(id))
	return hex.EncodeToString(hash[:])
}
