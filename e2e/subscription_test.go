package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/subscription"
)

// program is a program outside, to which an admin has given the role follow. It signs in for each connection.
func program(t *testing.T, url string, admin *client.Client) *subscription.WebSocket {
	t.Helper()
	nobody := &client.Client{Base: url}
	email := fmt.Sprintf("program%d@example.com", users.Add(1))
	_, issued, err := nobody.SignUp(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	command(t, admin, "POST", "/users/"+issued.UserID+"/roles", map[string]string{"role": es.RoleFollow}, nil)
	return &subscription.WebSocket{Base: url, Token: func(ctx context.Context) (string, error) {
		_, issued, err := nobody.LogIn(ctx, email, password)
		return issued.Token, err
	}}
}

// sightings are the commits that a subscriber has seen, by position.
type sightings struct {
	mu   sync.Mutex
	by   map[uint64]es.Positioned
	last uint64
	bad  error
}

func (s *sightings) see(_ context.Context, c es.Positioned) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Position <= s.last {
		s.bad = fmt.Errorf("position %d comes behind %d", c.Position, s.last)
	}
	s.last, s.by[c.Position] = c.Position, c
	return nil
}

// has reports whether an event with some text in its data has been seen.
func (s *sightings) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.by {
		if strings.Contains(string(c.Events[0].Data), text) {
			return true
		}
	}
	return false
}

// follow follows until it is stopped, and then says what came of it.
func follow(t *testing.T, o subscription.Options, handle func(context.Context, es.Positioned) error) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- subscription.Run(ctx, o, handle) }()
	return sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

// feedOf reads the whole feed as an admin does.
func feedOf(t *testing.T, admin *client.Client) (all []handler.LoggedCommit) {
	t.Helper()
	for after := uint64(0); ; {
		page := get[handler.EventsAnswer](t, admin, fmt.Sprintf("/admin/events?limit=100&after=%d", after))
		all = append(all, page.Items...)
		if after = page.To; after == page.End {
			return all
		}
	}
}

// TestASubscriberOfAServerThatDies begins at 0 with what has happened, goes live, and goes on when the server was killed and
// is back. In the end it has seen all that it may see, once.
func TestASubscriberOfAServerThatDies(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data, address := build(t), t.TempDir(), freeAddress(t)
	server := launch(t, binary, data, address)
	admin := appointed(t, binary, data, server.url)
	ada, adaID := somebody(t, server.url, "Ada")
	rename := func(n int) {
		if _, err := ada.Command(t.Context(), "PUT", "/users/"+adaID+"/name", map[string]string{"name": fmt.Sprint("Ada ", n)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 300 { // more than a page
		rename(n)
	}
	source, seen := program(t, server.url, admin), &sightings{by: map[uint64]es.Positioned{}}
	file := subscription.File(filepath.Join(t.TempDir(), "position"))
	var lost atomic.Int64
	var reached atomic.Uint64
	stop := follow(t, subscription.Options{Source: source, Checkpoint: file, Progress: func(p subscription.Progress) {
		reached.Store(p.Position)
		if p.Err != nil {
			lost.Add(1)
		}
	}}, seen.see)
	end := func() uint64 {
		return get[handler.EventsAnswer](t, admin, "/admin/events?limit=1").End
	}
	caught := func(what string) {
		t.Helper()
		eventually(t, what, func() bool { return reached.Load() == end() })
	}
	caught("it has caught up")
	rename(300)
	caught("it hears of what happens")
	for range 3 {
		noticed := lost.Load()
		server.kill(t)
		eventually(t, "it has noticed", func() bool { return lost.Load() > noticed })
		server = launch(t, binary, data, address)
		for n := range 20 {
			rename(n)
		}
		caught("it goes on")
	}
	if err := errors.Join(stop(), seen.bad); err != nil {
		t.Fatal(err)
	}
	var want []handler.LoggedCommit
	for _, c := range feedOf(t, admin) {
		if _, restricted := domain.App.Catalogue().Streams(c.AggregateID.Category()); !restricted {
			want = append(want, c)
		}
	}
	for _, c := range want {
		got, there := seen.by[c.Position]
		if !there || got.Stream != c.AggregateID || got.Version != c.Version || len(got.Events) != len(c.Events) || string(got.Events[0].Data) != string(c.Events[0].Data) {
			t.Fatalf("at %d it saw %+v, want %+v", c.Position, got, c)
		}
	}
	if position, err := file.Load(t.Context()); len(seen.by) != len(want) || position != end() || err != nil {
		t.Errorf("it saw %d of %d commits, and is at %d of %d, %v", len(seen.by), len(want), position, end(), err)
	}
	if slices.IndexFunc(want, func(c handler.LoggedCommit) bool { return c.AggregateID.Category() == "identity" }) >= 0 {
		t.Error("it saw what is private")
	}
}

// TestSubscribersAtTheirOwnPace has one that is slow and one that wants little beside one that is quick.
func TestSubscribersAtTheirOwnPace(t *testing.T) {
	admin, _ := newAdmin(t)
	source := func() *subscription.WebSocket { return program(t, server.url, admin) }
	ada, adaID := newPlayer(t, "Ada")
	begin := get[handler.EventsAnswer](t, admin, "/admin/events?limit=1").End
	file := func() subscription.File {
		f := subscription.File(filepath.Join(t.TempDir(), "position"))
		if err := f.Save(t.Context(), begin); err != nil {
			t.Fatal(err)
		}
		return f
	}
	mine := func(into *[]string, mu *sync.Mutex) func(context.Context, es.Positioned) error {
		return func(_ context.Context, c es.Positioned) error {
			mu.Lock()
			defer mu.Unlock()
			if asked := []string{"UserNameSet", "MatchRequested"}; c.Stream.ID() == adaID && slices.Contains(asked, c.Events[0].Type) {
				*into = append(*into, string(c.Events[0].Data))
			}
			return nil
		}
	}
	var mu sync.Mutex
	var quick, slow, picky []string
	gate := make(chan struct{})
	handleSlow := mine(&slow, &mu)
	for _, stop := range []func() error{
		follow(t, subscription.Options{Source: source(), Checkpoint: file(), Parallel: 4}, mine(&quick, &mu)),
		follow(t, subscription.Options{Source: source(), Checkpoint: file()}, func(ctx context.Context, c es.Positioned) error {
			select {
			case <-gate:
			case <-ctx.Done():
				return ctx.Err()
			}
			return handleSlow(ctx, c)
		}),
		follow(t, subscription.Options{
			Source: source(), Checkpoint: file(), Filter: subscription.Filter{Categories: []string{"user"}, Events: []string{"MatchRequested"}},
		}, mine(&picky, &mu)),
	} {
		t.Cleanup(func() {
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
	const changes = 60
	for n := range changes {
		command(t, ada, "PUT", "/users/"+adaID+"/name", map[string]string{"name": fmt.Sprint("Ada ", n)}, nil)
	}
	newMatch(t, ada, adaID)
	seen := func(list *[]string) []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(*list)
	}
	eventually(t, "the quick one has all", func() bool { return len(seen(&quick)) == changes+1 })
	eventually(t, "the picky one has the one", func() bool { return len(seen(&picky)) == 1 })
	if n := len(seen(&slow)); n > 0 {
		t.Errorf("the slow one has %d", n)
	}
	close(gate)
	eventually(t, "the slow one has all", func() bool { return len(seen(&slow)) == changes+1 })
	if !slices.Equal(seen(&slow), seen(&quick)) || !strings.Contains(seen(&picky)[0], "size") {
		t.Errorf("they saw %v, %v and %v", seen(&quick), seen(&slow), seen(&picky))
	}
}

// TestWhoMayNotFollowIsRefused ends subscriptions that another try would not mend.
func TestWhoMayNotFollowIsRefused(t *testing.T) {
	ada, _ := newcomer(t)
	admin, _ := newAdmin(t)
	as := func(token string) *subscription.WebSocket {
		return &subscription.WebSocket{Base: server.url, Token: func(context.Context) (string, error) { return token, nil }}
	}
	badToken := http.StatusUnauthorized
	if server.behindGateway() {
		badToken = http.StatusForbidden
	}
	for name, c := range map[string]struct {
		source *subscription.WebSocket
		filter subscription.Filter
		from   uint64
		status int
		want   error
	}{
		"without the role":    {as(ada.Token), subscription.Filter{}, 0, http.StatusForbidden, subscription.ErrRefused},
		"with a bad token":    {as("bad"), subscription.Filter{}, 0, badToken, subscription.ErrRefused},
		"to what is not":      {as(admin.Token), subscription.Filter{Categories: []string{"cat"}}, 0, http.StatusBadRequest, subscription.ErrRefused},
		"to what is private":  {program(t, server.url, admin), subscription.Filter{Categories: []string{"identity"}}, 0, http.StatusForbidden, subscription.ErrRefused},
		"from behind the end": {as(admin.Token), subscription.Filter{}, 1 << 50, http.StatusConflict, subscription.ErrGap},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), server.patience)
			defer cancel()
			file := subscription.File(filepath.Join(t.TempDir(), "position"))
			if err := file.Save(ctx, c.from); err != nil {
				t.Fatal(err)
			}
			err := subscription.Run(ctx, subscription.Options{Source: c.source, Checkpoint: file, Filter: c.filter}, nil)
			var refusal *client.Error
			if !errors.Is(err, c.want) || !errors.As(err, &refusal) || refusal.Status != c.status {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}

// TestASubscriberOutlivesItsToken has a server with a clock of the test's own.
func TestASubscriberOutlivesItsToken(t *testing.T) {
	t.Parallel()
	ownServer(t)
	data := t.TempDir()
	s := startTimely(t, data, new(atomic.Int64))
	_, issued, err := (&client.Client{Base: s.url}).SignUp(t.Context(), "root@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), build(t), "appoint-admin", issued.UserID, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ada, adaID := named(t, s.url, "ada")
	var tokens atomic.Int64
	source := &subscription.WebSocket{Base: s.url, Token: func(context.Context) (string, error) {
		tokens.Add(1)
		return again(t, s.url, "root").Token, nil
	}}
	seen := &sightings{by: map[uint64]es.Positioned{}}
	stop := follow(t, subscription.Options{Source: source, Checkpoint: subscription.File(filepath.Join(t.TempDir(), "position"))}, seen.see)
	heard := func(name string) {
		t.Helper()
		command(t, ada, "PUT", "/users/"+adaID+"/name", map[string]string{"name": name}, nil)
		eventually(t, "it sees "+name, func() bool { return seen.has(name) })
	}
	heard("Ada Byron")
	s.pass(time.Until(issued.ExpiresAt) + time.Hour) // the connection is somewhat younger
	ada = again(t, s.url, "ada")
	heard("Ada King")
	heard("Ada Lovelace")
	if err = errors.Join(stop(), seen.bad); err != nil || tokens.Load() != 2 {
		t.Errorf("it ends with %v, having asked for %d tokens", err, tokens.Load())
	}
}
