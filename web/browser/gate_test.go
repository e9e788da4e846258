package browser_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// gate is a way to a server that can be shut, which breaks all connections at once, and opened again at the same address.
type gate struct {
	address, behind string

	mu       sync.Mutex
	listener net.Listener // nil while it is shut
	inside   map[net.Conn]struct{}
}

func (g *gate) open() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listener != nil {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", g.address)
	if err != nil {
		return err
	}
	g.listener, g.address, g.inside = listener, listener.Addr().String(), map[net.Conn]struct{}{}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return // it is shut
			}
			go g.pass(from)
		}
	}()
	return nil
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listener == nil {
		return
	}
	_ = g.listener.Close() // nobody waits there any more either way
	g.listener = nil
	for c := range g.inside {
		_ = c.Close()
	}
}

// pass brings what comes to the server, and back what it answers, until one of them ends it.
func (g *gate) pass(from net.Conn) {
	defer func() { _ = from.Close() }() // whoever broke it off knows
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", g.behind)
	if err != nil {
		return // as far as browsers can tell, the server is gone
	}
	defer func() { _ = to.Close() }()
	if !g.enter(from) {
		return
	}
	defer g.leave(from)
	ended := make(chan struct{}, 2)
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // a connection that breaks is what a gate is for
		ended <- struct{}{}
	}
	go carry(to, from)
	go carry(from, to)
	<-ended
}

func (g *gate) enter(c net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listener == nil {
		return false
	}
	g.inside[c] = struct{}{}
	return true
}

func (g *gate) leave(c net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, c)
}

// pagesFromSource serves the pages as the source has them, before the API of a server, and gives the address.
func pagesFromSource(t *testing.T, api string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bundle")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../bundle").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	free := &gate{address: "127.0.0.1:0"}
	if err := free.open(); err != nil {
		t.Fatal(err)
	}
	free.shut()
	watch := exec.CommandContext(t.Context(), binary, "-watch", free.address, "-api", "http://"+api)
	watch.Dir, watch.Stderr = top, os.Stderr
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Wait() }) // it was killed when the test ended
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); ; <-tick.C {
		answer, err := http.Get("http://" + free.address + "/")
		if err == nil {
			why, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("the pages cannot be built: %s", why)
			}
			return free.address
		}
		if time.Now().After(deadline) {
			t.Fatalf("the pages of the source are not served: %v", err)
		}
	}
}
