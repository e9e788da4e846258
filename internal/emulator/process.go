package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// startup bounds the time until an engine answers, on a busy machine too.
const startup = 2 * time.Minute

// watch runs a program until standard input ends. The test binary holds the other end, so that however it ends, killed
// too, the engine ends with it.
const watch = `"$@" & engine=$!; cat >/dev/null; kill "$engine"; wait "$engine"`

func (e *engine) start() {
	program, err := find(e.program)
	if err != nil {
		e.err = err
		return
	}
	port, err := freePort()
	if err != nil {
		e.err = fmt.Errorf("find a port for %s: %w", e.program, err)
		return
	}
	arguments, environment := e.serve(port)
	log := &tail{}
	cmd := exec.CommandContext(context.Background(), "sh", append([]string{"-c", watch, "sh", program}, arguments...)...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdout, cmd.Stderr = log, log
	if e.alive, err = cmd.StdinPipe(); err != nil {
		e.err = fmt.Errorf("start %s: %w", e.program, err)
		return
	}
	if err := cmd.Start(); err != nil {
		e.err = fmt.Errorf("start %s: %w", e.program, err)
		return
	}
	e.endpoint = "http://127.0.0.1:" + port
	e.err = e.await(log)
}

func (e *engine) await(log *tail) error {
	deadline := time.After(startup)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !e.ready() {
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("%s does not answer at %s after %v; it says:\n%s", e.program, e.endpoint, startup, log)
		}
	}
	return nil
}

// find looks for a program where tools/engines.sh installs it.
func find(program string) (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", program, err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", errors.New("find " + program + ": the test runs outside of the module")
		}
		folder = up
	}
	path := filepath.Join(folder, ".tools", "engines", "bin", program)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not installed: run `make engines`, or set AWS_ENDPOINT_URL, or FOLDSTREAM_ENGINES=off to go without", program)
	}
	return path, nil
}

func freePort() (string, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// tail keeps the last of what an engine says.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-4096):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
