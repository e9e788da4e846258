package wiring

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/foldstream/foldstream/adapters/emf"
	"github.com/foldstream/foldstream/adapters/xray"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/observe"
)

// watch has a handler's invocations watched: log lines name the request, figures go into the log, and spans to X-Ray, as far
// as the environment has what each needs.
func watch[In, Out any](handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	meter, daemon := meter(), daemon()
	return func(ctx context.Context, in In) (Out, error) {
		if invoked, ok := lambdacontext.FromContext(ctx); ok {
			ctx = observe.With(ctx, "requestId", invoked.AwsRequestID)
		}
		if header, ok := ctx.Value("x-amzn-trace-id").(string); ok { // which is how package lambda hands it on
			ctx = observe.WithTrace(ctx, header)
		}
		if daemon != nil {
			ctx = observe.WithTracer(ctx, daemon)
		}
		if meter != nil {
			ctx = observe.WithRecorder(ctx, meter)
			defer meter.Flush(ctx)
		}
		return handle(ctx, in)
	}
}

// meter is nil for a process that belongs to no stage.
func meter() *emf.Meter {
	stage := os.Getenv(setting.Stage)
	if stage == "" {
		return nil
	}
	return &emf.Meter{Namespace: observe.Namespace(stage)}
}

// daemon is X-Ray's, which Lambda says where it is; nil where there is none.
func daemon() *xray.Daemon {
	address := os.Getenv("AWS_XRAY_DAEMON_ADDRESS")
	if address == "" {
		return nil
	}
	d, err := xray.Dial(address)
	if err != nil {
		slog.Warn("nothing is traced", "error", err)
		return nil
	}
	return d
}
