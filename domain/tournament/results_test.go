package tournament_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// The bracket of this seed is e-d, c-h; f-g, a-b.
const seed = 1

func begun(results ...tournament.MatchResultSet) []es.Event[tournament.Tournament] {
	events := append(with(ids...), tournament.Started{Teams: ids, Seed: seed})
	for _, r := range results {
		events = append(events, r)
	}
	return events
}

func set(local string, localGoals int, away string, awayGoals int) tournament.SetMatchResult {
	return tournament.SetMatchResult{TournamentID: "c1", LocalTeamID: local, LocalGoals: localGoals, AwayTeamID: away, AwayGoals: awayGoals}
}

func result(phase fixture.Phase, local string, localGoals int, away string, awayGoals int) tournament.MatchResultSet {
	return tournament.MatchResultSet{Phase: phase, LocalTeamID: local, LocalGoals: localGoals, AwayTeamID: away, AwayGoals: awayGoals}
}

var (
	quarters = []tournament.MatchResultSet{
		result(fixture.Quarter, "e", 1, "d", 0), result(fixture.Quarter, "c", 0, "h", 1),
		result(fixture.Quarter, "f", 3, "g", 2), result(fixture.Quarter, "a", 4, "b", 5),
	}
	semis = append(quarters[:4:4], result(fixture.Semi, "e", 2, "h", 3), result(fixture.Semi, "f", 1, "b", 0))
	final = result(fixture.Final, "h", 0, "f", 1)
	over  = append(begun(append(semis[:6:6], final)...), tournament.Finished{Champion: "f"})
)

func TestSetMatchResult(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		given(begun()...).When(set("c", 0, "h", 1), byAnn).Then(t, quarters[1])
	})
	t.Run("the next phase is between the winners, in bracket order", func(t *testing.T) {
		given(begun(quarters...)...).When(set("e", 2, "h", 3), byAnn).Then(t, semis[4])
		given(begun(semis...)...).When(set("h", 0, "f", 1), byAnn).Then(t, final, tournament.Finished{Champion: "f"})
	})
	t.Run("mend: the final ends the tournament, with its champion", func(t *testing.T) {
		want := tournament.Tournament{Name: "Cup", Organiser: "ann", Status: tournament.StatusFinished, Entries: 8}
		want.Fixture = fixture.New(ids, seed)
		for i, id := range ids {
			want.Teams = append(want.Teams, entry(id, i+1, true))
		}
		for _, r := range append(semis[:6:6], final) {
			want.Fixture = want.Fixture.Play(r.LocalTeamID, r.LocalGoals, r.AwayTeamID, r.AwayGoals)
		}
		given(begun(semis...)...).When(set("h", 0, "f", 1), byAnn).Then(t, final, tournament.Finished{Champion: "f"}).AndState(t, want)
	})
	t.Run("no such tournament", func(t *testing.T) {
		none.When(set("e", 1, "d", 0), byAnn).ThenRejected(t, tournament.ErrTournamentDoesNotExist)
	})
	t.Run("the organiser only", func(t *testing.T) {
		given(begun()...).When(set("e", 1, "d", 0), byBob).ThenRejected(t, tournament.ErrNotOrganiser)
		given(begun()...).When(set("e", 1, "d", 0)).ThenRejected(t, tournament.ErrNotOrganiser)
	})
	t.Run("not before the start", func(t *testing.T) {
		given(with(ids...)...).When(set("e", 1, "d", 0), byAnn).ThenRejected(t, tournament.ErrTournamentNotStarted)
	})
	t.Run("no draw", func(t *testing.T) {
		given(begun()...).When(set("e", 1, "d", 1), byAnn).ThenRejected(t, tournament.ErrDrawNotAllowed)
	})
	t.Run("goals are 0 to 999", func(t *testing.T) {
		given(begun()...).When(set("e", -1, "d", 0), byAnn).ThenRejected(t, es.Invalid("localGoals", ""))
		given(begun()...).When(set("e", 1000, "d", 0), byAnn).ThenRejected(t, es.Invalid("localGoals", ""))
		given(begun()...).When(set("e", 0, "d", -1), byAnn).ThenRejected(t, es.Invalid("awayGoals", ""))
		given(begun()...).When(set("e", 0, "d", 1000), byAnn).ThenRejected(t, es.Invalid("awayGoals", ""))
		given(begun()...).When(set("e", 999, "d", 0), byAnn).Then(t, result(fixture.Quarter, "e", 999, "d", 0))
	})
	t.Run("that exact pair", func(t *testing.T) {
		for _, c := range []tournament.SetMatchResult{set("d", 1, "e", 0), set("e", 1, "h", 0), set("e", 1, "e", 0), set("e", 1, "x", 0)} {
			given(begun()...).When(c, byAnn).ThenRejected(t, tournament.ErrMatchDoesNotExist)
		}
	})
	t.Run("in the current phase", func(t *testing.T) {
		given(begun(quarters[:3]...)...).When(set("e", 1, "h", 0), byAnn).ThenRejected(t, tournament.ErrMatchDoesNotExist)
		given(begun(quarters...)...).When(set("e", 1, "d", 0), byAnn).ThenRejected(t, tournament.ErrMatchDoesNotExist)
	})
	t.Run("once", func(t *testing.T) {
		given(begun(quarters[0])...).When(set("e", 5, "d", 0), byAnn).ThenRejected(t, tournament.ErrMatchAlreadyPlayed)
		given(over...).When(set("h", 9, "f", 1), byAnn).ThenRejected(t, tournament.ErrMatchAlreadyPlayed)
	})
	t.Run("the checks come in this order", func(t *testing.T) {
		none.When(set("x", -1, "y", -1), byAnn).ThenRejected(t, tournament.ErrTournamentDoesNotExist)
		given().When(set("x", -1, "y", -1), byAnn).ThenRejected(t, tournament.ErrTournamentNotStarted)
		given(begun()...).When(set("x", -1, "y", -1), byAnn).ThenRejected(t, tournament.ErrDrawNotAllowed)
		given(begun()...).When(set("x", -1, "y", 0), byAnn).ThenRejected(t, es.Invalid("localGoals", ""))
		given(begun(quarters[0])...).When(set("d", 1, "e", 0), byAnn).ThenRejected(t, tournament.ErrMatchDoesNotExist)
	})
	t.Run("which teams?", func(t *testing.T) {
		given(begun()...).When(set("", 1, "d", 0), byAnn).ThenRejected(t, es.Invalid("localTeamId", ""))
		given(begun()...).When(set("e", 1, "", 0), byAnn).ThenRejected(t, es.Invalid("awayTeamId", ""))
	})
}

// Whatever the results are, and in whatever order they come, seven make a champion and no eighth is taken.
func TestEveryTournament(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := estest.NewWorld(t)
		do := func(c tournament.SetMatchResult) error { return w.Do(tournament.DoSetMatchResult, c, byAnn) }
		var now tournament.Tournament
		begin(w, rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "seed"))
		for n := range 7 {
			now = estest.StateOf(w, tournament.Aggregate, "c1")
			if now.Status != tournament.StatusStarted {
				t.Fatalf("after %d matches it is %s", n, now.Status)
			}
			var left []fixture.Match
			for _, m := range map[fixture.Phase][]fixture.Match{
				fixture.Quarter: now.Fixture.Quarter, fixture.Semi: now.Fixture.Semi, fixture.Final: now.Fixture.Final,
			}[now.Fixture.Current()] {
				if !m.Played {
					left = append(left, m)
				}
			}
			m := rapid.SampledFrom(left).Draw(t, "match")
			goals := rapid.Permutation([]int{0, 1, 2}).Draw(t, "goals")
			if err := do(set(m.Local, goals[0], m.Away, goals[1])); err != nil {
				t.Fatal(err)
			}
			if err := do(set(m.Local, goals[1], m.Away, goals[0])); err == nil {
				t.Fatalf("%v is played twice", m)
			}
			if goals[1] > goals[0] {
				m.Local, m.Away = m.Away, m.Local
			}
			now = estest.StateOf(w, tournament.Aggregate, "c1")
			if n == 6 && (now.Status != tournament.StatusFinished || now.Fixture.Champion() != m.Local) {
				t.Fatalf("%s has won the final, and it is %+v", m.Local, now)
			}
		}
		commits := w.Commits("tournament-c1")
		last := commits[len(commits)-1].Events
		if want := `{"champion":"` + now.Fixture.Champion() + `"}`; len(last) != 2 || last[1].Type != "TournamentFinished" || string(last[1].Data) != want {
			t.Fatalf("it ends with %v, want %s", last, want)
		}
	})
}
