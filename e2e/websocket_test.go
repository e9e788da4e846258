package e2e

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// dial opens a WebSocket with the token among the subprotocols, as a browser does.
func dial(t *testing.T, c *client.Client) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), server.ws, &websocket.DialOptions{Subprotocols: []string{handler.Subprotocol, "bearer." + c.Token}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// A browser takes no connection whose subprotocol is none of those that it asked for.
func TestTheSubprotocolIsAnswered(t *testing.T) {
	ada, _ := newcomer(t)
	if got := dial(t, ada).Subprotocol(); got != handler.Subprotocol {
		t.Fatalf("the subprotocol is %q", got)
	}
}

func TestBadMessages(t *testing.T) {
	ada, issued := newcomer(t)
	conn := dial(t, ada)
	for _, c := range []struct{ name, message, code, field string }{
		{"malformed", `{"action":`, "MalformedJSON", "action"},
		{"unknown action", `{"action":"fly"}`, "InvalidInput", "action"},
		{"unknown field", `{"action":"ping","x":1}`, "InvalidInput", "x"},
		{"unknown category", `{"action":"subscribe","aggregateId":"cat-1"}`, "InvalidInput", "aggregateId"},
		{"odd stream", `{"action":"subscribe","aggregateId":"match-\u0000"}`, "InvalidInput", "aggregateId"},
		{"a saga's stream", `{"action":"subscribe","aggregateId":"saga-match-joining.match-1"}`, "Forbidden", ""},
		{"private stream", `{"action":"subscribe","aggregateId":"identity-` + issued.UserID + `"}`, "Forbidden", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(c.message)); err != nil {
				t.Fatal(err)
			}
			_, text, err := conn.Read(t.Context())
			if err != nil || !strings.Contains(string(text), `"type":"Problem"`) || !strings.Contains(string(text), `"code":"`+c.code+`"`) {
				t.Fatalf("answered %s, %v", text, err)
			}
			if c.field != "" && !strings.Contains(string(text), `"field":"`+c.field+`"`) {
				t.Fatalf("answered %s", text)
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		message := `{"action":"` + strings.Repeat("a", engine.MaxMessageBytes) + `"}`
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, _, err := conn.Read(t.Context())
		if websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
			t.Fatalf("ended with %v", err)
		}
	})
}

func TestAThousandConnectionsOfOneClient(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	var opened, refused atomic.Int64
	var mu sync.Mutex
	var conns []*websocket.Conn
	var all sync.WaitGroup
	slots := make(chan struct{}, 32)
	for range 1000 {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			conn, response, err := websocket.Dial(t.Context(), server.ws, &websocket.DialOptions{
				HTTPHeader: http.Header{"Authorization": {"Bearer " + ada.Token}},
			})
			switch {
			case err == nil:
				opened.Add(1)
				mu.Lock()
				defer mu.Unlock()
				conns = append(conns, conn)
			case response != nil && response.StatusCode == http.StatusTooManyRequests:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	// Those that come at the same moment can pass the limit together, by as many as came.
	if n := opened.Load(); n < handler.MaxConnections || n > handler.MaxConnections+32 || n+refused.Load() != 1000 {
		t.Fatalf("%d were opened and %d refused", n, refused.Load())
	}
	command(t, ada, "PUT", "/users/"+adaID+"/name", map[string]string{"name": "Ada again"}, nil)
	for _, conn := range conns {
		for said := ""; !strings.Contains(said, "Ada again"); {
			_, text, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			said = string(text)
		}
	}
	for _, conn := range conns {
		_ = conn.CloseNow()
	}
	eventually(t, "there is room again", func() bool {
		socket, err := ada.Connect(t.Context(), server.ws)
		if err == nil {
			_ = socket.Close()
		}
		return err == nil
	})
}

// TestATokenRunsOut has a server with a clock of the test's own.
func TestATokenRunsOut(t *testing.T) {
	t.Parallel()
	ownServer(t)
	s := startTimely(t, t.TempDir(), new(atomic.Int64))
	ada, issued, err := (&client.Client{Base: s.url}).SignUp(t.Context(), "ada@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	socket, err := ada.Connect(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/ws")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	s.pass(time.Until(issued.ExpiresAt) + time.Second)

	_, err = ada.Do(t.Context(), "GET", "/matches", nil)
	refused(t, err, http.StatusUnauthorized, "InvalidToken")
	if err := socket.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
		t.Fatal(err)
	}
	if m, err := socket.Next(t.Context()); err != nil || m.Type != "Problem" || !strings.Contains(string(m.Payload), "InvalidToken") {
		t.Fatalf("answered %+v, %v", m, err)
	}
}

func TestMailsOfAMatch(t *testing.T) {
	id, players := started(t)
	first := mailsAbout(t, id, players, 2)
	for _, text := range first {
		if !strings.Contains(text, "has started") {
			t.Fatalf("posted %s", text)
		}
	}
	playOut(t, id, players)
	won := 0
	for _, text := range mailsAbout(t, id, players, 4) {
		if strings.Contains(text, "you have won") {
			won++
		}
	}
	if won != 1 {
		t.Fatalf("%d have won", won)
	}
}

// mailsAbout waits until so many mails about a match have been posted to its players.
func mailsAbout(t *testing.T, match string, players map[string]*client.Client, n int) []string {
	t.Helper()
	if server.box == nil {
		leaveOut(t, "it reads what was posted: say where with FOLDSTREAM_OUTBOX")
	}
	var found []string
	eventually(t, "the mails are posted", func() bool {
		found = nil
		for id := range players {
			address, _ := addresses.Load(id)
			mails, err := server.box.To(t.Context(), address.(string))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mails {
				if text := m.Subject + "\n" + m.Text; strings.Contains(text, match) {
					found = append(found, text)
				}
			}
		}
		return len(found) >= n
	})
	if len(found) != n {
		t.Fatalf("%d mails are posted, want %d", len(found), n)
	}
	return found
}
