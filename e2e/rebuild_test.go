package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// damage changes a row in the store, past the server, as a faulty projector would.
func damage(t *testing.T, data, view, id string, change func(*engine.Row)) {
	t.Helper()
	db := guest(t, data)
	was, err := db.Row(t.Context(), view, id)
	if err != nil {
		t.Fatal(err)
	}
	now := was
	change(&now)
	if err := db.Save(t.Context(), view, id, was, now); err != nil {
		t.Fatal(err)
	}
}

// sent is how many mails and text messages there are in the outbox.
func sent(t *testing.T, data string) int {
	t.Helper()
	n := 0
	if err := filepath.WalkDir(filepath.Join(data, "outbox"), func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRebuild replays views by the command line, while the server answers queries and takes commands.
func TestRebuild(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	desk{url: server.url}.requested(t, newEmail(), "SG", "org")
	eventually(t, "a mail has been sent", func() bool { return sent(t, data) > 0 })
	mails := sent(t, data)
	run := func(args ...string) (string, error) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), binary, append(args, "--data", data)...).CombinedOutput()
		return string(out), err
	}
	succeeds := func(args []string, want ...string) {
		t.Helper()
		out, err := run(args...)
		for _, w := range want {
			if err != nil || !strings.Contains(out, w) {
				t.Fatalf("%v: %v, want %q:\n%s", args, err, w, out)
			}
		}
	}

	succeeds([]string{"smoke"}, "matches: ", "of 1 rows none differs", "button-creditors: ")
	damage(t, data, "matches", match, func(r *engine.Row) {
		r.Doc = []byte(strings.Replace(string(r.Doc), "not-started", "finished", 1))
	})
	if out, err := run("smoke"); err == nil || !strings.Contains(out, match+": the documents differ") || !strings.Contains(out, "1 rows differ") {
		t.Fatalf("a damaged row: %v\n%s", err, out)
	}
	if out, err := run("smoke", "--json"); err == nil || !strings.Contains(out, `"row":"`+match+`","what":"the documents differ"`) {
		t.Fatalf("a damaged row: %v\n%s", err, out)
	}

	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	var reads, matches atomic.Int64
	busy.Go(func() { // reads on
		for ctx.Err() == nil {
			var m matchView
			if err := ada.Get(ctx, "/matches/"+match, &m); err != nil && ctx.Err() == nil {
				t.Errorf("a query while the view is rebuilt: %v", err)
				return
			}
			reads.Add(1)
		}
	})
	busy.Go(func() { // and begins matches and cancels them
		fails := func(err error) bool {
			if err != nil && ctx.Err() == nil {
				t.Errorf("while the view is rebuilt: %v", err)
			}
			return err != nil
		}
		for ctx.Err() == nil {
			var asked struct {
				MatchID string `json:"matchId"`
			}
			var m matchView
			_, err := ada.Command(ctx, "POST", "/users/"+adaID+"/match-requests", map[string]string{"size": "small"}, &asked)
			if fails(err) || fails(ada.Get(ctx, "/matches/"+asked.MatchID+"?min-version=2", &m)) {
				return
			}
			cancelled, err := ada.Command(ctx, "POST", "/matches/"+asked.MatchID+"/cancellation", nil, nil)
			if fails(err) || fails(ada.Get(ctx, fmt.Sprintf("/matches/%s?min-version=%d", asked.MatchID, cancelled.Version), &m)) {
				return
			}
			matches.Add(1)
		}
	})
	succeeds([]string{"rebuild", "matches", "--keep"}, match+": the documents differ", "generation 5 is live")
	stop()
	busy.Wait()
	t.Logf("%d queries answered and %d matches begun meanwhile", reads.Load(), matches.Load())
	if reads.Load() == 0 || matches.Load() == 0 {
		t.Fatal("nothing went on meanwhile")
	}
	if m := get[matchView](t, ada, "/matches/"+match); m.Status != "not-started" {
		t.Fatalf("the row is not mended: %+v", m)
	}
	succeeds([]string{"smoke"}, "matches: ")
	succeeds([]string{"views"}, "matches           5     -     -       1     0        -       match")

	// Going back brings the damage back, which was not the store's to know.
	succeeds([]string{"rebuild", "matches", "--back"}, "kept")
	eventually(t, "readers have the old generation", func() bool { return get[matchView](t, ada, "/matches/"+match).Status == "finished" })
	succeeds([]string{"rebuild", "matches", "--back"}, "kept")
	eventually(t, "readers have the mended generation", func() bool { return get[matchView](t, ada, "/matches/"+match).Status == "not-started" })
	succeeds([]string{"rebuild", "--drop", "matches"}, "dropped")
	succeeds([]string{"rebuild", "button-creditors"}, "none differs", "is live")
	if n := sent(t, data); n != mails {
		t.Fatalf("%d mails and texts have been sent, %d before the replays", n, mails)
	}
	succeeds([]string{"smoke", "--patience", (5 * time.Second).String()}, "matches: ")
}
