package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
)

// process is a server in a process of its own, to be killed.
type process struct {
	*exec.Cmd
	url string
}

func build(t *testing.T) string {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// programs is the folder that the tests' programs are built in.
var programs string

var built = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(programs, "foldstream")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/foldstream").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build foldstream: %w\n%s", err, out)
	}
	return binary, nil
})

func launch(t *testing.T, binary, data, address string) *process {
	t.Helper()
	return launchLogging(t, binary, data, address, "ERROR", os.Stderr)
}

func launchLogging(t *testing.T, binary, data, address, level string, log io.Writer) *process {
	t.Helper()
	cmd := exec.Command(binary, "serve", "--data", data, "--addr", address)
	cmd.Env = append(os.Environ(), "FOLDSTREAM_LOG="+level)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, found := strings.Cut(lines.Text(), "API        "); found {
			go func() {
				for lines.Scan() { // so that the server never waits for a reader
				}
			}()
			return &process{cmd, url}
		}
	}
	t.Fatalf("the server did not come up: %v", lines.Err())
	return nil
}

// freeAddress is an address that a server can be launched at again and again, so that its tokens stay valid.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// kill ends the process as a power cut would, without a word.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // it reports the signal
}

// somebody signs up with a server and chooses a name.
func somebody(t *testing.T, url, name string) (*client.Client, string) {
	t.Helper()
	email := fmt.Sprintf("%s.%d@example.com", name, users.Add(1))
	c, issued, err := (&client.Client{Base: url}).SignUp(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	addresses.Store(issued.UserID, email)
	command(t, c, "POST", "/users", map[string]string{"name": name}, nil)
	return c, issued.UserID
}

// TestKillNine kills the server in the middle of a match and of other work, again and again. What it has acknowledged must
// be there, and what followed from it must come about.
func TestKillNine(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	address := freeAddress(t)
	server := launch(t, binary, data, address)

	ada, adaID := somebody(t, server.url, "Ada")
	bob, bobID := somebody(t, server.url, "Bob")
	players := map[string]*client.Client{adaID: ada, bobID: bob}
	id := newMatch(t, ada, adaID)
	command(t, bob, "POST", "/matches/"+id+"/join-requests", nil, nil)
	eventually(t, "the match starts", func() bool { return get[matchView](t, ada, "/matches/"+id).Status == "playing" })
	var workers []*worker
	for range 4 {
		c, userID := somebody(t, server.url, "Worker")
		workers = append(workers, &worker{client: c, id: userID})
	}

	version := uint64(0)
	for round, left := 0, lines(); len(left) > 0; round++ {
		ctx, stop := context.WithCancel(t.Context())
		var busy sync.WaitGroup
		for _, w := range workers {
			busy.Go(func() { w.work(ctx) })
		}
		for range min(5, len(left)) {
			m := get[matchView](t, ada, fmt.Sprintf("/matches/%s?min-version=%d", id, version))
			version = command(t, players[m.Next], "POST", "/matches/"+id+"/turns", left[0], nil).Version
			left = left[1:]
		}
		time.AfterFunc(time.Duration(rand.IntN(30))*time.Millisecond, func() { _ = server.Process.Kill() })
		_ = server.Wait()
		stop()
		busy.Wait()
		server = launch(t, binary, data, address)
		for _, w := range workers {
			w.check(t)
		}
		if m := get[matchView](t, bob, fmt.Sprintf("/matches/%s?min-version=%d", id, version)); len(m.Turns) != 24-len(left) {
			t.Fatalf("round %d: %d turns are there of %d acknowledged", round, len(m.Turns), 24-len(left))
		}
	}
	m := get[matchView](t, ada, fmt.Sprintf("/matches/%s?min-version=%d", id, version))
	if m.Status != "finished" || m.Winner == "" {
		t.Fatalf("the match did not end: %+v", m)
	}
	acknowledged := 0
	for _, w := range workers {
		acknowledged += w.done
	}
	t.Logf("%d commands acknowledged by servers that were killed", acknowledged)
	if acknowledged == 0 {
		t.Fatal("the servers were killed before they did anything")
	}
}

// worker renames itself, and requests and cancels matches, until the server is gone.
type worker struct {
	client  *client.Client
	id      string
	done    int
	version uint64   // of the user, as last acknowledged
	matches []string // requested and acknowledged
}

func (w *worker) work(ctx context.Context) {
	for n := 0; ; n++ {
		accepted, err := w.client.Command(ctx, "PUT", "/users/"+w.id+"/name", map[string]string{"name": fmt.Sprint("Worker ", n)}, nil)
		if err != nil {
			return
		}
		w.done, w.version = w.done+1, max(w.version, accepted.Version)
		if n%8 > 0 {
			continue
		}
		var asked struct {
			MatchID string `json:"matchId"`
		}
		accepted, err = w.client.Command(ctx, "POST", "/users/"+w.id+"/match-requests", map[string]string{"size": "small"}, &asked)
		if err == nil {
			w.done, w.version, w.matches = w.done+1, max(w.version, accepted.Version), append(w.matches, asked.MatchID)
		}
	}
}

// check asserts that everything acknowledged is there, and that the sagas finish what had begun.
func (w *worker) check(t *testing.T) {
	t.Helper()
	get[struct{}](t, w.client, fmt.Sprintf("/users/%s?min-version=%d", w.id, w.version))
	for _, match := range w.matches {
		eventually(t, "a requested match has its creator", func() bool {
			var m matchView
			return w.client.Get(t.Context(), "/matches/"+match, &m) == nil && len(m.Players) == 1
		})
	}
}

func TestTwoServersDoNotShare(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	first := launch(t, binary, data, "127.0.0.1:0")
	for name, args := range map[string][]string{
		"the data is in use": {"--data", data, "--addr", "127.0.0.1:0"},
		"the port is in use": {"--data", t.TempDir(), "--addr", strings.TrimPrefix(first.url, "http://")},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			out, err := exec.CommandContext(ctx, binary, append([]string{"serve"}, args...)...).CombinedOutput()
			if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "in use") {
				t.Fatalf("%v: %s", err, out)
			}
		})
	}
	first.kill(t)
}
