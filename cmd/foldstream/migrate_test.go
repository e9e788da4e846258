package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/local"
)

// served serves a folder until it is stopped, and gives where.
func served(t *testing.T, data, publicURL string) (url string, stop func()) {
	t.Helper()
	system, err := local.Open(local.Config{App: domain.App, Address: "127.0.0.1:0", Data: data, PublicURL: publicURL}, true)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := system.Listen(t.Context())
	if err != nil {
		t.Fatal(errors.Join(err, system.Close()))
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(system.Serve(ctx, listener), system.Close()) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return "http://" + listener.Addr().String(), stop
}

// migration is a folder that moves into another one, both with a server.
type migration struct {
	t                   *testing.T
	blue, green         string // folders
	api, other          string // their servers
	stopBlue, stopGreen func()
}

// run runs a command on blue.
func (m *migration) run(args ...string) string {
	m.t.Helper()
	return besides(m.t, append(args, "--data", m.blue)...)
}

// does runs a phase that must succeed.
func (m *migration) does(args ...string) string {
	m.t.Helper()
	said := m.run(append([]string{"migrate"}, args...)...)
	if strings.Contains(said, "failed: ") {
		m.t.Fatalf("%s: %s", strings.Join(args, " "), said)
	}
	return said
}

// mails counts mails by what they say, in the outboxes of folders.
func mails(t *testing.T, folders ...string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "outbox", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, addressed, _ := bytes.Cut(text, []byte("To: "))
			if _, about, ok := bytes.Cut(text, []byte("Subject: ")); ok {
				to, _, _ := bytes.Cut(addressed, []byte("\n"))
				subject, rest, _ := bytes.Cut(about, []byte("\n"))
				_, match, _ := bytes.Cut(rest, []byte("The match: "))
				all[fmt.Sprintf("%s %s %s", bytes.TrimSpace(to), bytes.TrimSpace(subject), bytes.TrimSpace(match))]++
			}
		}
	}
	return all
}

// TestMigrate has people play through all phases, over two real servers. No turn is lost, and nobody is mailed twice.
func TestMigrate(t *testing.T) {
	t.Setenv("FOLDSTREAM_STAGE", "")
	m := &migration{t: t, blue: filepath.Join(t.TempDir(), "blue"), green: filepath.Join(t.TempDir(), "green")}
	m.api, m.stopBlue = served(t, m.blue, "")
	p := newPlayers(t, m.api)
	if _, err := p.ada.Command(t.Context(), http.MethodPost, "/sign-ins", nil, nil); err != nil {
		t.Fatal(err)
	}
	first := p.begin()
	p.play(first, func() {})

	says(t, m.does("list"), "leaner: ", "JoinRequested of match is left out")
	says(t, m.run("migrate", "compare"), "failed: nothing moves; `foldstream migrate start` comes first")
	says(t, m.does("start", "leaner", "--to", m.green, "--dry-run"), "would become", "JoinRequested of match is left out: 1 commits", "+ signin-", "Nothing is written.")
	if _, err := os.Stat(m.green); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("a dry run makes a folder")
	}
	says(t, m.does("start", "leaner", "--to", m.green), "folder "+m.green+" has ")
	m.other, m.stopGreen = served(t, m.green, m.api)
	direct := &client.Client{Base: m.other, Token: p.ada.Token}
	_, err := direct.Do(t.Context(), http.MethodPost, "/sign-ins", nil)
	if refusal := (*client.Error)(nil); !errors.As(err, &refusal) || refusal.Code != "Moving" || refusal.Status != http.StatusServiceUnavailable {
		t.Fatalf("green takes a command: %v", err)
	}

	second := p.begin()
	var socket *client.Socket
	about, err := client.Discover(t.Context(), m.api)
	if err != nil {
		t.Fatal(err)
	}
	if socket, err = p.ada.Connect(t.Context(), about.WebSocketURL); err != nil {
		t.Fatal(err)
	}
	played := make(chan int, 1)
	turned := make(chan struct{}, 100)
	go func() {
		played <- p.play(second, func() {
			turned <- struct{}{}
			time.Sleep(100 * time.Millisecond) // people think
		})
	}()
	await := func(n int) {
		for range n {
			select {
			case <-turned:
			case <-time.After(time.Minute):
				t.Fatal("nobody plays")
			}
		}
	}
	await(2)
	says(t, m.run("migrate", "cut-reads"), "failed: the migration is at copying; what comes next is `foldstream migrate compare`")
	says(t, m.does("compare"), "sign-ins: of 1 rows none differs, 1 as the rewrite declares.", "matches: of 2 rows none differs")
	says(t, m.does("cut-reads", "--to-url", m.other), "Queries are answered by green.")
	answer, err := p.ada.Do(t.Context(), http.MethodGet, "/matches/"+first, nil)
	if err != nil || !strings.HasPrefix(answer.Header.Get("ETag"), `"green-`) {
		t.Fatalf("a query is answered with %v, %v", answer.Header, err)
	}
	if answer, err = p.ada.Do(t.Context(), http.MethodGet, "/matches/"+first, nil, "If-None-Match", answer.Header.Get("ETag")); err != nil || answer.Status != http.StatusNotModified {
		t.Fatalf("it is answered again with %d, %v", answer.Status, err)
	}
	await(2)
	says(t, m.does("stop-writes", "--dry-run"), "It would stop blue's writes", "Nothing is changed.")
	says(t, m.does("stop-writes"), "Blue's writes have stopped")
	says(t, m.does("catch-up"), "Green has everything.")
	says(t, m.does("cut-writes", "--dry-run"), "It would hand over ")
	says(t, m.does("cut-writes"), "Commands are carried out by green")
	says(t, m.does("status"), "writes-cut", "Next is `foldstream migrate destroy`.")
	if turns := <-played; turns != 24 {
		t.Errorf("%d turns were accepted", turns)
	}
	p.until(second, func(_, turns int) bool { return turns == 24 })
	moved(t, p, socket, about.WebSocketURL)

	says(t, m.run("migrate", "back"), "commits of its own that blue does not have: to go back and lose them, and green with them, say --lose-writes ")
	says(t, m.run("migrate", "destroy"), "It would give blue up.", "failed: blue is not to be had back: say --yes")
	says(t, m.run("migrate", "destroy", "--yes"), "failed: a server is at work on "+m.blue)
	settled(t, m, p, first, second)
	m.stopBlue()
	says(t, m.does("destroy", "--yes"), "Green is on its own.")
	if _, err := os.Stat(m.blue); !errors.Is(err, os.ErrNotExist) {
		t.Error("blue's folder is still there")
	}
	direct.Base = m.other
	if _, err := direct.Command(t.Context(), http.MethodPost, "/sign-ins", nil, nil); err != nil {
		t.Errorf("green does not go on: %v", err)
	}
}

// moved makes sure that a WebSocket that was open is told to go, and that who connects again at the same place is told of what
// happens in green.
func moved(t *testing.T, p *players, socket *client.Socket, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if _, err := socket.Next(ctx); err == nil {
			continue
		} else if status := websocket.CloseStatus(err); status != websocket.StatusGoingAway {
			t.Fatalf("the connection ended with %v: %v", status, err)
		}
		break
	}
	again, err := p.ada.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Send(ctx, handler.Message{Action: "ping"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ada.Command(ctx, http.MethodPost, "/sign-ins", nil, nil); err != nil {
		t.Fatal(err)
	}
	if heard, err := again.Wait(ctx, 1, func(o engine.Outcome) bool { return o.Type == "UserSignedIn" }); err != nil {
		t.Fatalf("heard %v: %v", heard, err)
	}
}

// settled makes sure that each player has been told once of each match's beginning and end.
func settled(t *testing.T, m *migration, p *players, matches ...string) {
	t.Helper()
	want := map[string]int{}
	for _, name := range []string{"ada", "bob"} {
		for _, match := range matches {
			for _, subject := range []string{"Your match has started", "Your match is over"} {
				want[fmt.Sprintf("%s@example.com %s %s", name, subject, match)] = 1
			}
		}
	}
	got := map[string]int{}
	eventually(t, "everybody is mailed", func() bool {
		got = mails(t, m.blue, m.green)
		return len(got) >= len(want)
	})
	for what, n := range got {
		if n != 1 {
			t.Errorf("mailed %d times: %s", n, what)
		}
	}
	if len(got) != len(want) {
		t.Errorf("mailed %v, want %v", got, want)
	}
}
