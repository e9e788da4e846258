package team_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	created = team.Created{Name: "Reds", Owner: "ann"}
	none    = estest.Given(team.Aggregate)
	byAnn   = estest.By("ann")
)

func given(events ...es.Event[team.Team]) estest.Past[team.Team] {
	return estest.Given(team.Aggregate, append([]es.Event[team.Team]{created}, events...)...)
}

func TestCreate(t *testing.T) {
	create := team.Create{TeamID: "t1", Name: "  Reds "}
	t.Run("OK", func(t *testing.T) {
		none.When(create, byAnn).Then(t, created).AndState(t, team.Team{Name: "Reds", Owner: "ann"})
	})
	t.Run("once", func(t *testing.T) {
		given().When(create, byAnn).ThenRejected(t, team.ErrTeamAlreadyExists)
	})
	t.Run("no name", func(t *testing.T) {
		none.When(team.Create{TeamID: "t1", Name: " "}, byAnn).ThenRejected(t, es.Invalid("name", ""))
	})
	t.Run("a name is one team's, however it is spelt", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			w := estest.NewWorld(t)
			for i, test := range []struct {
				name string
				want error
			}{{"Red Star", nil}, {" RED  star", team.ErrTeamAlreadyExists}, {"Red Stars", nil}} {
				if err := w.Do(team.DoCreate, team.Create{TeamID: fmt.Sprint("t", i), Name: test.name}); !errors.Is(err, test.want) {
					t.Fatalf("%s: %v", test.name, err)
				}
			}
		})
	})
}

func TestAddPlayers(t *testing.T) {
	add := func(names ...string) team.AddPlayers { return team.AddPlayers{TeamID: "t1", Names: names} }
	t.Run("one event each, together", func(t *testing.T) {
		given(team.PlayerAdded{Name: "Ann"}).When(add("Bob", " Cat  Stevens "), byAnn).
			Then(t, team.PlayerAdded{Name: "Bob"}, team.PlayerAdded{Name: "Cat Stevens"}).
			AndState(t, team.Team{Name: "Reds", Owner: "ann", Players: []string{"Ann", "Bob", "Cat Stevens"}})
	})
	t.Run("all or none", func(t *testing.T) {
		given(team.PlayerAdded{Name: "Ann"}).When(add("Bob", "ANN"), byAnn).ThenRejected(t, team.ErrPlayerAlreadyAdded)
	})
	t.Run("the owner only", func(t *testing.T) {
		given().When(add("Bob"), estest.By("bob")).ThenRejected(t, team.ErrNotOwner)
		given().When(add("Bob"), estest.By("root", es.RoleAdmin, es.RoleWrite)).ThenRejected(t, team.ErrNotOwner)
		given().When(add("Bob")).ThenRejected(t, team.ErrNotOwner)
	})
	t.Run("no such team", func(t *testing.T) {
		none.When(add("Bob"), byAnn).ThenRejected(t, team.ErrTeamDoesNotExist)
	})
	t.Run("a hundred are the most", func(t *testing.T) {
		var past []es.Event[team.Team]
		for i := range team.MaxPlayers - 1 {
			past = append(past, team.PlayerAdded{Name: fmt.Sprint("Player ", i)})
		}
		given(past...).When(add("Ann"), byAnn).Then(t, team.PlayerAdded{Name: "Ann"})
		given(past...).When(add("Ann", "Bob"), byAnn).ThenRejected(t, team.ErrTooManyPlayers)
	})
	for what, test := range map[string]struct {
		names []string
		field string
	}{
		"none":             {nil, "names"},
		"51 at once":       {strings.Split(strings.Repeat("x", 51), ""), "names"},
		"one without name": {[]string{"Ann", " "}, "names/1"},
		"a name too long":  {[]string{strings.Repeat("x", name.Longest+1)}, "names/0"},
		"the same twice":   {[]string{"Ann", "Bob", " ann "}, "names/2"},
	} {
		t.Run(what, func(t *testing.T) {
			given().When(add(test.names...), byAnn).ThenRejected(t, es.Invalid(test.field, ""))
		})
	}
	t.Run("fifty at once", func(t *testing.T) {
		var names []string
		var want []es.Event[team.Team]
		for i := range 50 {
			names = append(names, fmt.Sprint("Player ", i))
			want = append(want, team.PlayerAdded{Name: names[i]})
		}
		given().When(add(names...), byAnn).Then(t, want...)
	})
}

func TestSetAvailability(t *testing.T) {
	set := func(available bool) team.SetAvailability {
		return team.SetAvailability{TeamID: "t1", Available: available}
	}
	off, on := team.AvailabilitySet{Available: false}, team.AvailabilitySet{Available: true}
	t.Run("off and on", func(t *testing.T) {
		given().When(set(false), byAnn).Then(t, off).AndState(t, team.Team{Name: "Reds", Owner: "ann", Unavailable: true})
		given(off).When(set(true), byAnn).Then(t, on).AndState(t, team.Team{Name: "Reds", Owner: "ann"})
	})
	t.Run("as it is already", func(t *testing.T) {
		given().When(set(true), byAnn).ThenNothing(t)
		given(off).When(set(false), byAnn).ThenNothing(t)
	})
	t.Run("the owner only", func(t *testing.T) {
		given().When(set(false), estest.By("bob")).ThenRejected(t, team.ErrNotOwner)
	})
	t.Run("no such team", func(t *testing.T) {
		none.When(set(false), byAnn).ThenRejected(t, team.ErrTeamDoesNotExist)
	})
}

func joins(id, name string) team.TournamentJoined {
	return team.TournamentJoined{Tournament: team.Tournament{ID: id, Name: name}}
}

// joinedLongAgo is in the shape that the event had first.
var joinedLongAgo = estest.Stored(team.Aggregate, "TeamJoinedTournament", 0, `{"tournamentId":"c1","name":"Cup"}`)

func TestJoinTournament(t *testing.T) {
	join := team.JoinTournament{TeamID: "t1", TournamentID: "c1", Name: "Cup"}
	joined := joins("c1", "Cup")
	t.Run("OK", func(t *testing.T) {
		given().When(join).Then(t, joined).AndState(t, team.Team{Name: "Reds", Owner: "ann", Tournaments: []string{"c1"}})
	})
	t.Run("again: nothing, also when the team joins no others any more", func(t *testing.T) {
		given(joined).When(join).ThenNothing(t)
		given(joined, team.AvailabilitySet{}).When(join).ThenNothing(t)
	})
	t.Run("again, when that was recorded in the first shape", func(t *testing.T) {
		given(joinedLongAgo).When(join).ThenNothing(t).
			AndState(t, team.Team{Name: "Reds", Owner: "ann", Tournaments: []string{"c1"}})
	})
	t.Run("not available", func(t *testing.T) {
		given(team.AvailabilitySet{}).When(join).ThenRejected(t, team.ErrTeamNotAvailable)
	})
	t.Run("no such team", func(t *testing.T) {
		none.When(join).ThenRejected(t, team.ErrTeamDoesNotExist)
	})
	t.Run("ids are needed", func(t *testing.T) {
		given().When(team.JoinTournament{TournamentID: "c1"}).ThenRejected(t, es.Invalid("teamId", ""))
		given().When(team.JoinTournament{TeamID: "t1"}).ThenRejected(t, es.Invalid("tournamentId", ""))
	})
	t.Run("only sagas send it", func(t *testing.T) {
		if !team.DoJoinTournament.IsInternal() || team.DoJoinTournament.Role != es.RoleSystem {
			t.Error("it can be sent by users")
		}
	})
}

func TestRecords(t *testing.T) {
	of := func(events ...es.Event[team.Team]) estest.Commit {
		return estest.Committed(team.Aggregate, "t1", events...)
	}
	fresh := team.Record{ID: "t1", Name: "Reds", Owner: "ann", Available: true, CreatedAt: estest.Noon}
	newest := es.Key{Index: "all", Partition: "all", Sort: es.Descending("2026-06-01T12:00:00.000Z t1")}
	t.Run("created", func(t *testing.T) {
		estest.View(team.Records, of(created)).Is(t, fresh).ListedIn(t, newest)
	})
	t.Run("mend: a tournament has its name, whether it has been heard of or not", func(t *testing.T) {
		want := fresh
		want.Players = []string{"Ann", "Bob"}
		want.Tournaments = []team.Tournament{{ID: "c1", Name: "Cup"}, {ID: "c2", Name: "League"}}
		want.Available = false
		estest.View(
			team.Records, of(created), of(team.PlayerAdded{Name: "Ann"}, team.PlayerAdded{Name: "Bob"}),
			of(joinedLongAgo), of(joins("c2", "League")),
			of(team.AvailabilitySet{Available: false}),
		).Is(t, want).ListedIn(t, newest)
	})
	t.Run("found by its name and its players'", func(t *testing.T) {
		if text := team.Records.Text(team.Record{Name: "Reds", Players: []string{"Ann", "Bob"}}); text != "Reds\nAnn\nBob" {
			t.Errorf("%q", text)
		}
	})
	t.Run("the latest 200 tournaments", func(t *testing.T) {
		events := []es.Event[team.Team]{created}
		for i := range 201 {
			events = append(events, joins(fmt.Sprint("c", i), "Cup"))
		}
		want := fresh
		for i := 1; i <= 200; i++ {
			want.Tournaments = append(want.Tournaments, team.Tournament{ID: fmt.Sprint("c", i), Name: "Cup"})
		}
		estest.View(team.Records, of(events...)).Is(t, want)
	})
	t.Run("the list reads what the view lists, newest first", func(t *testing.T) {
		if index, partition := team.ListTeams.Page(nil); index != newest.Index || partition != newest.Partition || !team.ListTeams.Keep(nil, fresh) {
			t.Error(index, partition)
		}
		later := fresh
		later.CreatedAt = fresh.CreatedAt.Add(1e6)
		if team.Records.Keys(later)[0].Sort >= newest.Sort {
			t.Error("a later team stands behind an earlier one")
		}
	})
}
