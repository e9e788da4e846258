package tournament_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/es/estest"
)

// begin starts tournament c1 with the teams of [ids].
func begin(w *estest.World, lot []byte) {
	check := func(err error) {
		if err != nil {
			w.Fatal(err)
		}
	}
	check(w.Do(tournament.DoCreate, tournament.Create{TournamentID: "c1", Name: "Cup"}, byAnn))
	for _, id := range ids {
		check(w.Do(team.DoCreate, team.Create{TeamID: id, Name: "Team " + id}, byBob))
		check(w.Do(tournament.DoAddTeam, tournament.AddTeam{TournamentID: "c1", TeamID: id}, byAnn))
		check(w.Do(tournament.DoConfirmTeam, tournament.ConfirmTeam{TournamentID: "c1", TeamID: id}))
	}
	check(w.Do(tournament.DoStart, tournament.Start{TournamentID: "c1"}, byAnn, estest.Entropy(lot...)))
}

var (
	teams = []string{"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"}
	cups  = []string{"c0", "c1"}
)

// something is what a user does; what is refused is as good.
func something(w *estest.World) {
	cup := rapid.SampledFrom(cups).Draw(w.T, "tournament")
	switch rapid.SampledFrom([]string{"add", "add", "availability", "start", "start"}).Draw(w.T, "what") {
	case "add":
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(teams), 1, 8, rapid.ID).Draw(w.T, "teams") {
			_ = w.Do(tournament.DoAddTeam, tournament.AddTeam{TournamentID: cup, TeamID: id}, byAnn)
		}
	case "availability":
		set := team.SetAvailability{TeamID: rapid.SampledFrom(teams).Draw(w.T, "team"), Available: rapid.Bool().Draw(w.T, "available")}
		_ = w.Do(team.DoSetAvailability, set, byBob)
	case "start":
		if w.Do(tournament.DoStart, tournament.Start{TournamentID: cup}, byAnn) == nil {
			checkStart(w, cup)
		}
	}
}

func checkStart(w *estest.World, cup string) {
	for _, e := range estest.StateOf(w, tournament.Aggregate, cup).Teams {
		if !slices.Contains(estest.StateOf(w, team.Aggregate, e.TeamID).Tournaments, cup) {
			w.Fatalf("mend: %s has started with %s, which has not joined", cup, e.TeamID)
		}
	}
}

// settled makes sure that the teams of tournaments are just those that have joined them.
func settled(w *estest.World) {
	for _, cup := range cups {
		c := estest.StateOf(w, tournament.Aggregate, cup)
		for _, e := range c.Teams {
			if !e.Confirmed {
				w.Fatalf("%s is left unconfirmed in %s", e.TeamID, cup)
			}
		}
		if len(c.Teams) > fixture.Teams {
			w.Fatalf("%s has %d teams", cup, len(c.Teams))
		}
		for _, id := range teams {
			isIn := slices.ContainsFunc(c.Teams, func(e tournament.Entry) bool { return e.TeamID == id })
			joined := estest.StateOf(w, team.Aggregate, id).Tournaments
			if isIn != slices.Contains(joined, cup) {
				w.Fatalf("%s is in %v, and in the teams of %s: %v", id, joined, cup, isIn)
			}
		}
	}
}

func TestNothingIsLeftHalfDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := estest.NewWorld(t, tournament.Context)
		w.KeepRefusals() // as the engine promises: the compensation stands, also when the team would join by now
		for _, id := range teams {
			if err := w.Do(team.DoCreate, team.Create{TeamID: id, Name: id}, byBob); err != nil {
				t.Fatal(err)
			}
		}
		for _, cup := range cups {
			if err := w.Do(tournament.DoCreate, tournament.Create{TournamentID: cup, Name: cup}, byAnn); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "a user") {
				something(w)
			} else {
				w.Step()
			}
		}
		w.Settle()
		settled(w)
	})
}

// What a user sees who adds a team that joins nothing: it is there for a moment, and then it is not.
func TestCompensation(t *testing.T) {
	t.Run("mend: the team side refuses, and the tournament takes the team out again", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			w := estest.NewWorld(t, tournament.Context)
			for _, err := range []error{
				w.Do(team.DoCreate, team.Create{TeamID: "a", Name: "Reds"}, byBob),
				w.Do(team.DoSetAvailability, team.SetAvailability{TeamID: "a"}, byBob),
				w.Do(tournament.DoCreate, tournament.Create{TournamentID: "c1", Name: "Cup"}, byAnn),
				w.Do(tournament.DoAddTeam, tournament.AddTeam{TournamentID: "c1", TeamID: "a"}, byAnn),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if n := len(estest.StateOf(w, tournament.Aggregate, "c1").Teams); n != 1 {
				t.Fatalf("%d teams are there at first", n)
			}
			w.Settle()
			if c := estest.StateOf(w, tournament.Aggregate, "c1"); len(c.Teams) > 0 {
				t.Fatalf("it is still there: %+v", c)
			}
			last := w.Commits("tournament-c1")[2]
			if got := fmt.Sprint(last.Events[0].Type, " ", string(last.Events[0].Data), " ", last.Invoker); got !=
				`TeamRemoved {"teamId":"a","name":"Reds","reason":"TeamNotAvailable"} ann` {
				t.Fatal(got)
			}
		})
	})
}
