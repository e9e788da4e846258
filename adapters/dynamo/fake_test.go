package dynamo_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// answer is what the fake DynamoDB answers; the zero one is an empty success.
type answer struct {
	status int
	body   any
}

// refusal is an error of the DynamoDB API, as its documentation shows it.
func refusal(code string, more map[string]any) answer {
	body := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": "as documented"}
	for name, value := range more {
		body[name] = value
	}
	return answer{http.StatusBadRequest, body}
}

// cancelled is the refusal of a transaction, with a reason for each of its items.
func cancelled(reasons ...map[string]any) answer {
	return refusal("TransactionCanceledException", map[string]any{"CancellationReasons": reasons})
}

func reason(code string) map[string]any { return map[string]any{"Code": code} }

// fake is a DynamoDB that answers what a test says, for what engines never answer.
type fake struct {
	mu    sync.Mutex
	calls []string // the operations, in order
	reply func(operation string, n int, input map[string]any) answer
}

// newFake starts one. Reply gets the operation, how many calls there were before, and the input.
func newFake(t *testing.T, reply func(operation string, n int, input map[string]any) answer) (*fake, *dynamodb.Client) {
	t.Helper()
	f := &fake{reply: reply}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, dynamodb.NewFromConfig(at(server.URL))
}

// at is the configuration of a client of an endpoint.
func at(endpoint string) aws.Config {
	return awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint,
		}[name]
	})
}

func operation(r *http.Request) string {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return name
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input map[string]any
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(text, &input)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.reply(operation(r), len(f.calls), input)
	f.calls = append(f.calls, operation(r))
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.body == nil {
		a.body = map[string]any{}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

// made are the operations that were called, as "PutItem Query Query".
func (f *fake) made() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.calls, " ")
}

// losing gives a client of MiniStack that loses the first answer to an operation: DynamoDB has done it, and the client
// tries again. Tries are how often it did.
func losing(t *testing.T, lost string) (client *dynamodb.Client, tries *atomic.Int32) {
	t.Helper()
	behind, err := url.Parse(*emulator.MiniStack(t).BaseEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	tries = new(atomic.Int32)
	proxy := httputil.NewSingleHostReverseProxy(behind)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if operation(r) == lost && tries.Add(1) == 1 {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return dynamodb.NewFromConfig(at(server.URL)), tries
}

func storeAt(client *dynamodb.Client) *dynamo.EventStore {
	return &dynamo.EventStore{Client: client, Table: "events"}
}

// s and n are attributes on the wire.
func s(text string) map[string]any   { return map[string]any{"S": text} }
func n(number uint64) map[string]any { return map[string]any{"N": fmt.Sprint(number)} }
func wire(c es.Commit) map[string]any { // of the events table
	text, err := es.Encode(c.Events)
	if err != nil {
		panic(err)
	}
	return map[string]any{
		"aggregateId": s(string(c.Stream)), "version": n(c.Version), "count": n(uint64(len(c.Events))), "events": s(string(text)),
		"commandId": s(c.CommandID), "traceId": s(c.TraceID), "time": s(c.Time.Format("2006-01-02T15:04:05.000Z")),
	}
}
