package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// connections is how many clients there are at once, each with a connection and a game of its own.
const connections = 64

// BenchmarkHTTP measures commands over HTTP, beside a server that reads the same bodies and answers as many bytes.
func BenchmarkHTTP(b *testing.B) {
	b.Run("by=bare", func(b *testing.B) { load(b, serveBare(b)) })
	b.Run("by=foldstream", func(b *testing.B) { load(b, serveOurs(b)) })
}

// serveBare gives the address of a server that does nothing.
func serveBare(b *testing.B) string {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	answer := []byte(`{"id":"1","version":1,"traceId":"0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f"}`)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("content-type", "application/json")
		_, _ = w.Write(answer)
	})}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// serveOurs gives the address of the whole local system, which logs each command as it usually does, but to nowhere.
func serveOurs(b *testing.B) string {
	b.Helper()
	slog.SetDefault(slog.New(slog.NewJSONHandler(io.Discard, nil)))
	system, err := local.Open(local.Config{App: score.App, Address: "127.0.0.1:0", Data: b.TempDir()}, true)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	listener, err := system.Listen(ctx)
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- system.Serve(ctx, listener) }()
	b.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			b.Error(err)
		}
		if err := system.Close(); err != nil {
			b.Error(err)
		}
	})
	return listener.Addr().String()
}

// load sends b.N commands and reports how many a second there were, and how long they took.
func load(b *testing.B, address string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	body, err := es.Encode(score.SampleCommand("", 1))
	if err != nil {
		b.Fatal(err)
	}
	for c := range connections { // connect first
		if err := send(b.Context(), client, address, c, body); err != nil {
			b.Fatal(err)
		}
	}
	took := make([][]time.Duration, connections)
	var begun atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for c := range connections {
		all.Go(func() {
			for begun.Add(1) <= int64(b.N) {
				at := time.Now()
				if err := send(b.Context(), client, address, c, body); err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(at))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	report(b, slices.Concat(took...))
}

func send(ctx context.Context, client *http.Client, address string, game int, body []byte) error {
	url := fmt.Sprintf("http://%s/games/%d/scores", address, game)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	quantile := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
	b.ReportMetric(quantile(0.50), "p50-ms")
	b.ReportMetric(quantile(0.99), "p99-ms")
}
