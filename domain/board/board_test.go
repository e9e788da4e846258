package board

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// every is all legal lines, found by trying everything in and around the board.
func every(b Board) []Line {
	var lines []Line
	for x := -2; x <= b.Cells+2; x++ {
		for y := -2; y <= b.Cells+2; y++ {
			for _, d := range []Direction{Right, Down, "left", "up", ""} {
				if l := (Line{Dot{x, y}, d}); b.Has(l) {
					lines = append(lines, l)
				}
			}
		}
	}
	return lines
}

func TestSizes(t *testing.T) {
	for size, want := range map[Size]struct{ cells, lines int }{Small: {9, 24}, Medium: {25, 60}, Large: {49, 112}} {
		b := New(size)
		if got := len(b.Owners); got != want.cells {
			t.Errorf("%s has %d cells, want %d", size, got, want.cells)
		}
		if got := len(every(b)); got != want.lines || len(b.Drawn) != want.lines {
			t.Errorf("%s has %d legal lines and room for %d, want %d", size, got, len(b.Drawn), want.lines)
		}
		if err := size.Validate(); err != nil {
			t.Errorf("%s: %v", size, err)
		}
	}
	for _, wrong := range []Size{"", "huge", "Small"} {
		if got := wrong.Validate(); !cmp.Equal(got, error(es.Invalid("size", "a size is small, medium or large"))) {
			t.Errorf("%q: %v", wrong, got)
		}
	}
}

func TestHas(t *testing.T) {
	b := New(Small)
	for _, test := range []struct {
		name string
		line Line
		want bool
	}{
		{"first right", Line{Dot{0, 0}, Right}, true},
		{"last right of a row", Line{Dot{2, 0}, Right}, true},
		{"mend: right beyond the row", Line{Dot{3, 0}, Right}, false},
		{"right along the lower rim", Line{Dot{0, 3}, Right}, true},
		{"mend: right below the board", Line{Dot{0, 4}, Right}, false},
		{"mend: right of nothing", Line{Dot{-1, 0}, Right}, false},
		{"mend: right above the board", Line{Dot{0, -1}, Right}, false},
		{"down along the right rim", Line{Dot{3, 0}, Down}, true},
		{"mend: down outside the right rim", Line{Dot{4, 0}, Down}, false},
		{"last down of a column", Line{Dot{0, 2}, Down}, true},
		{"mend: down beyond the column", Line{Dot{0, 3}, Down}, false},
		{"mend: down of nothing", Line{Dot{-1, 0}, Down}, false},
		{"no direction", Line{Dot{0, 0}, "up"}, false},
	} {
		if got := b.Has(test.line); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestDraw(t *testing.T) {
	draw := func(b Board, by string, lines ...Line) (Board, []Cell) {
		var closed []Cell
		for _, l := range lines {
			b, closed = b.Draw(l, by)
		}
		return b, closed
	}
	t.Run("three sides close nothing", func(t *testing.T) {
		_, closed := draw(New(Small), "ann", Line{Dot{0, 0}, Right}, Line{Dot{0, 0}, Down}, Line{Dot{1, 0}, Down})
		if len(closed) != 0 {
			t.Errorf("closed %v", closed)
		}
	})
	t.Run("the fourth side closes, whoever drew the others", func(t *testing.T) {
		b, _ := draw(New(Small), "bob", Line{Dot{0, 0}, Right}, Line{Dot{0, 0}, Down}, Line{Dot{1, 0}, Down})
		b, closed := draw(b, "ann", Line{Dot{0, 1}, Right})
		if diff := cmp.Diff([]Cell{{0, 0}}, closed); diff != "" {
			t.Error(diff)
		}
		if b.Score("ann") != 1 || b.Score("bob") != 0 || b.Open != 8 {
			t.Errorf("ann %d, bob %d, open %d", b.Score("ann"), b.Score("bob"), b.Open)
		}
	})
	t.Run("one line closes two", func(t *testing.T) {
		b, closed := draw(New(Small), "ann", Line{Dot{0, 0}, Right}, Line{Dot{1, 0}, Right}, Line{Dot{0, 1}, Right}, Line{Dot{1, 1}, Right},
			Line{Dot{0, 0}, Down}, Line{Dot{2, 0}, Down}, Line{Dot{1, 0}, Down})
		if diff := cmp.Diff([]Cell{{0, 0}, {1, 0}}, closed); diff != "" || b.Score("ann") != 2 {
			t.Error(b.Score("ann"), diff)
		}
	})
}

// A game is any order of all the lines, drawn by whoever is on turn.
func TestEveryGame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := New(rapid.SampledFrom([]Size{Small, Medium, Large}).Draw(t, "size"))
		lines := rapid.Permutation(every(b)).Draw(t, "lines")
		players, turn, owned := []string{"ann", "bob"}, 0, 0
		for _, l := range lines {
			if b.IsDrawn(l) {
				t.Fatalf("%v is drawn before its turn: two lines share an index", l)
			}
			if b.Full() {
				t.Fatalf("full before %v", l)
			}
			before := Board{Cells: b.Cells, Drawn: slices.Clone(b.Drawn), Owners: slices.Clone(b.Owners), Open: b.Open}
			after, closed := b.Draw(l, players[turn])
			if !slices.Equal(before.Drawn, b.Drawn) || !slices.Equal(before.Owners, b.Owners) || before.Open != b.Open {
				t.Fatalf("drawing %v changes the board it starts from", l)
			}
			if want := fourSided(after, before); !slices.Equal(want, closed) {
				t.Fatalf("%v closes %v, want %v", l, closed, want)
			}
			if b, owned = after, owned+len(closed); len(closed) == 0 {
				turn = 1 - turn
			}
		}
		ann, bob := b.Score("ann"), b.Score("bob")
		if !b.Full() || slices.Contains(b.Owners, "") || slices.Contains(b.Drawn, false) {
			t.Fatalf("after all lines something is open: %v", b)
		}
		if cells := b.Cells * b.Cells; ann+bob != cells || owned != cells {
			t.Fatalf("scores %d and %d, %d closed, of %d cells", ann, bob, owned, cells)
		}
		if ann == bob {
			t.Fatal("a tie")
		}
	})
}

// fourSided finds the cells that have all sides, and had no owner, by looking at every one.
func fourSided(b, before Board) []Cell {
	var cells []Cell
	for x := range b.Cells {
		for y := range b.Cells {
			sides := 0
			for _, l := range []Line{{Dot{x, y}, Right}, {Dot{x, y}, Down}, {Dot{x, y + 1}, Right}, {Dot{x + 1, y}, Down}} {
				if b.IsDrawn(l) {
					sides++
				}
			}
			if sides == 4 && before.Owners[y*b.Cells+x] == "" {
				cells = append(cells, Cell{x, y})
			}
		}
	}
	return cells
}
