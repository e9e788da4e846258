package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/token"
)

// server is the one that most tests share: they keep out of each other's way by users of their own.
var server target

func TestMain(m *testing.M) {
	slog.SetLogLoggerLevel(slog.LevelError)
	run := func() int {
		var err error
		if programs, err = os.MkdirTemp("", "foldstream-programs-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(programs)
		code := m.Run()
		leftOut.report(os.Stdout)
		return code
	}
	serve := elsewhere
	if os.Getenv("FOLDSTREAM_URL") == "" {
		serve = atHome
		_ = os.Unsetenv("FOLDSTREAM_STAGE") // programs that the tests start are about this machine
	}
	code, err := serve(run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// atHome runs the tests against a server of their own.
func atHome(run func() int) (int, error) {
	folder, err := os.MkdirTemp("", "foldstream-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	system, err := local.Open(local.Config{App: domain.App, Address: "127.0.0.1:0", Data: folder}, true)
	if err != nil {
		return 0, err
	}
	listener, err := system.Listen(ctx)
	if err != nil {
		return 0, err
	}
	served := make(chan error, 1)
	go func() { served <- system.Serve(ctx, listener) }()
	code := 1
	server, err = discover(ctx, "http://"+listener.Addr().String())
	if err == nil {
		server.System, server.data, server.patience = system, folder, 20*time.Second
		server.box, err = server.outbox(ctx)
	}
	if err == nil {
		code = run()
	}
	stop()
	return code, errors.Join(err, <-served, system.Close())
}

const password = "correct horse battery staple"

var users atomic.Int64

// addresses are the e-mail addresses of those who have signed up, by their ids.
var addresses sync.Map

// newcomer is somebody who has just signed up.
func newcomer(t *testing.T) (*client.Client, token.Token) {
	t.Helper()
	c := &client.Client{Base: server.url}
	email := fmt.Sprintf("u%d-%s@example.com", users.Add(1), strings.ToLower(engine.NewID()))
	signed, issued, err := c.SignUp(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	addresses.Store(issued.UserID, email)
	return signed, issued
}

// newPlayer is a newcomer with a name.
func newPlayer(t *testing.T, name string) (*client.Client, string) {
	t.Helper()
	c, issued := newcomer(t)
	command(t, c, "POST", "/users", map[string]string{"name": name}, nil)
	return c, issued.UserID
}

func command(t *testing.T, c *client.Client, method, path string, input, more any, headers ...string) handler.Accepted {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), server.patience)
	defer cancel()
	accepted, err := c.Command(ctx, method, path, input, more, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return accepted
}

func get[D any](t *testing.T, c *client.Client, path string) D {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), server.patience)
	defer cancel()
	var d D
	if err := c.Get(ctx, path, &d); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return d
}

// refused asserts that a request is refused with a status and a code.
func refused(t *testing.T, err error, status int, code string) *client.Error {
	t.Helper()
	var problem *client.Error
	if !errors.As(err, &problem) || problem.Status != status || problem.Code != code {
		t.Fatalf("got %v, want %d %s", err, status, code)
	}
	if problem.TraceID == "" || problem.Detail == "" {
		t.Fatalf("the problem lacks its trace id or its detail: %+v", problem.Problem)
	}
	return problem
}

// forbidden asserts that a request is refused because its caller lacks the route's role. API Gateway says so itself, where
// it stands before the system.
func forbidden(t *testing.T, err error) {
	t.Helper()
	if problem := (*client.Error)(nil); errors.As(err, &problem) && problem.Code == "" && server.behindGateway() {
		if problem.Status != 403 {
			t.Fatalf("got %v, want 403", err)
		}
		return
	}
	refused(t, err, 403, "Forbidden")
}

// insist sends a command again for as long as it is refused because too many others send one at the same moment.
func insist(send func() error) error {
	for {
		err := send()
		if refusal := (*client.Error)(nil); !errors.As(err, &refusal) || refusal.Code != engine.ErrContended.Code {
			return err
		}
	}
}

// together has n do something at the same moment, all but some of whom are refused with a status and a code. It gives how
// many were not.
func together(t *testing.T, n, status int, code string, do func(i int) error) (won int) {
	t.Helper()
	results := make(chan error, n)
	for i := range n {
		go func() { results <- insist(func() error { return do(i) }) }()
	}
	for range n {
		if err := <-results; err == nil {
			won++
		} else {
			refused(t, err, status, code)
		}
	}
	return won
}

// eventually waits for a condition that other processes bring about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(server.patience)
	for wait := 5 * time.Millisecond; !holds(); wait = min(2*wait, server.patience/1000) {
		select {
		case <-time.After(wait):
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
