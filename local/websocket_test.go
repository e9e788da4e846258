package local

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"

	"github.com/foldstream/foldstream/engine"
)

// opened is a hub whose routes take everything, and a client of it with its id.
func opened(t *testing.T, h *hub) (*websocket.Conn, string) {
	t.Helper()
	ids := make(chan string, 10)
	h.handle = func(_ context.Context, r events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
		if r.RequestContext.EventType == "MESSAGE" {
			ids <- r.RequestContext.ConnectionID
		}
		return events.APIGatewayProxyResponse{StatusCode: 200}, nil
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	return conn, <-ids
}

// TestNothingIsLostWhileAConnectionOpens pushes at the very moment at which the client has its handshake's answer.
func TestNothingIsLostWhileAConnectionOpens(t *testing.T) {
	h := newHub()
	h.handle = func(context.Context, events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{StatusCode: 200}, nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(&pushing{ResponseWriter: w, hub: h}, r)
	}))
	defer server.Close()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, text, err := conn.Read(ctx); err != nil || string(text) != "early" {
		t.Fatalf("read %q, %v", text, err)
	}
}

// pushing pushes to all connections while the handshake is being answered.
type pushing struct {
	http.ResponseWriter
	hub *hub
}

// Hijack implements http.Hijacker.
func (p *pushing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	p.hub.mu.Lock()
	var ids []string
	for id := range p.hub.peers {
		ids = append(ids, id)
	}
	p.hub.mu.Unlock()
	for _, id := range ids {
		if err := p.hub.Push(context.Background(), id, []byte("early")); err != nil {
			return nil, nil, err
		}
	}
	return http.NewResponseController(p.ResponseWriter).Hijack()
}

func closed(t *testing.T, conn *websocket.Conn, want websocket.StatusCode, why error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, _, err := conn.Read(ctx)
		var end websocket.CloseError
		if errors.As(err, &end) {
			if end.Code != want || end.Reason != why.Error() {
				t.Fatalf("closed with %v", end)
			}
			return
		}
		if err != nil {
			t.Fatalf("ended with %v, want a farewell", err)
		}
	}
}

func TestLimitsOfAConnection(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		h := newHub()
		h.idle = 20 * time.Millisecond
		conn, _ := opened(t, h)
		closed(t, conn, websocket.StatusGoingAway, errIdle)
	})
	t.Run("age", func(t *testing.T) {
		h := newHub()
		h.age = 20 * time.Millisecond
		conn, _ := opened(t, h)
		closed(t, conn, websocket.StatusGoingAway, errAged)
	})
	t.Run("binary", func(t *testing.T) {
		conn, _ := opened(t, newHub())
		if err := conn.Write(t.Context(), websocket.MessageBinary, []byte{0}); err != nil {
			t.Fatal(err)
		}
		closed(t, conn, websocket.StatusUnsupportedData, errText)
	})
	t.Run("stop", func(t *testing.T) {
		h := newHub()
		conn, id := opened(t, h)
		go h.stop()
		closed(t, conn, websocket.StatusGoingAway, errStop)
		h.all.Wait()
		if err := h.Push(t.Context(), id, []byte("x")); !errors.Is(err, engine.ErrGone) {
			t.Fatalf("a push behind the end gave %v", err)
		}
	})
	t.Run("a client that does not read is gone, and holds up nobody", func(t *testing.T) {
		h := newHub()
		_, id := opened(t, h)
		message := make([]byte, engine.MaxMessageBytes)
		var err error
		for range 100 * outbound {
			if err = h.Push(t.Context(), id, message); err != nil {
				break
			}
		}
		if !errors.Is(err, engine.ErrGone) {
			t.Fatalf("got %v", err)
		}
	})
}
