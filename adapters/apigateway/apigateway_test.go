package apigateway_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"github.com/foldstream/foldstream/adapters/apigateway"
	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/engine"
)

// stage is a WebSocket API's stage that answers as its documentation shows; no engine does.
func stage(t *testing.T, serve http.HandlerFunc) *apigateway.Pusher {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	return &apigateway.Pusher{Client: apigatewaymanagementapi.NewFromConfig(awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL + "/prod",
		}[name]
	}))}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(status)
	fmt.Fprint(w, `{"message":null}`)
}

func TestPush(t *testing.T) {
	var path, body string
	pusher := stage(t, func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		path, body = r.URL.EscapedPath(), string(text)
	})
	if err := pusher.Push(t.Context(), "L0SM9cOFvHcCIhw=", []byte(`{"type":"é"}`)); err != nil {
		t.Fatal(err)
	}
	if path != "/prod/@connections/L0SM9cOFvHcCIhw%3D" || body != `{"type":"é"}` {
		t.Fatalf("posted %s to %s", body, path)
	}
}

func TestPushToAConnectionThatIsGone(t *testing.T) {
	calls := 0
	pusher := stage(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		refuse(w, http.StatusGone, "GoneException")
	})
	if err := pusher.Push(t.Context(), "c", []byte("{}")); !errors.Is(err, engine.ErrGone) {
		t.Fatalf("got error %v, want %v", err, engine.ErrGone)
	}
	if calls != 1 {
		t.Errorf("it took %d calls", calls)
	}
}

func TestPushAtALimit(t *testing.T) {
	calls, refusals := 0, 2
	pusher := stage(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls <= refusals {
			refuse(w, http.StatusTooManyRequests, "LimitExceededException")
		}
	})
	if err := pusher.Push(t.Context(), "c", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	calls, refusals = 0, 1000
	if err := pusher.Push(t.Context(), "c", []byte("{}")); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
}

func TestPushThatIsRefused(t *testing.T) {
	pusher := stage(t, func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusRequestEntityTooLarge, "PayloadTooLargeException")
	})
	if err := pusher.Push(t.Context(), "c", []byte("{}")); err == nil || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want another", err)
	}
}
