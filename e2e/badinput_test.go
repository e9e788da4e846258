package e2e

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// raw sends a request as it stands, and gives the status and the problem. The problem has no code where API Gateway stands
// before the system, and answered the request itself.
func raw(t *testing.T, c *client.Client, method, path, body string, headers map[string]string) (int, handler.Problem) {
	t.Helper()
	var response *http.Response
	var p handler.Problem
	eventually(t, "the gateway lets a request pass", func() bool {
		response, p = rawOnce(t, c, method, path, body, headers)
		return p.Code != "" || response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable
	})
	switch {
	case p.Code == "" && server.behindGateway():
		return response.StatusCode, p
	case response.Header.Get("Content-Type") != "application/problem+json":
		t.Fatalf("%d with Content-Type %q", response.StatusCode, response.Header.Get("Content-Type"))
	case p.Status != response.StatusCode || p.TraceID == "" || p.Code == "":
		t.Fatalf("%d came with %+v", response.StatusCode, p)
	}
	return response.StatusCode, p
}

func rawOnce(t *testing.T, c *client.Client, method, path, body string, headers map[string]string) (*http.Response, handler.Problem) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c != nil && c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p handler.Problem
	if err := es.Decode(text, &p); err != nil && !server.behindGateway() {
		t.Fatalf("%d with a body that is no problem: %.200q", response.StatusCode, text)
	}
	return response, p
}

// stopsAtGateway are the cases of TestBadInput that may not get as far as the system where API Gateway stands before it:
// it has no such route, or does not take such a path.
var stopsAtGateway = []string{
	"an id of 10 KB", "an id of 10 KB in a command", "control characters in an id", "an unknown route", "an unknown method",
	"an internal command",
}

func TestBadInput(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	match := newMatch(t, ada, adaID)
	requests := "/users/" + adaID + "/match-requests"
	turns := "/matches/" + match + "/turns"
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, field              string
	}{
		{"malformed JSON", "POST", requests, `{"size":`, 400, "MalformedJSON", "size"},
		{"JSON of another kind", "POST", requests, `[]`, 400, "InvalidInput", ""},
		{"a member twice", "POST", requests, `{"size":"small","size":"large"}`, 400, "MalformedJSON", "size"},
		{"an unknown field", "POST", requests, `{"size":"small","hue":1}`, 400, "InvalidInput", "hue"},
		{"a wrong type", "POST", requests, `{"size":3}`, 400, "InvalidInput", "size"},
		{"a wrong type inside", "POST", turns, `{"from":{"x":"a","y":0},"direction":"right"}`, 400, "InvalidInput", "from/x"},
		{"a number beyond its range", "POST", turns, `{"from":{"x":1e99,"y":0},"direction":"right"}`, 400, "InvalidInput", "from/x"},
		{"a value that is not one", "POST", requests, `{"size":"vast"}`, 400, "InvalidInput", "size"},
		{"nothing where something is needed", "POST", requests, ``, 400, "InvalidInput", "size"},
		{"a missing member", "POST", turns, `{"direction":"right"}`, 400, "InvalidInput", "from"},
		{"a missing member inside", "POST", turns, `{"from":{"x":0},"direction":"right"}`, 400, "InvalidInput", "from/y"},
		{"null", "POST", turns, `{"from":null,"direction":"right"}`, 400, "InvalidInput", "from"},
		{"invalid UTF-8", "POST", requests, "{\"size\":\"\xff\"}", 400, "MalformedJSON", "size"},
		{"control characters", "PUT", "/users/" + adaID + "/name", `{"name":"a\u0000b"}`, 400, "InvalidInput", "name"},
		{"a body that is too large", "PUT", "/users/" + adaID + "/name", `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "BodyTooLarge", ""},
		{"a name that is too long", "PUT", "/users/" + adaID + "/name", `{"name":"` + strings.Repeat("a", 500) + `"}`, 400, "InvalidInput", "name"},
		{"an id of 10 KB", "GET", "/matches/" + strings.Repeat("a", 10<<10), "", 400, "InvalidInput", "matchId"},
		{"an id of 10 KB in a command", "POST", "/matches/" + strings.Repeat("a", 10<<10) + "/join-requests", `{}`, 400, "InvalidInput", "matchId"},
		{"control characters in an id", "GET", "/matches/a%00%0ab", "", 400, "InvalidInput", "matchId"},
		{"an unknown match", "GET", "/matches/nowhere", "", 404, "NotFound", ""},
		{"an unknown route", "GET", "/nowhere", "", 404, "NoSuchRoute", ""},
		{"an unknown method", "DELETE", "/matches", "", 405, "MethodNotAllowed", ""},
		{"a body on GET", "GET", "/matches", `{}`, 400, "BodyNotAllowed", ""},
		{"an unknown parameter", "GET", "/matches?colour=red", "", 400, "InvalidInput", "colour"},
		{"a limit out of range", "GET", "/matches?limit=0", "", 400, "InvalidInput", "limit"},
		{"a broken cursor", "GET", "/matches?cursor=%25", "", 400, "InvalidInput", "cursor"},
		{"a broken version", "GET", "/matches/" + match + "?min-version=-1", "", 400, "InvalidInput", "min-version"},
		{"somebody else's user", "PUT", "/users/somebody/name", `{"name":"Eve"}`, 403, "NotYours", ""},
		{"an internal command", "POST", "/matches", `{"size":"small"}`, 405, "MethodNotAllowed", ""},
		{"a turn before the start", "POST", turns, `{"from":{"x":0,"y":0},"direction":"right"}`, 409, "NotStarted", ""},
		{"joining one's own match", "POST", "/matches/" + match + "/join-requests", `{}`, 409, "AlreadyJoined", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, p := raw(t, ada, c.method, c.path, c.body, nil)
			if p.Code == "" && slices.Contains(stopsAtGateway, c.name) && status >= 400 && status < 500 {
				return
			}
			if c.name == "invalid UTF-8" && server.behindGateway() && status == c.status {
				return // of a body that goes on as text, in which what was invalid has been replaced
			}
			if status != c.status || p.Code != c.code || p.Field != c.field {
				t.Fatalf("got %d %s %q (%s), want %d %s %q", status, p.Code, p.Field, p.Detail, c.status, c.code, c.field)
			}
		})
	}
	t.Run("another content type", func(t *testing.T) {
		status, p := raw(t, ada, "POST", requests, `{"size":"small"}`, map[string]string{"Content-Type": "text/plain"})
		if status != 415 || p.Code != "UnsupportedMediaType" {
			t.Fatalf("%d %s", status, p.Code)
		}
	})
	t.Run("an idempotency key without end", func(t *testing.T) {
		status, p := raw(t, ada, "POST", requests, `{"size":"small"}`, map[string]string{"Idempotency-Key": strings.Repeat("k", 300)})
		if status != 400 || p.Field != "Idempotency-Key" {
			t.Fatalf("%d %+v", status, p)
		}
	})
}

func TestBadTokens(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	claims := jwt.MapClaims{
		"sub": adaID, "scope": "read write admin", "aud": "foldstream", "iss": server.about.Issuer, "exp": time.Now().Add(time.Hour).Unix(),
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	symmetric, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"none": "", "nonsense": "nonsense", "alg none": none, "foreign": symmetric, "torn": ada.Token[:len(ada.Token)-4],
		"system role": ada.Token + "x",
	} {
		t.Run(name, func(t *testing.T) {
			status, _ := raw(t, &client.Client{Token: token}, "GET", "/matches", "", nil)
			if status != http.StatusUnauthorized {
				t.Fatalf("got %d", status)
			}
			c := &client.Client{Base: server.url, Token: token}
			if socket, err := c.Connect(t.Context(), server.ws); err == nil {
				_ = socket.Close()
				t.Fatal("the WebSocket took it")
			}
		})
	}
}

func TestForbidden(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	eve, eveID := newPlayer(t, "Eve")
	_, err := eve.Command(t.Context(), "PUT", "/users/"+adaID+"/name", map[string]string{"name": "Eve's"}, nil)
	refused(t, err, 403, "NotYours")
	_, err = eve.Command(t.Context(), "POST", "/users/"+adaID+"/match-requests", map[string]string{"size": "small"}, nil)
	refused(t, err, 403, "NotYours")
	_, err = eve.Command(t.Context(), "POST", "/users/"+eveID+"/roles", map[string]string{"role": "admin"}, nil)
	forbidden(t, err)
	match := newMatch(t, ada, adaID)
	_, err = eve.Command(t.Context(), "POST", "/matches/"+match+"/cancellation", nil, nil)
	refused(t, err, 403, "NotCreator")
	_, err = ada.Command(t.Context(), "POST", "/matches/"+match+"/turns", line{dot{0, 0}, "right"}, nil)
	refused(t, err, 409, "NotStarted")
}

func TestBadMoves(t *testing.T) {
	id, players := started(t)
	turns := "/matches/" + id + "/turns"
	var m matchView
	for _, c := range players {
		m = get[matchView](t, c, "/matches/"+id)
	}
	waiting := m.Players[0].ID
	take := func(player string, l line) error {
		_, err := players[player].Command(t.Context(), "POST", turns, l, nil)
		return err
	}
	refused(t, take(waiting, line{dot{0, 0}, "right"}), 409, "NotYourTurn")
	for _, l := range []line{{dot{3, 0}, "right"}, {dot{0, 3}, "down"}, {dot{-1, 0}, "right"}, {dot{0, 4}, "right"}, {dot{1 << 40, 0}, "down"}} {
		refused(t, take(m.Next, l), 400, "OutOfBounds")
	}
	refused(t, take(m.Next, line{dot{0, 0}, "up"}), 400, "InvalidInput")
	if err := take(m.Next, line{dot{0, 0}, "right"}); err != nil {
		t.Fatal(err)
	}
	refused(t, take(waiting, line{dot{0, 0}, "right"}), 409, "LineTaken")
	carol, _ := newPlayer(t, "Carol")
	_, err := carol.Command(t.Context(), "POST", turns, line{dot{1, 1}, "right"}, nil)
	refused(t, err, 403, "NotAPlayer")
	_, err = carol.Command(t.Context(), "POST", "/matches/"+id+"/join-requests", nil, nil)
	refused(t, err, 409, "MatchFull")
	after := get[matchView](t, carol, "/matches/"+id)
	if len(after.Turns) > 1 {
		t.Fatalf("a refused turn was taken: %+v", after.Turns)
	}
}
