package wiring

import (
	"context"

	"github.com/foldstream/foldstream/internal/limits"
)

// inTime ends a handler's context a little before Lambda ends the function, which then could neither answer a request nor
// say which messages of a batch it has dealt with.
func inTime[In, Out any](handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		if end, limited := ctx.Deadline(); limited {
			earlier, cancel := context.WithDeadline(ctx, end.Add(-limits.ToAnswer))
			defer cancel()
			ctx = earlier
		}
		return handle(ctx, in)
	}
}
