package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// system is the one whose pages are tried. Browsers reach it through a gate that can be shut; tests that act for others
// meanwhile go straight to it.
type system struct {
	data, address string
	gate          *gate
	control       *httptest.Server

	mu    sync.Mutex // restarted one at a time
	runs  *local.System
	stop  context.CancelFunc
	ended chan error
}

// serve starts a system, and ends it with the test.
func serve(t *testing.T) *system {
	t.Helper()
	s := &system{data: t.TempDir(), address: "127.0.0.1:0"}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	pages := s.address
	if os.Getenv("FOLDSTREAM_PAGES") == "source" {
		pages = pagesFromSource(t, s.address)
	}
	s.gate = &gate{address: "127.0.0.1:0", behind: pages}
	if err := s.gate.open(); err != nil {
		t.Fatal(err)
	}
	s.control = httptest.NewServer(s.controls())
	t.Cleanup(func() {
		s.control.Close()
		s.gate.shut()
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// environment tells the tests where everything is.
func (s *system) environment() []string {
	return []string{
		"FOLDSTREAM_URL=http://" + s.gate.address, "FOLDSTREAM_DIRECT=http://" + s.address,
		"FOLDSTREAM_CONTROL=" + s.control.URL, "FOLDSTREAM_OUTBOX=" + filepath.Join(s.data, "outbox"),
	}
}

func (s *system) start() error {
	opened, err := local.Open(local.Config{App: domain.App, Address: s.address, Data: s.data}, true)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	listener, err := opened.Listen(ctx)
	if err != nil {
		stop()
		return errors.Join(err, opened.Close())
	}
	s.runs, s.stop, s.ended, s.address = opened, stop, make(chan error, 1), listener.Addr().String()
	go func() { s.ended <- opened.Serve(ctx, listener) }()
	return nil
}

func (s *system) end() error {
	s.stop()
	return errors.Join(<-s.ended, s.runs.Close())
}

// controls are what tests can do to the system that nobody can do over its API.
func (s *system) controls() http.Handler {
	mux := http.NewServeMux()
	control := func(route string, do func(r *http.Request) error) {
		mux.HandleFunc("POST "+route, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if err := do(r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	control("/shut", func(*http.Request) error { s.gate.shut(); return nil })
	control("/open", func(*http.Request) error { return s.gate.open() })
	control("/restart", func(*http.Request) error {
		s.gate.shut()
		return errors.Join(s.end(), s.start(), s.gate.open())
	})
	control("/admins/{user}", func(r *http.Request) error { return s.appoint(r.Context(), r.PathValue("user")) })
	control("/poison/{stream}", func(r *http.Request) error { return s.poison(r.Context(), es.StreamID(r.PathValue("stream"))) })
	return mux
}

// appoint makes somebody an admin, as the command line does for the first one.
func (s *system) appoint(ctx context.Context, user string) error {
	_, err := s.runs.Commands.Execute(ctx, engine.Request{
		Decl: identity.DoAppointAdmin, Command: identity.AppointAdmin{UserID: user},
		ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{Roles: []string{es.RoleSystem}},
	})
	return err
}

// poison appends an event to a match that no view can read, as a faulty program would: its views park it.
func (s *system) poison(ctx context.Context, stream es.StreamID) error {
	var head es.Head
	for c, err := range engine.Read(ctx, s.runs.Store, stream, 0) {
		if err != nil {
			return fmt.Errorf("read %s: %w", stream, err)
		}
		head = c.Head()
	}
	return s.runs.Store.Append(ctx, es.Draft{
		Stream: stream, After: head, Events: []es.Recorded{{Type: "MatchJoined", Data: []byte(`[]`)}},
		Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()},
	})
}
