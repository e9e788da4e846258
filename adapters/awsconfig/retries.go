package awsconfig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
)

// throttles are the codes of throttling that the SDK does not know.
var throttles = map[string]struct{}{
	"Throttled": {}, // SNS
	"OverLimit": {}, // SQS: 120,000 messages are in flight
}

// expired are the codes of credentials that Lambda has not renewed. This process gets no others: its next call fails as well,
// but Lambda soon ends it, and another process has new ones.
var expired = retry.RetryableErrorCode{Codes: map[string]struct{}{"ExpiredToken": {}, "ExpiredTokenException": {}}}

// standard makes the SDK's standard retries as limits has them: its own first pause is a second, and calls take milliseconds.
func standard(o *retry.StandardOptions) {
	o.MaxAttempts = limits.Attempts
	o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: throttles})
	o.Throttles = append(o.Throttles, retry.ThrottleErrorCode{Codes: throttles})
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
		doubled := min(max(attempt, 1), limits.Attempts-1) - 1
		return rand.N(limits.FirstPause << doubled), nil
	})
}

// passing tells the errors that time alone may mend: those that are worth another try, and expired credentials.
var passing = append(retry.IsErrorRetryables{retry.RetryableErrorCode{Codes: throttles}, expired}, retry.DefaultRetryables...)

// tellBusy makes what a call fails with at last an [engine.ErrBusy], if it is passing.
func tellBusy(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("TellBusy", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err != nil && passing.IsErrorRetryable(err) == aws.TrueTernary {
			err = fmt.Errorf("%w: %w", engine.ErrBusy, err)
		}
		return out, metadata, err
	}), middleware.Before)
}
