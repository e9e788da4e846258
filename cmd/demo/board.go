package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

type dot struct {
	X int `json:"x"`
	Y int `json:"y"`
}

type line struct {
	From      dot    `json:"from"`
	Direction string `json:"direction"`
}

// view is a match as the API shows it, as far as a player needs it.
type view struct {
	Status   string `json:"status"`
	Settings struct {
		Cells int `json:"cells"`
	} `json:"settings"`
	Players []struct {
		ID    string `json:"id"`
		Score int    `json:"score"`
	} `json:"players"`
	Next   string `json:"nextPlayer"`
	Winner string `json:"winner"`
	Turns  []turn `json:"turns"`

	drawn   map[line]bool
	closers map[dot]string // who owns a cell, by its upper left dot
}

type turn struct {
	Player string `json:"player"`
	Line   line   `json:"line"`
}

// replay works out from the turns which cells are closed, and by whom.
func (m *view) replay() {
	m.drawn, m.closers = map[line]bool{}, map[dot]string{}
	for _, t := range m.Turns {
		m.drawn[t.Line] = true
		for _, c := range m.cells(t.Line) {
			if m.sides(c) == 4 {
				m.closers[c] = t.Player
			}
		}
	}
}

func (m *view) owned() map[string]int {
	owned := map[string]int{}
	for _, player := range m.closers {
		owned[player]++
	}
	return owned
}

// choose takes a line that closes a cell; else one that leaves the other none to close; else any.
func (m *view) choose() line {
	var closing, safe, rest []line
	for _, l := range m.lines() {
		most := 0
		for _, c := range m.cells(l) {
			most = max(most, m.sides(c))
		}
		switch {
		case m.drawn[l]:
		case most == 3:
			closing = append(closing, l)
		case most < 2:
			safe = append(safe, l)
		default:
			rest = append(rest, l)
		}
	}
	for _, lines := range [][]line{closing, safe, rest} {
		if len(lines) > 0 {
			return lines[rand.IntN(len(lines))]
		}
	}
	return line{}
}

func (m *view) lines() []line {
	var all []line
	for y := range m.Settings.Cells + 1 {
		for x := range m.Settings.Cells + 1 {
			if x < m.Settings.Cells {
				all = append(all, line{dot{x, y}, "right"})
			}
			if y < m.Settings.Cells {
				all = append(all, line{dot{x, y}, "down"})
			}
		}
	}
	return all
}

// cells are the one or two cells that a line borders.
func (m *view) cells(l line) []dot {
	other := dot{l.From.X, l.From.Y - 1}
	if l.Direction == "down" {
		other = dot{l.From.X - 1, l.From.Y}
	}
	var all []dot
	for _, c := range []dot{l.From, other} {
		if c.X >= 0 && c.Y >= 0 && c.X < m.Settings.Cells && c.Y < m.Settings.Cells {
			all = append(all, c)
		}
	}
	return all
}

func (m *view) sides(c dot) int {
	n := 0
	for _, l := range []line{{c, "right"}, {c, "down"}, {dot{c.X, c.Y + 1}, "right"}, {dot{c.X + 1, c.Y}, "down"}} {
		if m.drawn[l] {
			n++
		}
	}
	return n
}

// draw shows the full board, with the owners' letters in the cells.
func (m *view) draw(letters map[string]string) string {
	var b strings.Builder
	for y := range m.Settings.Cells + 1 {
		b.WriteString("  ·" + strings.Repeat("───·", m.Settings.Cells) + "\n")
		for x := 0; x < m.Settings.Cells && y < m.Settings.Cells; x++ {
			if x == 0 {
				b.WriteString("  │")
			}
			fmt.Fprintf(&b, " %s │", letters[m.closers[dot{x, y}]])
		}
		if y < m.Settings.Cells {
			b.WriteString("\n")
		}
	}
	return b.String()
}
