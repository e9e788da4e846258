package board

import "slices"

// Dot is a corner of cells: x counts to the right, y downwards, both from 0.
type Dot struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Direction is where a line goes from its dot.
type Direction string

// The directions.
const (
	Right Direction = "right"
	Down  Direction = "down"
)

// Line joins a dot to its neighbor.
type Line struct {
	From      Dot       `json:"from"`
	Direction Direction `json:"direction"`
}

// Cell is named by its upper left dot.
type Cell struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Board is a position of the game. It is a value: drawing gives another board. Its fields are there to be stored; the
// zero value is a board without cells.
type Board struct {
	Cells  int      // in a row, and in a column
	Drawn  []bool   // by index of line
	Owners []string // by index of cell; empty for a cell that is open
	Open   int      // how many cells are
}

// New is an empty board.
func New(size Size) Board {
	n := size.Cells()
	return Board{Cells: n, Drawn: make([]bool, 2*n*(n+1)), Owners: make([]string, n*n), Open: n * n}
}

// Has reports whether a line is on the board.
func (b Board) Has(l Line) bool {
	x, y := l.From.X, l.From.Y
	switch l.Direction {
	case Right:
		return 0 <= x && x < b.Cells && 0 <= y && y <= b.Cells
	case Down:
		return 0 <= x && x <= b.Cells && 0 <= y && y < b.Cells
	default:
		return false
	}
}

// IsDrawn reports whether a line of the board has been drawn.
func (b Board) IsDrawn(l Line) bool { return b.Drawn[b.index(l)] }

// Full reports whether every cell has an owner.
func (b Board) Full() bool { return b.Open == 0 }

// Draw gives the board with one line more, and the cells that it closes: they are the drawer's. The line must be on the
// board, and not drawn yet.
func (b Board) Draw(l Line, by string) (Board, []Cell) {
	b.Drawn = slices.Clone(b.Drawn)
	b.Drawn[b.index(l)] = true
	closed := slices.DeleteFunc(b.beside(l), func(c Cell) bool { return !b.closed(c) })
	if len(closed) > 0 {
		b.Owners = slices.Clone(b.Owners)
		b.Open -= len(closed)
	}
	for _, c := range closed {
		b.Owners[c.Y*b.Cells+c.X] = by
	}
	return b, closed
}

// Score is how many cells somebody owns.
func (b Board) Score(owner string) int {
	score := 0
	for _, o := range b.Owners {
		if o == owner {
			score++
		}
	}
	return score
}

// index numbers the lines: first those to the right, row by row, then those downwards.
func (b Board) index(l Line) int {
	if l.Direction == Right {
		return l.From.Y*b.Cells + l.From.X
	}
	return b.Cells*(b.Cells+1) + l.From.Y*(b.Cells+1) + l.From.X
}

// beside are the cells that a line is a side of: two, or one at the rim.
func (b Board) beside(l Line) []Cell {
	here := Cell(l.From)
	before := Cell{here.X, here.Y - 1}
	if l.Direction == Down {
		before = Cell{here.X - 1, here.Y}
	}
	return slices.DeleteFunc([]Cell{before, here}, func(c Cell) bool {
		return c.X < 0 || c.Y < 0 || c.X >= b.Cells || c.Y >= b.Cells
	})
}

func (b Board) closed(c Cell) bool {
	return b.IsDrawn(Line{Dot(c), Right}) && b.IsDrawn(Line{Dot{c.X, c.Y + 1}, Right}) &&
		b.IsDrawn(Line{Dot(c), Down}) && b.IsDrawn(Line{Dot{c.X + 1, c.Y}, Down})
}
