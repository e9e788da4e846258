// Package emulator gives tests an AWS to talk to: MiniStack or moto, started once for a test binary from .tools/engines
// and gone with it, or whatever AWS_ENDPOINT_URL names.
package emulator

import (
	"context"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"github.com/foldstream/foldstream/adapters/awsconfig"
)

// MiniStack gives the configuration of a MiniStack. A test on a machine without one fails, or is skipped if
// FOLDSTREAM_ENGINES is off.
func MiniStack(tb testing.TB) aws.Config {
	tb.Helper()
	return miniStack.config(tb)
}

// Moto gives the configuration of a moto server, on the terms of [MiniStack].
func Moto(tb testing.TB) aws.Config {
	tb.Helper()
	return moto.config(tb)
}

// Name makes a name that nobody has used, for tables, topics and queues: tests share the engine.
func Name(prefix string) string { return prefix + "-" + uuid.NewString()[:13] }

// engine is one kind of emulator, with its process once that runs.
type engine struct {
	program string
	serve   func(port string) (arguments, environment []string)
	health  string // path that answers 200 when it is ready

	once     sync.Once
	endpoint string
	alive    io.Closer // the engine ends when this is closed
	err      error
}

var miniStack = engine{
	program: "ministack",
	serve: func(port string) (arguments, environment []string) {
		return nil, []string{"GATEWAY_PORT=" + port, "BIND_HOST=127.0.0.1", "LOG_LEVEL=WARNING"}
	},
	health: "/_ministack/health",
}

var moto = engine{
	program: "moto_server",
	serve: func(port string) (arguments, environment []string) {
		return []string{"-H", "127.0.0.1", "-p", port}, nil
	},
	health: "/moto-api/data.json",
}

func (e *engine) config(tb testing.TB) aws.Config {
	tb.Helper()
	endpoint := os.Getenv("AWS_ENDPOINT_URL")
	if endpoint == "" {
		if os.Getenv("FOLDSTREAM_ENGINES") == "off" {
			tb.Skip("not run: FOLDSTREAM_ENGINES is off")
		}
		e.once.Do(e.start)
		if e.err != nil {
			tb.Fatal(e.err)
		}
		endpoint = e.endpoint
	}
	return awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint,
		}[name]
	})
}

// ready reports whether the engine answers.
func (e *engine) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.endpoint+e.health, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
