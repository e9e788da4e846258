package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/client"
)

// answering is a server that gives one answer after the other, and the last one for ever, and what it was asked.
func answering(t *testing.T, answers ...func(http.ResponseWriter)) (c *client.Client, keys func() []string) {
	t.Helper()
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Idempotency-Key")
		answers[0](w)
		answers = answers[min(1, len(answers)-1):]
	}))
	t.Cleanup(server.Close)
	return &client.Client{Base: server.URL + "/a/path"}, func() (all []string) {
		for len(asked) > 0 {
			all = append(all, <-asked)
		}
		return all
	}
}

func says(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

var (
	throttled = says(http.StatusTooManyRequests, `{"message":"Too Many Requests"}`)
	refusing  = says(http.StatusTooManyRequests, `{"status":429,"code":"TooManyMatches"}`)
	busy      = says(http.StatusServiceUnavailable, `{"status":503,"code":"Busy"}`)
	lost      = says(http.StatusServiceUnavailable, `{"message":"Service Unavailable"}`)
	away      = says(http.StatusBadGateway, `<html>`)
	faulty    = says(http.StatusInternalServerError, `{"message":"Internal Server Error"}`)
	done      = says(http.StatusOK, `{"id":"1"}`)
)

// A patient client sends again what was turned away, and nothing that was answered.
func TestRequestsAreSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answers []func(http.ResponseWriter)
		asks    int // of a command
		plainly int // of a request that changes something, without a key
		status  int // of the last answer to the command
	}{
		"done":               {[]func(http.ResponseWriter){done}, 1, 1, 200},
		"throttled":          {[]func(http.ResponseWriter){throttled, throttled, done}, 3, 3, 200},
		"refused with 429":   {[]func(http.ResponseWriter){refusing}, 1, 1, 429},
		"busy":               {[]func(http.ResponseWriter){busy, done}, 2, 1, 200},
		"perhaps done":       {[]func(http.ResponseWriter){lost, done}, 2, 1, 200},
		"perhaps done there": {[]func(http.ResponseWriter){away, done}, 2, 1, 200},
		"at fault":           {[]func(http.ResponseWriter){faulty}, 1, 1, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, keys := answering(t, c.answers...)
			_, err := api.Command(t.Context(), http.MethodPost, "/things", nil, nil)
			asked := keys()
			if len(asked) != c.asks || asked[0] == "" || len(slices.Compact(asked)) != 1 {
				t.Errorf("asked %d times, with other keys %q", c.asks, slices.Compact(asked))
			}
			var refusal *client.Error
			if errors.As(err, &refusal) && refusal.Status != c.status || !errors.As(err, &refusal) && c.status != 200 {
				t.Errorf("it ended with %v", err)
			}
			api, keys = answering(t, c.answers...)
			_, _ = api.Do(t.Context(), http.MethodPost, "/things", nil)
			if n := len(keys()); n != c.plainly {
				t.Errorf("without a key it asked %d times", n)
			}
		})
	}
}

func TestACallersKeyIsKept(t *testing.T) {
	api, keys := answering(t, done)
	for _, name := range []string{"Idempotency-Key", "idempotency-key"} {
		if _, err := api.Command(t.Context(), http.MethodPost, "/things", nil, nil, name, "mine"); err != nil {
			t.Fatal(err)
		}
		if asked := keys(); !slices.Equal(asked, []string{"mine"}) {
			t.Fatalf("sent %q", asked)
		}
	}
}

// inProcess answers requests without a network.
type inProcess func(http.ResponseWriter)

func (answer inProcess) RoundTrip(*http.Request) (*http.Response, error) {
	recorded := httptest.NewRecorder()
	answer(recorded)
	return recorded.Result(), nil
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, begun := 0, time.Now()
		api := &client.Client{Base: "http://api.example", HTTP: http.Client{Transport: inProcess(func(w http.ResponseWriter) {
			asked++
			throttled(w)
		})}}
		_, err := api.Command(t.Context(), http.MethodPost, "/things", nil, nil)
		var refusal *client.Error
		if !errors.As(err, &refusal) || refusal.Status != http.StatusTooManyRequests || asked != 8 {
			t.Errorf("it asked %d times: %v", asked, err)
		}
		if took := time.Since(begun); took == 0 || took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// Whoever has signed in goes on by the way that led there.
func TestTheTransportIsKept(t *testing.T) {
	granting := inProcess(says(http.StatusOK, `{"id":"1","token":"t"}`))
	api := &client.Client{Base: "http://api.example", HTTP: http.Client{Transport: granting}}
	signed, issued, err := api.SignUp(t.Context(), "ada@example.com", "correct horse")
	if err != nil || issued.Token != "t" || signed.Token != "t" {
		t.Fatalf("signed up as %+v, %v", issued, err)
	}
	if err := signed.Get(t.Context(), "/things/1", new(any)); err != nil {
		t.Error(err)
	}
}

func TestPatienceEndsWithTheContext(t *testing.T) {
	api, _ := answering(t, throttled)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := api.Do(ctx, http.MethodGet, "/things", nil)
	var refusal *client.Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &refusal) || refusal.Code != "" {
		t.Fatalf("it ended with %v", err)
	}
}

// A version that is not there yet is asked for again.
func TestAVersionIsWaitedFor(t *testing.T) {
	api, keys := answering(t, says(http.StatusConflict, `{"status":409,"code":"VersionNotReached"}`), done)
	if err := api.Get(t.Context(), "/things/1?min-version=1", new(any)); err != nil || len(keys()) != 2 {
		t.Fatal(err)
	}
}

func TestDiscover(t *testing.T) {
	for told, want := range map[string]string{
		"ws": "/a/path/ws", "/live": "/live", "wss://socket.example/live": "wss://socket.example/live",
	} {
		api, _ := answering(t, says(http.StatusOK, `{"stage":"dev","webSocketUrl":"`+told+`","issuer":"https://id.example"}`))
		about, err := client.Discover(t.Context(), api.Base)
		if want[0] == '/' {
			want = "ws" + api.Base[len("http"):len(api.Base)-len("/a/path")] + want
		}
		if err != nil || about.WebSocketURL != want || about.Stage != "dev" {
			t.Errorf("%s: discovered %+v, %v; want %s", told, about, err, want)
		}
	}
	api, _ := answering(t, says(http.StatusNotFound, `{"message":"Not Found"}`))
	if about, err := client.Discover(t.Context(), api.Base); err == nil {
		t.Errorf("what is no system says %+v", about)
	}
}
