package wiring

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/observe"
)

const trace = "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1"

// invoke runs a handler as package lambda does, and gives what it logs.
func invoke(t *testing.T, handle func(context.Context, string) (string, error)) string {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(observe.Log(slog.NewJSONHandler(&log, nil))))
	t.Cleanup(func() { slog.SetDefault(before) })
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	ctx = context.WithValue(ctx, "x-amzn-trace-id", trace+";Lineage=1:a87bd80c:1") //nolint:revive,staticcheck // the key that package lambda has
	if answer, err := watch(handle)(ctx, "ping"); answer != "pong" || err == nil {
		t.Fatalf("answered %q, %v", answer, err)
	}
	return log.String()
}

func TestInvocationsAreWatched(t *testing.T) {
	daemon, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Close() })
	t.Setenv(setting.Stage, "dev")
	t.Setenv("AWS_XRAY_DAEMON_ADDRESS", daemon.LocalAddr().String())
	log := invoke(t, func(ctx context.Context, in string) (string, error) {
		if in != "ping" || observe.Trace(ctx) != trace {
			t.Errorf("%s comes with the trace %s", in, observe.Trace(ctx))
		}
		observe.Parked.Record(ctx, 1)
		_, end := observe.Begin(ctx, observe.Span{Name: "matches", Trace: observe.Trace(ctx)})
		end(observe.Outcome{})
		return "pong", errors.New("and more")
	})
	for _, part := range []string{`"Namespace":"Foldstream/dev"`, `"Parked":1`, `"requestId":"request-1"`} {
		if strings.Count(log, "\n") != 1 || !strings.Contains(log, part) {
			t.Errorf("there is no %s in %s", part, log)
		}
	}
	if err := daemon.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	datagram := make([]byte, 1<<16)
	n, _, err := daemon.ReadFrom(datagram)
	if err != nil || !strings.Contains(string(datagram[:n]), `"parent_id":"4c721bf33e3caf8f"`) {
		t.Errorf("the daemon hears %s, %v", datagram[:n], err)
	}
}

func TestNobodyWatchesWhereThereIsNoStage(t *testing.T) {
	t.Setenv(setting.Stage, "")
	t.Setenv("AWS_XRAY_DAEMON_ADDRESS", "no address")
	log := invoke(t, func(ctx context.Context, _ string) (string, error) {
		observe.Parked.Record(ctx, 1)
		return "pong", errors.New("and more")
	})
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, "nothing is traced") {
		t.Errorf("logged %s", log)
	}
}
