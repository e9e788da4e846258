package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
)

// gateway turns the first requests away as an HTTP API does whose throttle is reached: without a problem, and without a word
// on when to come back.
func gateway(t *testing.T, away int64) (*client.Client, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	keys := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get("Idempotency-Key")
		w.Header().Set("Content-Type", "application/json")
		if asked.Add(1) <= away {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"message":"Too Many Requests"}`))
			return
		}
		_, _ = w.Write([]byte(`{"id":"m1","version":1,"traceId":"t1"}`))
	}))
	t.Cleanup(func() {
		server.Close()
		close(keys)
		first := <-keys
		for key := range keys {
			if key != first {
				t.Errorf("the command was sent under the keys %q and %q, which may execute it twice", first, key)
			}
		}
	})
	return &client.Client{Base: server.URL}, &asked
}

func TestThrottledIsSentAgain(t *testing.T) {
	c, asked := gateway(t, 2)
	accepted, err := c.Command(t.Context(), http.MethodPost, "/matches", nil, nil)
	if err != nil || accepted.ID != "m1" || asked.Load() != 3 {
		t.Errorf("answered %+v, %v after %d requests", accepted, err, asked.Load())
	}
}

func TestThrottledForGood(t *testing.T) {
	c, asked := gateway(t, 1000)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	_, err := c.Command(ctx, http.MethodPost, "/matches", nil, nil)
	var refusal *client.Error
	if !errors.As(err, &refusal) || refusal.Status != http.StatusTooManyRequests || refusal.Code != "" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended in %v", err)
	}
	if n := asked.Load(); n < 2 || n > 20 {
		t.Errorf("it was tried %d times", n)
	}
}
