package wiring

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/internal/limits"
)

func TestInTime(t *testing.T) {
	whenEnded := inTime(func(ctx context.Context, in string) (string, error) {
		<-ctx.Done()
		return in, ctx.Err()
	})
	end := time.Now().Add(limits.ToAnswer + 50*time.Millisecond)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	if out, err := whenEnded(ctx, "in"); out != "in" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %q, error %v", out, err)
	}
	if left := time.Until(end); left < limits.ToAnswer/2 {
		t.Errorf("there are %v left to answer", left)
	}
	unlimited := inTime(func(ctx context.Context, _ struct{}) (bool, error) {
		_, limited := ctx.Deadline()
		return limited, nil
	})
	if limited, err := unlimited(t.Context(), struct{}{}); limited || err != nil {
		t.Errorf("a function without an end has one: %v, error %v", limited, err)
	}
}
