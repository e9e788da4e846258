package match_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func right(x, y int) match.TakeTurn {
	return match.TakeTurn{MatchID: "m1", From: board.Dot{X: x, Y: y}, Direction: board.Right}
}

func down(x, y int) match.TakeTurn {
	return match.TakeTurn{MatchID: "m1", From: board.Dot{X: x, Y: y}, Direction: board.Down}
}

func turn(c match.TakeTurn, player, next string, captured ...board.Cell) match.TurnTaken {
	return match.TurnTaken{
		Line: board.Line{From: c.From, Direction: c.Direction}, Player: player, NextPlayer: next, Captured: captured,
	}
}

// after is a match on which these turns have been taken.
func after(turns ...es.Event[match.Match]) estest.Past[match.Match] {
	return given(append([]es.Event[match.Match]{created, annJoined, bobJoined, started}, turns...)...)
}

func TestTakeTurn(t *testing.T) {
	byAnn, byBob := estest.By("ann"), estest.By("bob")
	t.Run("OK", func(t *testing.T) {
		drawn, _ := board.New(board.Small).Draw(board.Line{Direction: board.Right}, "bob")
		playing.When(right(0, 0), byBob).Then(t, turn(right(0, 0), "bob", "ann")).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusPlaying, Players: []match.Player{ann, bob}, Next: "ann", Board: drawn,
			Last: board.Line{Direction: board.Right},
		})
	})
	t.Run("turns pass in join order, around", func(t *testing.T) {
		after(turn(right(0, 0), "bob", "ann")).When(right(1, 0), byAnn).Then(t, turn(right(1, 0), "ann", "bob"))
	})
	t.Run("mend: closing a cell keeps the turn", func(t *testing.T) {
		after(
			turn(right(0, 0), "bob", "ann"), turn(right(0, 1), "ann", "bob"), turn(down(0, 0), "bob", "ann"),
		).When(down(1, 0), byAnn).Then(t, turn(down(1, 0), "ann", "ann", board.Cell{X: 0, Y: 0}))
	})
	t.Run("one line closes two", func(t *testing.T) {
		after(
			turn(right(0, 0), "bob", "ann"), turn(right(1, 0), "ann", "bob"), turn(right(0, 1), "bob", "ann"),
			turn(right(1, 1), "ann", "bob"), turn(down(0, 0), "bob", "ann"), turn(down(2, 0), "ann", "bob"),
		).When(down(1, 0), byBob).Then(t, turn(down(1, 0), "bob", "bob", board.Cell{X: 0, Y: 0}, board.Cell{X: 1, Y: 0}))
	})
	t.Run("mend: duplicates are refused", func(t *testing.T) {
		after(turn(right(0, 0), "bob", "ann")).When(right(0, 0), byAnn).ThenRejected(t, match.ErrLineTaken)
		after(turn(down(3, 2), "bob", "ann")).When(down(3, 2), byAnn).ThenRejected(t, match.ErrLineTaken)
	})
	t.Run("mend: out-of-bounds are refused", func(t *testing.T) {
		for _, c := range []match.TakeTurn{right(3, 0), right(0, 4), right(-1, 0), right(0, -1), down(4, 0), down(0, 3), down(-1, 0), down(0, -1)} {
			playing.When(c, byBob).ThenRejected(t, match.ErrOutOfBounds)
		}
	})
	t.Run("no such direction", func(t *testing.T) {
		for _, d := range []board.Direction{"", "up", "Right"} {
			playing.When(match.TakeTurn{Direction: d}, byBob).ThenRejected(t, es.Invalid("direction", ""))
		}
	})
	t.Run("mend: nobody plays out of turn", func(t *testing.T) {
		playing.When(right(0, 0), byAnn).ThenRejected(t, match.ErrNotYourTurn)
	})
	t.Run("mend: nobody plays after the end", func(t *testing.T) {
		isOver.When(right(0, 0), byAnn).ThenRejected(t, match.ErrMatchIsOver)
	})
	t.Run("not before the start", func(t *testing.T) {
		waiting.When(right(0, 0), byAnn).ThenRejected(t, match.ErrNotStarted)
	})
	t.Run("not when it is cancelled", func(t *testing.T) {
		isOff.When(right(0, 0), byAnn).ThenRejected(t, match.ErrMatchCancelled)
	})
	t.Run("players only", func(t *testing.T) {
		playing.When(right(0, 0), estest.By("cat")).ThenRejected(t, match.ErrNotAPlayer)
		waiting.When(right(0, 0), estest.By("cat")).ThenRejected(t, match.ErrNotAPlayer)
		playing.When(right(0, 0)).ThenRejected(t, match.ErrNotAPlayer)
	})
	t.Run("no such match", func(t *testing.T) {
		none.When(right(0, 0), byAnn).ThenRejected(t, match.ErrNoSuchMatch)
	})
}

// lines are all the lines of a board.
func lines(size board.Size) []match.TakeTurn {
	var all []match.TakeTurn
	n := size.Cells()
	for i := range n + 1 {
		for j := range n {
			all = append(all, right(j, i), down(i, j))
		}
	}
	return all
}

// play takes the turns in order, by whoever's turn it is, and gives all events.
func play(size board.Size, turns []match.TakeTurn) (match.Match, []es.Event[match.Match], error) {
	events := []es.Event[match.Match]{match.Created{CreatedBy: "ann", Size: size}, annJoined, bobJoined, started}
	var m match.Match
	for _, e := range events {
		m = e.Evolve(m)
	}
	for _, c := range turns {
		more, err := c.Decide(m, es.Env{Invoker: es.Identity{User: m.Next}})
		if err != nil {
			return m, events, err
		}
		for _, e := range more {
			m = e.Evolve(m)
		}
		events = append(events, more...)
	}
	return m, events, nil
}

func TestFinish(t *testing.T) {
	turns := lines(board.Small)
	_, events, err := play(board.Small, turns[:len(turns)-1])
	if err != nil {
		t.Fatal(err)
	}
	m, all, err := play(board.Small, turns)
	if err != nil {
		t.Fatal(err)
	}
	last := turns[len(turns)-1]
	t.Run("the last line ends the match", func(t *testing.T) {
		given(events...).When(last, estest.By("ann")).Then(t, all[len(all)-2:]...).AndState(t, m)
	})
	t.Run("with scores, and nobody next", func(t *testing.T) {
		given(events...).When(last, estest.By("ann")).Then(
			t,
			turn(last, "ann", "", board.Cell{X: 2, Y: 2}),
			match.Finished{Winner: "bob", Scores: map[string]int{"ann": 4, "bob": 5}, Players: []match.Player{ann, bob}},
		)
	})
	t.Run("mend: nobody plays after the end", func(t *testing.T) {
		given(all...).When(last, estest.By("ann")).ThenRejected(t, match.ErrMatchIsOver)
	})
}

func TestEveryMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]board.Size{board.Small, board.Medium, board.Large}).Draw(t, "size")
		m, events, err := play(size, rapid.Permutation(lines(size)).Draw(t, "turns"))
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		end, over := events[len(events)-1].(match.Finished)
		if !over || m.Status != match.StatusFinished || m.Next != "" {
			t.Fatalf("all lines are drawn, and the match is %s", m.Status)
		}
		cells := size.Cells() * size.Cells()
		if end.Scores["ann"]+end.Scores["bob"] != cells || end.Scores["ann"] == end.Scores["bob"] {
			t.Fatalf("scores %v of %d cells", end.Scores, cells)
		}
		if loser := map[string]string{"ann": "bob", "bob": "ann"}[end.Winner]; end.Scores[end.Winner] <= end.Scores[loser] {
			t.Fatalf("%s wins with %v", end.Winner, end.Scores)
		}
		if drawn, want := len(events)-5, map[board.Size]int{board.Small: 24, board.Medium: 60, board.Large: 112}[size]; drawn != want {
			t.Fatalf("%d lines, want %d", drawn, want)
		}
	})
}
