package engine

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// TestHeaviesAreBounded compares the sketch with a count of all: what it says is never too low, nor too high by more than it
// says, nor that more than the total's share; and with room for all it is exact.
func TestHeaviesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 12).Draw(t, "most")
		h, counts, total := newHeavies(most), map[es.StreamID]uint64{}, uint64(0)
		for range rapid.IntRange(0, 200).Draw(t, "adds") {
			stream := es.StreamID(strconv.Itoa(rapid.IntRange(0, 20).Draw(t, "stream")))
			n := rapid.Uint64Range(0, 9).Draw(t, "n")
			h.add(stream, n)
			counts[stream] += n
			total += n
		}
		top := h.top(100)
		if len(top) != min(most, len(counts)) {
			t.Fatalf("of %d streams %d are known, with room for %d", len(counts), len(top), most)
		}
		for _, w := range top {
			if is := counts[w.Stream]; w.Count < is || w.Count-w.Error > is || w.Error > total/uint64(most) {
				t.Fatalf("of %s there are %d, told are %+v, of %d in all", w.Stream, is, w, total)
			}
		}
		if len(counts) <= most {
			want := slices.Sorted(maps.Values(counts))
			for i, w := range top {
				if w.Error != 0 || w.Count != want[len(want)-1-i] {
					t.Fatalf("with room for all %+v is told, want %v", top, want)
				}
			}
		}
	})
}
