package match_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es/estest"
)

// world is the context's, with the ids of the matches that were requested.
type world struct {
	*estest.World
	matches []string
}

func (w *world) user(id string) user.User {
	return estest.StateOf(w.World, user.Aggregate, id)
}

func (w *world) match(id string) match.Match {
	return estest.StateOf(w.World, match.Aggregate, id)
}

// something is what a user does; most of it is refused, which is as good.
func (w *world) something(id string) {
	matchID := rapid.SampledFrom(append([]string{"none"}, w.matches[max(0, len(w.matches)-4):]...)).Draw(w.T, "match")
	switch rapid.SampledFrom([]string{"request", "join", "join", "join", "cancel", "play"}).Draw(w.T, "what") {
	case "request":
		matchID := fmt.Sprint("m", len(w.matches))
		if w.Do(user.DoRequestMatch, user.RequestMatch{UserID: id, Size: board.Small}, estest.By(id), estest.ID(matchID)) == nil {
			w.matches = append(w.matches, matchID)
		}
	case "join":
		_ = w.Do(match.DoRequestJoin, match.RequestJoin{MatchID: matchID, UserID: id}, estest.By(id))
	case "cancel":
		_ = w.Do(match.DoCancel, match.Cancel{MatchID: matchID}, estest.By(id))
	case "play": // to the end
		for _, c := range lines(board.Small) {
			c.MatchID = matchID
			_ = w.Do(match.DoTakeTurn, c, estest.By(w.match(matchID).Next))
		}
	}
}

// settled makes sure that the places that users have taken are just those of the matches that they are in.
func (w *world) settled(users []string) {
	for _, id := range users {
		var active []string
		for _, matchID := range w.matches {
			m := w.match(matchID)
			isIn := slices.ContainsFunc(m.Players, func(p match.Player) bool { return p.ID == id })
			if isIn && (m.Status == match.StatusNotStarted || m.Status == match.StatusPlaying) {
				active = append(active, matchID)
			}
			if m.CreatedBy == id && !isIn && m.Status != match.StatusCancelled {
				w.Fatalf("%s created %s and is not in it: %+v", id, matchID, m)
			}
		}
		taken := slices.Sorted(slices.Values(w.user(id).Matches))
		if slices.Sort(active); !slices.Equal(active, taken) {
			w.Fatalf("%s has places for %v, and is in %v", id, taken, active)
		}
	}
}

// mailed makes sure that just the players of matches have been told of the start and the end, and told the same each time.
func (w *world) mailed() {
	got, want := map[string]string{}, map[string]bool{}
	for _, mail := range w.Mails() {
		about := mail.To + ": " + mail.Subject + ", " + mail.Text[strings.LastIndex(mail.Text, " ")+1:]
		if before, again := got[about]; again && before != mail.Text {
			w.Fatalf("%s has been told %q, and then %q", mail.To, before, mail.Text)
		}
		got[about] = mail.Text
	}
	for _, id := range w.matches {
		m := w.match(id)
		for _, p := range m.Players {
			if m.Status == match.StatusPlaying || m.Status == match.StatusFinished {
				want[p.ID+": Your match has started, "+id+"\n"] = true
			}
			if m.Status == match.StatusFinished {
				want[p.ID+": Your match is over, "+id+"\n"] = true
			}
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		w.Fatalf("mails are about %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func TestNothingIsLeftHalfDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{World: estest.NewWorld(t, match.Context)}
		users := []string{"ann", "bob", "cat", "dan"}
		for _, id := range users {
			if err := w.Do(user.DoCreate, user.Create{UserID: id, Name: id}, estest.By(id)); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				w.something(rapid.SampledFrom(users).Draw(t, "who"))
			case 2, 3:
				w.Deliver()
			default:
				w.Redeliver()
			}
			for _, id := range users {
				if n := len(w.user(id).Matches); n > user.MaxMatches {
					t.Fatalf("mend: three active matches, truly counted: %s has %d", id, n)
				}
			}
		}
		w.Settle()
		w.settled(users)
		w.mailed()
	})
}
