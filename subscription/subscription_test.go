package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/subscription"
)

func at(positions ...uint64) (commits []es.Positioned) {
	for _, p := range positions {
		commits = append(commits, es.Positioned{Position: p, Commit: es.Commit{Stream: es.StreamID(fmt.Sprint("a-", p))}})
	}
	return commits
}

// A page that does not go on where the last one ended is not handled, and ends the subscription.
func TestAGapIsAnError(t *testing.T) {
	for name, wrong := range map[string]engine.LogPage{
		"left out":          {Commits: at(5), From: 5, To: 5, End: 9},
		"come again":        {Commits: at(3, 4), From: 3, To: 4, End: 9},
		"of before":         {Commits: at(3), From: 4, To: 4, End: 9},
		"behind its end":    {Commits: at(4, 6), From: 4, To: 5, End: 9},
		"out of order":      {Commits: at(5, 4), From: 4, To: 5, End: 9},
		"twice":             {Commits: at(4, 4), From: 4, To: 5, End: 9},
		"ends too early":    {From: 4, To: 2, End: 9},
		"another beginning": {From: 1, To: 0, End: 0},
	} {
		t.Run(name, func(t *testing.T) {
			memory, handled := &memo{}, 0
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := subscription.Run(ctx, subscription.Options{
				Source: &pages{{Commits: at(1, 3), From: 1, To: 3, End: 9}, wrong}, Checkpoint: memory, Backoff: fast,
			}, func(context.Context, es.Positioned) error {
				handled++
				return nil
			})
			if !errors.Is(err, subscription.ErrGap) || handled != 2 || memory.position != 3 {
				t.Errorf("it ends with %v, having handled %d, at %d", err, handled, memory.position)
			}
		})
	}
	t.Run("a shorter feed", func(t *testing.T) {
		b := newBook()
		b.add("Happened", "a-1", "a-2")
		err := subscription.Run(t.Context(), subscription.Options{Source: b.source(), Checkpoint: &memo{position: 3}}, nil)
		if !errors.Is(err, subscription.ErrGap) {
			t.Errorf("it ends with %v", err)
		}
	})
}

func TestAHandlerStops(t *testing.T) {
	for _, parallel := range []int{1, 3} {
		memory := &memo{}
		reason := errors.New("enough")
		err := subscription.Run(t.Context(), subscription.Options{
			Source: &pages{{Commits: at(2, 4, 6), From: 1, To: 9, End: 9}}, Checkpoint: memory, Parallel: parallel,
		}, func(_ context.Context, c es.Positioned) error {
			if c.Position == 4 {
				return errors.Join(reason, subscription.ErrStop)
			}
			return nil
		})
		if !errors.Is(err, reason) || memory.position > 3 || parallel == 1 && memory.position != 3 {
			t.Errorf("with %d at once it ends with %v at %d", parallel, err, memory.position)
		}
	}
}

// What holds a subscription up can be seen while it does.
func TestProgressSaysWhatIsWrong(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var told []subscription.Progress
	tries := 0
	err := subscription.Run(ctx, subscription.Options{
		Source: &pages{{Commits: at(1, 2), From: 1, To: 2, End: 7}}, Checkpoint: &memo{}, Backoff: fast,
		Progress: func(p subscription.Progress) {
			if told = append(told, p); p.Err == nil {
				stop()
			}
		},
	}, func(_ context.Context, c es.Positioned) error {
		if tries++; c.Position == 2 && tries < 4 {
			return errShaky
		}
		return nil
	})
	if err != nil || len(told) != 3 || !errors.Is(told[0].Err, errShaky) || told[0].Lag() != 7 || told[2] != (subscription.Progress{Position: 2, End: 7}) {
		t.Errorf("it ends with %v, and told %+v", err, told)
	}
}

// When the context ends, what has been handled is saved, though the rest of the page is not handled.
func TestAnEndInThePage(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	memory := &memo{}
	err := subscription.Run(ctx, subscription.Options{
		Source: &pages{{Commits: at(1, 2, 3), From: 1, To: 3, End: 3}}, Checkpoint: memory,
	}, func(_ context.Context, c es.Positioned) error {
		if c.Position == 2 {
			stop()
		}
		return nil
	})
	if err != nil || memory.position != 2 {
		t.Errorf("it ends with %v at %d", err, memory.position)
	}
}

func TestFile(t *testing.T) {
	folder := t.TempDir()
	f := subscription.File(filepath.Join(folder, "mine.position"))
	for _, want := range []uint64{0, 1, 1 << 60, 5} {
		if want > 0 {
			if err := f.Save(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := f.Load(t.Context()); got != want || err != nil {
			t.Errorf("loaded %d, %v, want %d", got, err, want)
		}
	}
	if left, err := os.ReadDir(folder); len(left) != 1 || err != nil {
		t.Errorf("in the folder are %v, %v", left, err)
	}
	if err := os.WriteFile(string(f), []byte("here\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Load(t.Context()); err == nil {
		t.Error("what is no position was loaded")
	}
	if err := subscription.File(filepath.Join(folder, "none", "f")).Save(t.Context(), 1); err == nil {
		t.Error("it was saved nowhere")
	}
	if err := subscription.Run(t.Context(), subscription.Options{Source: newBook().source(), Checkpoint: f}, nil); err == nil {
		t.Error("it began without its checkpoint")
	}
}
