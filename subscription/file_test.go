package subscription_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/foldstream/foldstream/subscription"
)

// A checkpoint names the feed that its position is of, and is not taken for that of another.
func TestFileOfAFeed(t *testing.T) {
	f := subscription.File(filepath.Join(t.TempDir(), "position"))
	one, other := f.Of("https://one.example"), f.Of("https://other.example")
	if position, err := one.Load(t.Context()); position != 0 || err != nil {
		t.Fatalf("there is %d, %v before the first position", position, err)
	}
	for _, was := range []subscription.Checkpoint{f, one} { // the first is of whoever did not name a feed
		if err := was.Save(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		if position, err := one.Load(t.Context()); position != 5 || err != nil {
			t.Fatalf("it is at %d, %v", position, err)
		}
	}
	for name, wrong := range map[string]subscription.Checkpoint{"another feed": other, "a feed without a name": f} {
		if _, err := wrong.Load(t.Context()); !errors.Is(err, subscription.ErrOtherFeed) {
			t.Errorf("%s takes it over: %v", name, err)
		}
		err := subscription.Run(t.Context(), subscription.Options{Source: newBook().source(), Checkpoint: wrong}, nil)
		if !errors.Is(err, subscription.ErrOtherFeed) {
			t.Errorf("%s is followed: %v", name, err)
		}
	}
	if text, err := os.ReadFile(string(f)); string(text) != "5 https://one.example\n" || err != nil {
		t.Errorf("the file says %q, %v", text, err)
	}
}
