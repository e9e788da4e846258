package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	attempts     = 8
	firstPause   = 400 * time.Millisecond // half of it on average; doubled each time
	longestPause = 10 * time.Second
)

// again reports whether a request that was refused may be sent once more: nothing has come of it, or it is harmless twice.
// What the system itself calls too many, with a code, is an answer and not a throttle. Of what was too busy to answer, the
// system too, something may have come.
func again(err error, harmless bool) bool {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Status {
	case http.StatusTooManyRequests:
		return refusal.Code == ""
	case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		return harmless
	default:
		return false
	}
}

// pause waits before the attempt behind this one, as long as the answer asks for at least.
func pause(ctx context.Context, attempt int, header http.Header) error {
	wait := rand.N(min(longestPause, firstPause<<(attempt-1)))
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		wait += min(longestPause, time.Duration(seconds)*time.Second)
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
