package awsconfig_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
)

// TestClockSkew: a Lambda's clock is wrong by 20 minutes. DynamoDB refuses the signature, its answer's date says what time it
// is, and the SDK signs again by that; the next call is right from the start.
func TestClockSkew(t *testing.T) {
	for _, skew := range []time.Duration{20 * time.Minute, -20 * time.Minute} {
		var signed []time.Time
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now := time.Now().Add(skew)
			at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
			if err != nil {
				t.Error(err)
			}
			signed = append(signed, at)
			w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
			if off := now.Sub(at).Abs(); off > 5*time.Minute {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprintf(w, `{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired: %s is now earlier than %s (%s - 5 min.)"}`,
					at.Format("20060102T150405Z"), now.Add(-5*time.Minute).Format("20060102T150405Z"), now.Format("20060102T150405Z"))
				return
			}
			fmt.Fprint(w, "{}")
		}))
		client := dynamodb.NewFromConfig(at(server.URL))
		for call, want := range []int{2, 3} {
			if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil || len(signed) != want {
				t.Errorf("a clock that is %v off, call %d, after %d requests: %v", -skew, call+1, len(signed), err)
			}
		}
		server.Close()
	}
}

// TestExpiredCredentials: a process that outlives its credentials is refused. That is no fault of what it was about to do.
func TestExpiredCredentials(t *testing.T) {
	for _, r := range []refusal{
		json(400, "com.amazon.coral.service#ExpiredTokenException"), xml(403, "ExpiredToken"),
	} {
		endpoint, requests := refusing(t, r, 1000)
		call := getItem
		if r.status == http.StatusForbidden {
			call = publish
		}
		if err := call(t.Context(), at(endpoint)); !errors.Is(err, engine.ErrBusy) || requests.Load() != 1 {
			t.Errorf("after %d requests: %v", requests.Load(), err)
		}
	}
}

// TestCredentialsAreReadForEachCall: whatever renews the environment's credentials has them used at once.
func TestCredentialsAreReadForEachCall(t *testing.T) {
	var tokens []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("X-Amz-Security-Token"))
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	variables := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL,
	}
	client := dynamodb.NewFromConfig(awsconfig.From(func(name string) string { return variables[name] }))
	for _, token := range []string{"old", "new"} {
		variables["AWS_SESSION_TOKEN"] = token
		if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(tokens) != "[old new]" {
		t.Errorf("the calls have the tokens %v", tokens)
	}
}

// TestThaw: Lambda freezes a process between two requests, and AWS ends its idle connections meanwhile. The first call
// afterwards meets a connection that is reset, closed or silent, and is tried again by another one.
func TestThaw(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(net.Conn){
		"reset":  func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close() }, // connection reset by peer
		"closed": func(c net.Conn) { _ = c.Close() },                                    // EOF
		"silent": func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			served := map[string]int{} // requests by connection
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				requests.Add(1)
				mu.Lock()
				served[r.RemoteAddr]++
				again := served[r.RemoteAddr] > 1
				mu.Unlock()
				if !again {
					fmt.Fprint(w, "{}")
					return
				}
				connection, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				t.Cleanup(func() { _ = connection.Close() })
				end(connection)
			}))
			t.Cleanup(server.Close)
			client := dynamodb.NewFromConfig(at(server.URL))
			for call, want := range []int64{1, 3} {
				begun := time.Now()
				if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil || requests.Load() != want {
					t.Fatalf("call %d, after %d requests: %v", call+1, requests.Load(), err)
				}
				if took := time.Since(begun); took > limits.Call {
					t.Errorf("call %d takes %v", call+1, took)
				}
			}
		})
	}
}

// TestUnreachable: a service that cannot be reached, or that says nothing, is busy, and told so within a call's time.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		if err := getItem(t.Context(), at(server.URL)); !errors.Is(err, engine.ErrBusy) {
			t.Errorf("got error %v, want %v", err, engine.ErrBusy)
		}
	})
	t.Run("silent", func(t *testing.T) {
		t.Parallel()
		over := make(chan struct{})
		var requests atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			requests.Add(1)
			<-over
		}))
		t.Cleanup(func() { close(over); server.Close() })
		ctx, cancel := context.WithTimeout(t.Context(), limits.Attempt*3/2)
		defer cancel()
		if err := getItem(ctx, at(server.URL)); !errors.Is(err, context.DeadlineExceeded) || requests.Load() != 2 {
			t.Errorf("after %d requests: %v", requests.Load(), err)
		}
	})
}

// TestAdaptive has many call a service that takes few requests: who adapts makes fewer.
func TestAdaptive(t *testing.T) {
	t.Parallel()
	made := map[string]int64{}
	var mu sync.Mutex
	t.Run("both", func(t *testing.T) {
		for _, mode := range []string{"standard", "adaptive"} {
			t.Run(mode, func(t *testing.T) {
				t.Parallel()
				endpoint, requests := refusing(t, json(400, "com.amazon.coral.availability#ThrottlingException"), 1_000_000)
				client := dynamodb.NewFromConfig(at(endpoint, "AWS_RETRY_MODE", mode))
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				var calling sync.WaitGroup
				for range 10 {
					calling.Go(func() {
						// Once its retries are used up a client fails at once, which is not to keep the machine busy.
						paced := time.NewTicker(time.Millisecond)
						defer paced.Stop()
						for ctx.Err() == nil {
							_, _ = client.ListTables(ctx, &dynamodb.ListTablesInput{})
							select {
							case <-paced.C:
							case <-ctx.Done():
							}
						}
					})
				}
				calling.Wait()
				mu.Lock()
				made[mode] = requests.Load()
				mu.Unlock()
			})
		}
	})
	t.Logf("requests: %v", made)
	if made["adaptive"]*4 > made["standard"] {
		t.Errorf("in 3 s: %v", made)
	}
}
