package docs_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
)

// walk is what a section of operate.md has its reader type, and what the reader is to see.
type walk struct {
	heading string
	steps   []step
}

// step is a command with its output, in which "…" stands for anything in a line, and for any lines when alone in one.
type step struct{ command, output string }

// walks reads the blocks of a document that are marked as console: a command begins with "$ ", and goes on in lines that
// begin with "> ".
func walks(t *testing.T, document string) (all []walk) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch heading, isHeading := strings.CutPrefix(line, "## "); {
		case isHeading && !inside:
			all = append(all, walk{heading: heading})
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && len(all) > 0:
			all[len(all)-1].add(line)
		}
	}
	return all
}

func (w *walk) add(line string) {
	last := len(w.steps) - 1
	if command, begins := strings.CutPrefix(line, "$ "); begins {
		w.steps = append(w.steps, step{command: command})
	} else if more, goesOn := strings.CutPrefix(line, "> "); goesOn && w.steps[last].output == "" {
		w.steps[last].command += "\n" + more
	} else {
		w.steps[last].output += line + "\n"
	}
}

// pattern matches the output of a step.
func (s step) pattern() *regexp.Regexp {
	var p strings.Builder
	p.WriteString(`\A`)
	for line := range strings.Lines(narrow(s.output)) {
		if strings.TrimSpace(line) == "…" {
			p.WriteString(`(?:.*\n)*?`)
			continue
		}
		p.WriteString(strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, " \n")), "…", ".*") + " ?\n")
	}
	p.WriteString(`\z`)
	return regexp.MustCompile(p.String())
}

// narrow leaves one of several spaces, as columns are as wide as what is in them, and ends the last line.
func narrow(text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return regexp.MustCompile(` +`).ReplaceAllString(text, " ")
}

// TestOperate takes every walk of operate.md as its reader would: beside a server with the demo's data. Each has a copy of
// its own of what the first section makes.
func TestOperate(t *testing.T) {
	t.Parallel()
	all := walks(t, "operate.md")
	if len(all) < 2 {
		t.Fatalf("there are %d sections", len(all))
	}
	bin := t.TempDir()
	for _, name := range []string{"foldstream", "demo"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, name), "../cmd/"+name).CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
	}
	first := newPlace(t, bin)
	first.serve(t)
	first.take(t, all[0])
	first.stop()
	for _, w := range all[1:] {
		t.Run(w.heading, func(t *testing.T) {
			t.Parallel()
			if len(w.steps) == 0 {
				t.Fatal("there is nothing to type")
			}
			own := newPlace(t, bin)
			// With the files' modes: keys that others may read are refused.
			if out, err := exec.Command("cp", "-a", filepath.Join(first.dir, data), own.dir).CombinedOutput(); err != nil {
				t.Fatalf("copy the data: %v\n%s", err, out)
			}
			own.serve(t)
			own.take(t, w)
		})
	}
}

// data is the folder that the program has its data in when nothing else is said.
const data = ".foldstream"

// place is where a walk is taken.
type place struct {
	bin, dir, address string
	own, page         *strings.Replacer // the page's addresses by those of here, and the other way
	stop              func()            // the server
}

func newPlace(t *testing.T, bin string) *place {
	t.Helper()
	address, aside := freeAddress(t), freeAddress(t)
	return &place{
		bin: bin, dir: t.TempDir(), address: address,
		own:  strings.NewReplacer("127.0.0.1:8080", address, "127.0.0.1:8081", aside),
		page: strings.NewReplacer(address, "127.0.0.1:8080", aside, "127.0.0.1:8081"),
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// command is one at the place, where programs are found by their names.
func (p *place) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "PATH="+p.bin+":"+os.Getenv("PATH"), "FOLDSTREAM_ADDR="+p.address, "FOLDSTREAM_LOG=WARN")
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 20 * time.Second
	return c
}

// serve is what a reader has in another terminal.
func (p *place) serve(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	server := p.command(ctx, filepath.Join(p.bin, "foldstream"), "serve")
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Wait() }()
	p.stop = func() { cancel(); <-ended }
	t.Cleanup(p.stop)
	up, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for {
		if _, err := client.Discover(up, "http://"+p.address); err == nil {
			return
		} else if up.Err() != nil {
			p.stop()
			t.Fatalf("the server does not answer: %v\n%s", err, said.String())
		}
		select {
		case <-ended:
			t.Fatalf("the server has ended:\n%s", said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// marked ends what a step says, and tells its exit status.
const marked = "--- step done: "

// take types the steps of a walk into one shell, and compares what they say.
func (p *place) take(t *testing.T, w walk) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	var script strings.Builder
	for _, s := range w.steps {
		fmt.Fprintf(&script, "%s\necho '%s'$?\n", p.own.Replace(s.command), marked)
	}
	shell := p.command(ctx, "bash", "-c", script.String())
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with what it leaves in the background
	out, err := shell.CombinedOutput()
	_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) // nothing is left of most
	rest := p.page.Replace(string(out))
	for _, s := range w.steps {
		said, behind, ended := strings.Cut(rest, marked)
		status, others, _ := strings.Cut(behind, "\n")
		if !ended || status != "0" {
			t.Fatalf("$ %s\nends with status %q, error %v, and says:\n%s", s.command, status, err, said)
		}
		if !s.pattern().MatchString(narrow(said)) {
			t.Fatalf("$ %s\nsays:\n%s\nwhere the page has:\n%s", s.command, said, s.output)
		}
		rest = others
	}
}
