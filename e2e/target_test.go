package e2e

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/client/posted"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/local"
)

// target is a system that tests play on.
type target struct {
	*local.System // that runs in this process; nil for one elsewhere
	url, ws       string
	about         handler.SystemAnswer
	authority     string     // URL below which the token authority answers
	stage, data   string     // of a deployed stage, or of a server on this machine; empty if not known
	box           posted.Box // nil if not known
	patience      time.Duration
}

// discover asks a system where everything is.
func discover(ctx context.Context, url string) (target, error) {
	t := target{url: strings.TrimSuffix(url, "/")}
	var err error
	if t.about, err = client.Discover(ctx, t.url); err != nil {
		return t, err
	}
	t.ws, t.authority = t.about.WebSocketURL, t.about.Issuer
	return t, nil
}

// elsewhere runs the tests against the system that the environment names.
func elsewhere(run func() int) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	t, err := discover(ctx, os.Getenv("FOLDSTREAM_URL"))
	if err != nil {
		return 1, err
	}
	t.ws = cmp.Or(os.Getenv("FOLDSTREAM_WS_URL"), t.ws)
	t.authority = strings.TrimSuffix(cmp.Or(os.Getenv("FOLDSTREAM_ISSUER"), t.authority), "/")
	t.stage, t.data = os.Getenv("FOLDSTREAM_STAGE"), os.Getenv("FOLDSTREAM_DATA")
	if t.patience, err = time.ParseDuration(cmp.Or(os.Getenv("FOLDSTREAM_PATIENCE"), "2m")); err != nil {
		return 1, fmt.Errorf("FOLDSTREAM_PATIENCE: %w", err)
	}
	if t.box, err = t.outbox(ctx); err != nil {
		return 1, err
	}
	fmt.Printf("The stage %s at %s, its WebSocket at %s, its outbox at %q.\n", t.about.Stage, t.url, t.ws, t.posts())
	server = t
	return run(), nil
}

// posts says where the system posts mails and texts, as package posted has it; empty if that is not known.
func (t target) posts() string {
	switch given := os.Getenv("FOLDSTREAM_OUTBOX"); {
	case given != "" && t.System == nil:
		return given
	case t.stage != "":
		return posted.OfStage(t.stage)
	case t.data != "":
		return filepath.Join(t.data, "outbox")
	default:
		return ""
	}
}

// outbox opens where the system posts; nil if that is not known.
func (t target) outbox(ctx context.Context) (posted.Box, error) {
	if t.posts() == "" {
		return nil, nil
	}
	return posted.Open(ctx, t.posts())
}

// behindGateway reports whether API Gateway stands before the system, which answers some requests itself.
func (t target) behindGateway() bool { return t.about.Stage != "local" }

// ownServer is asked for by tests that need the server's process. They do not run against a system elsewhere.
func ownServer(t *testing.T) {
	t.Helper()
	if server.System == nil {
		leaveOut(t, "it needs the server's own process: kill, clock, store")
	}
}

// searches is asked for by tests that search.
func searches(t *testing.T) {
	t.Helper()
	if !server.about.Search {
		leaveOut(t, "this stage has no search")
	}
}

// leaveOut ends a test that cannot run against this system.
func leaveOut(t *testing.T, why string) {
	t.Helper()
	leftOut.add(t.Name(), why)
	t.Skip(why)
}

// leftOut are the tests that did not run.
var leftOut omissions

type omissions struct {
	mu  sync.Mutex
	all []string
}

func (o *omissions) add(name, why string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, name+": "+why)
}

func (o *omissions) report(w io.Writer) {
	if len(o.all) == 0 {
		return
	}
	fmt.Fprintf(w, "Tests that did not run here: %d\n", len(o.all))
	for _, line := range o.all {
		fmt.Fprintln(w, "  "+line)
	}
}
