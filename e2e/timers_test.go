package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/local"
)

// timely is a server whose clock is the test's own.
type timely struct {
	ahead *atomic.Int64 // of the real clock, as a duration
	url   string
	stop  func() error
}

func startTimely(t *testing.T, data string, ahead *atomic.Int64) timely {
	t.Helper()
	world := engine.World{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
	system, err := local.Open(local.Config{App: domain.App, Address: "127.0.0.1:0", Data: data, World: world}, true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := system.Listen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- system.Serve(ctx, listener) }()
	stopped := false
	s := timely{ahead: ahead, url: "http://" + listener.Addr().String(), stop: func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		if err := <-served; err != nil {
			return err
		}
		return system.Close()
	}}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s timely) pass(d time.Duration) { s.ahead.Add(int64(d)) }

// named is a player with an address that is known, and again the same one after a time.
func named(t *testing.T, url, name string) (*client.Client, string) {
	t.Helper()
	c, issued, err := (&client.Client{Base: url}).SignUp(t.Context(), name+"@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	command(t, c, http.MethodPost, "/users", map[string]string{"name": name}, nil)
	return c, issued.UserID
}

func again(t *testing.T, url, name string) *client.Client {
	t.Helper()
	c, _, err := (&client.Client{Base: url}).LogIn(t.Context(), name+"@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestATurnsDeadlineSurvivesARestart has time pass while no server runs.
func TestATurnsDeadlineSurvivesARestart(t *testing.T) {
	t.Parallel()
	ownServer(t)
	data, ahead := t.TempDir(), new(atomic.Int64)
	s := startTimely(t, data, ahead)
	ada, adaID := named(t, s.url, "ada")
	bob, bobID := named(t, s.url, "bob")
	id := newMatch(t, ada, adaID)
	joined := command(t, bob, http.MethodPost, "/matches/"+id+"/join-requests", nil, nil)
	path := fmt.Sprintf("/matches/%s?min-version=%d", id, joined.Version+2)
	if m := get[matchView](t, ada, path); m.Next != bobID {
		t.Fatalf("it is the turn of %s", m.Next)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	ahead.Add(int64(match.TurnTime - time.Minute))
	s = startTimely(t, data, ahead)
	ada = again(t, s.url, "ada")
	if m := get[matchView](t, ada, "/matches/"+id); m.Status != "playing" {
		t.Fatalf("a minute before the deadline the match is %s", m.Status)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	ahead.Add(int64(2 * time.Minute))
	s = startTimely(t, data, ahead)
	ada = again(t, s.url, "ada")
	eventually(t, "Bob has forfeited", func() bool {
		m := get[matchView](t, ada, "/matches/"+id)
		return m.Status == "finished" && m.Winner == adaID
	})
}

// TestARoomWhereNobodyActsCloses has a room tick until it closes, at times of the test's own.
func TestARoomWhereNobodyActsCloses(t *testing.T) {
	t.Parallel()
	ownServer(t)
	s := startTimely(t, t.TempDir(), new(atomic.Int64))
	nobody := &client.Client{Base: s.url}
	command(t, nobody, http.MethodPost, "/accounts", map[string]string{"username": "ada", "password": password}, nil)
	var granted struct {
		Token string `json:"token"`
	}
	command(t, nobody, http.MethodPost, "/accounts/ada/log-ins", map[string]string{"password": password, "browserFingerprint": "f"}, &granted)
	ada := &client.Client{Base: s.url, Token: granted.Token}
	opened := command(t, ada, http.MethodPost, "/rooms", map[string][]string{"playerIds": {"ada"}}, nil)
	type roomView struct {
		Status string `json:"status"`
	}
	var r roomView
	eventually(t, "the room is open", func() bool { return ada.Get(t.Context(), "/rooms/"+opened.ID, &r) == nil && r.Status == "open" })
	begun := time.Now()
	eventually(t, "the room has closed by itself", func() bool {
		s.pass(room.TickTime / 10)
		return ada.Get(t.Context(), "/rooms/"+opened.ID, &r) == nil && r.Status == "closed"
	})
	if passed := time.Since(begun) + time.Duration(s.ahead.Load()); passed < room.IdleTicks*room.TickTime {
		t.Errorf("it closed after %v, before %d ticks of %v", passed, room.IdleTicks, room.TickTime)
	}
}
