package emulator

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"
)

// Clock is a test's own: it goes as the real one does, and further when the test says so. SQS's delays follow it. The zero
// value is right by the real one.
type Clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	delayed []delayed
}

// delayed is a message on its way to SQS.
type delayed struct {
	client *sqs.Client
	input  sqs.SendMessageInput
	until  time.Time
}

// Now is the present.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return time.Now().Add(c.ahead) }

// Delay is an option of clients of SQS: what they send with a delay is sent by [Clock.Advance], once the delay is over.
func (c *Clock) Delay(o *sqs.Options) {
	client := sqs.New(*o)
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("delay", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			input, isSend := in.Parameters.(*sqs.SendMessageInput)
			if !isSend || input.DelaySeconds == 0 {
				return next.HandleInitialize(ctx, in)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			d := delayed{client, *input, c.now().Add(time.Duration(input.DelaySeconds) * time.Second)}
			d.input.DelaySeconds = 0
			c.delayed = append(c.delayed, d)
			return middleware.InitializeOutput{Result: &sqs.SendMessageOutput{}}, middleware.Metadata{}, nil
		}), middleware.Before)
	})
}

// Advance moves the clock on, and sends what is due then.
func (c *Clock) Advance(ctx context.Context, by time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += by
	var errs []error
	var left []delayed
	for _, d := range c.delayed {
		if d.until.After(c.now()) {
			left = append(left, d)
		} else if _, err := d.client.SendMessage(ctx, &d.input); err != nil {
			errs = append(errs, fmt.Errorf("send a delayed message: %w", err))
		}
	}
	c.delayed = left
	return errors.Join(errs...)
}
