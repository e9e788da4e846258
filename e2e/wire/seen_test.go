package wire

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go/middleware"
)

// calls counts calls to AWS by operation.
type calls struct {
	mu sync.Mutex
	by map[string]int
}

func (c *calls) count(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("count", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		c.mu.Lock()
		if c.by == nil {
			c.by = map[string]int{}
		}
		c.by[middleware.GetOperationName(ctx)]++
		c.mu.Unlock()
		return next.HandleInitialize(ctx, in)
	}), middleware.After)
}

// String gives what was counted, in words.
func (c *calls) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.TrimPrefix(fmt.Sprint(c.by), "map")
}

// take gives what was counted, and begins anew.
func (c *calls) take() string {
	counted := c.String()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by = nil
	return counted
}

// heard is a pusher that keeps what connections hear.
type heard struct {
	mu       sync.Mutex
	messages map[string][]string // by connection
}

func (h *heard) Push(_ context.Context, connection string, message []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.messages == nil {
		h.messages = map[string][]string{}
	}
	h.messages[connection] = append(h.messages[connection], string(message))
	return nil
}

func (h *heard) by(connection string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.messages[connection], "\n")
}

// post keeps what is sent by SES and to phones, by whom it is for.
type post struct {
	mu   sync.Mutex
	sent map[string][]string
}

func (p *post) keep(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("keep", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		switch input := in.Parameters.(type) {
		case *sesv2.SendEmailInput:
			p.add(input.Destination.ToAddresses[0], aws.ToString(input.Content.Simple.Body.Text.Data), err)
		case *sns.PublishInput:
			p.add(aws.ToString(input.PhoneNumber), aws.ToString(input.Message), err)
		}
		return out, metadata, err
	}), middleware.After)
}

func (p *post) add(to, text string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sent == nil {
		p.sent = map[string][]string{}
	}
	if err == nil {
		p.sent[to] = append(p.sent[to], text)
	}
}

// last is the text that was last sent to somebody.
func (p *post) last(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.sent[to]); n > 0 {
		return p.sent[to][n-1]
	}
	return ""
}
