package match_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// forfeited is the end of a match whose first player never moved.
var forfeited = match.Finished{
	Winner: "ann", Scores: map[string]int{"ann": 0, "bob": 0}, Players: []match.Player{ann, bob}, ForfeitedBy: "bob",
}

// late is what becomes of a player whose turn it is since a line was drawn.
func late(player string, c match.TakeTurn) match.ForfeitTurn {
	return match.ForfeitTurn{MatchID: "m1", Player: player, After: board.Line{From: c.From, Direction: c.Direction}}
}

func TestForfeitTurn(t *testing.T) {
	first := match.ForfeitTurn{MatchID: "m1", Player: "bob"}
	t.Run("beyond: a player who does not move in time forfeits", func(t *testing.T) {
		playing.When(first).Then(t, forfeited).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusFinished, Players: []match.Player{ann, bob}, Board: board.New(board.Small),
		})
	})
	t.Run("in any turn, whoever has more cells", func(t *testing.T) {
		after(
			turn(right(0, 0), "bob", "ann"), turn(right(0, 1), "ann", "bob"), turn(down(0, 0), "bob", "ann"),
			turn(down(1, 0), "ann", "ann", board.Cell{}),
		).When(late("ann", down(1, 0))).Then(t, match.Finished{
			Winner: "bob", Scores: map[string]int{"ann": 1, "bob": 0}, Players: []match.Player{ann, bob}, ForfeitedBy: "ann",
		})
	})
	t.Run("not who has moved since", func(t *testing.T) {
		after(turn(right(0, 0), "bob", "ann")).When(first).ThenNothing(t)
		after(turn(right(0, 0), "bob", "ann"), turn(right(0, 1), "ann", "bob")).When(first).ThenNothing(t)
		after(turn(right(0, 0), "bob", "ann"), turn(right(0, 1), "ann", "bob"), turn(right(0, 2), "bob", "ann")).
			When(late("ann", right(0, 0))).ThenNothing(t)
	})
	t.Run("not who has closed a cell and is on again", func(t *testing.T) {
		after(
			turn(right(0, 0), "bob", "ann"), turn(right(0, 1), "ann", "bob"), turn(down(0, 0), "bob", "ann"),
			turn(down(1, 0), "ann", "ann", board.Cell{}),
		).When(late("ann", down(0, 0))).ThenNothing(t)
	})
	t.Run("once", func(t *testing.T) {
		after(forfeited).When(first).ThenNothing(t)
		after(forfeited).When(right(0, 0), estest.By("bob")).ThenRejected(t, match.ErrMatchIsOver)
	})
	t.Run("nothing when the match is not being played", func(t *testing.T) {
		for _, past := range []estest.Past[match.Match]{none, waiting, isOff, isOver} {
			past.When(first).ThenNothing(t)
		}
	})
	t.Run("input", func(t *testing.T) {
		playing.When(match.ForfeitTurn{Player: "bob"}).ThenRejected(t, es.Invalid("matchId", ""))
		playing.When(match.ForfeitTurn{MatchID: "m1"}).ThenRejected(t, es.Invalid("player", ""))
	})
	t.Run("only the saga says so", func(t *testing.T) {
		if d := match.DoForfeitTurn; !d.IsInternal() || d.Role != es.RoleSystem {
			t.Error("others can, too")
		}
	})
}

func TestDeadlines(t *testing.T) {
	inThreeDays := estest.Noon.Add(3 * 24 * time.Hour)
	t.Run("of the first turn", func(t *testing.T) {
		estest.Saga(match.Deadlines).On(of(bobJoined, started)).Does(
			t,
			es.Send(match.DoForfeitTurn, match.ForfeitTurn{MatchID: "m1", Player: "bob"}).At(inThreeDays),
		)
	})
	t.Run("of each turn", func(t *testing.T) {
		estest.Saga(match.Deadlines).On(of(turn(right(1, 2), "bob", "ann"))).Does(
			t,
			es.Send(match.DoForfeitTurn, late("ann", right(1, 2))).At(inThreeDays),
		)
	})
	t.Run("of none after the last", func(t *testing.T) {
		estest.Saga(match.Deadlines).On(of(turn(right(1, 2), "bob", ""), finished)).Does(t)
	})
}

// Whatever is played and when, matches end for want of a move if and only if a turn has taken three days.
func TestDeadlinesAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{World: estest.NewWorld(t, match.Context)}
		for _, id := range []string{"ann", "bob"} {
			if err := w.Do(user.DoCreate, user.Create{UserID: id, Name: id}, estest.By(id)); err != nil {
				t.Fatal(err)
			}
		}
		_ = w.Do(user.DoRequestMatch, user.RequestMatch{UserID: "ann", Size: board.Small}, estest.By("ann"), estest.ID("m0"))
		w.Settle()
		_ = w.Do(match.DoRequestJoin, match.RequestJoin{MatchID: "m0", UserID: "bob"}, estest.By("bob"))
		w.Settle()
		began, turns := w.Now(), lines(board.Small)
		for w.match("m0").Status == match.StatusPlaying {
			w.Pass(time.Duration(rapid.IntRange(0, 80).Draw(t, "hours")) * time.Hour)
			w.Settle()
			isLate, isOver := w.Now().Sub(began) >= match.TurnTime, w.match("m0").Status == match.StatusFinished
			if isLate != isOver {
				t.Fatalf("a turn has taken %v, and the match is %s", w.Now().Sub(began), w.match("m0").Status)
			}
			if !isOver {
				turns[0].MatchID = "m0"
				if err := w.Do(match.DoTakeTurn, turns[0], estest.By(w.match("m0").Next)); err != nil {
					t.Fatal(err)
				}
				began, turns = w.Now(), turns[1:]
			}
			if rapid.Bool().Draw(t, "again") {
				w.Redeliver()
			}
		}
		w.Settle()
		w.matches = []string{"m0"}
		w.settled([]string{"ann", "bob"})
	})
}
