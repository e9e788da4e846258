package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// mostMemory is what a rebuild may hold, in KB, whatever the store's size.
const mostMemory = 256 << 10

// largeStore makes a store of 320,000 events of wallets: many small ones, and some in commits that are nearly as large as can
// be. It gives how many events there are up to each position.
func largeStore(t *testing.T, data string) []uint64 {
	t.Helper()
	db, err := sqlite.Open(data, sqlite.Relaxed())
	if err != nil {
		t.Fatal(err)
	}
	upTo, cent := []uint64{0}, money.MustParse("0.01")
	fill := func(wallets, events int, owner string) {
		recorded := []es.Event[wallet.Wallet]{wallet.Opened{Owner: owner, Currency: "EUR"}}
		for range events - 1 {
			recorded = append(recorded, wallet.Credited{Owner: owner, Amount: cent, Currency: "EUR", Balance: cent})
		}
		commit, err := wallet.Aggregate.Record(recorded)
		if err != nil {
			t.Fatal(err)
		}
		for drafts := range slices.Chunk(make([]es.Draft, wallets), 100) {
			for i := range drafts {
				id := engine.NewID()
				drafts[i] = es.Draft{
					Stream: es.NewStreamID("wallet", id), Events: commit,
					Origin: es.Origin{CommandID: id, TraceID: id, Time: time.Now()},
				}
				upTo = append(upTo, upTo[len(upTo)-1]+uint64(events))
			}
			if err := db.Append(t.Context(), drafts...); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill(30_000, 10, "ada")
	fill(200, 100, strings.Repeat("x", 2000))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return upTo
}

// rebuildLarge runs the command line until it ends, or is sent a signal when there is a next generation that is filled up to a
// position. It gives what was said, and up to where the generation had been filled when it ended early.
func rebuildLarge(t *testing.T, binary, data string, upTo uint64, signal os.Signal) (said string, position uint64) {
	t.Helper()
	db := guest(t, data)
	filled := func() (position uint64, begun bool) {
		standing, err := db.Standing(t.Context(), "wallets")
		if err != nil {
			t.Fatal(err)
		}
		if standing.Next == 0 {
			return 0, false
		}
		position, err = db.Applied(t.Context(), engine.GenerationName("wallets", standing.Next), engine.FeedStream)
		if err != nil {
			t.Fatal(err)
		}
		return position, true
	}
	cmd := exec.CommandContext(t.Context(), binary, "rebuild", "wallets", "--json", "--patience", "1s", "--data", data)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	held, sent := 0, false
	for tick := time.NewTicker(2 * time.Millisecond); ; <-tick.C {
		select {
		case err := <-ended:
			if held > mostMemory {
				t.Errorf("the rebuild held %d MB", held>>10)
			}
			t.Logf("at most %d MB", held>>10)
			var exit *exec.ExitError
			if err != nil && (!sent || !errors.As(err, &exit)) {
				t.Fatalf("%v\n%s", err, trouble.String())
			}
			position, _ := filled()
			return out.String(), position
		default:
		}
		held = max(held, peak(cmd.Process.Pid))
		if signal == nil || sent {
			continue
		}
		if position, begun := filled(); begun && position >= upTo {
			sent = true
			if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
}

// peak is the most memory that a process has held, in KB; 0 when it has ended.
func peak(pid int) (kb int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if _, after, found := strings.Cut(string(status), "VmHWM:"); found {
		_, _ = fmt.Sscan(after, &kb)
	}
	return kb
}

// TestRebuildOfALargeStore interrupts a rebuild, kills the one that goes on, and sees that the third folds what is left, and no
// more. None holds much memory, nor does one that finds all as it was.
func TestRebuildOfALargeStore(t *testing.T) {
	ownServer(t)
	binary, data := build(t), t.TempDir()
	upTo := largeStore(t, data)
	all := upTo[len(upTo)-1]
	_, first := rebuildLarge(t, binary, data, 0, os.Interrupt)
	_, second := rebuildLarge(t, binary, data, first+1, syscall.SIGKILL)
	if second <= first || second >= uint64(len(upTo)-1) {
		t.Fatalf("of %d positions the next generation was filled up to %d, and then to %d", len(upTo)-1, first, second)
	}
	waits := fmt.Sprintf(`"behind":%d`, uint64(len(upTo)-1)-second)
	if out, err := exec.CommandContext(t.Context(), binary, "views", "--json", "--data", data).Output(); err != nil || !strings.Contains(string(out), waits) {
		t.Fatalf("the views are %s, %v; want %s", out, err, waits)
	}
	said, _ := rebuildLarge(t, binary, data, 0, nil)
	for _, want := range []string{fmt.Sprintf(`"events":%d`, all-upTo[second]), `"rows":30200`, `"different":30200`} {
		if !strings.Contains(said, want) {
			t.Fatalf("behind position %d it said %.300s, want %s", second, said, want)
		}
	}
	said, _ = rebuildLarge(t, binary, data, 0, nil)
	for _, want := range []string{fmt.Sprintf(`"events":%d`, all), `"rows":30200`, `"different":0`} {
		if !strings.Contains(said, want) {
			t.Fatalf("it said %.300s, want %s", said, want)
		}
	}
}
