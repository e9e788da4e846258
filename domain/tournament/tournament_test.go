package tournament_test

import (
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	ids     = strings.Split("abcdefgh", "")
	created = tournament.Created{Name: "Cup", Organiser: "ann"}
	none    = estest.Given(tournament.Aggregate)
	byAnn   = estest.By("ann")
	byBob   = estest.By("bob")
)

func added(id string, entry int) tournament.TeamAdded {
	return tournament.TeamAdded{TeamID: id, Name: "Team " + id, Tournament: "Cup", Entry: entry}
}

func confirmed(id string) tournament.TeamConfirmed { return tournament.TeamConfirmed{TeamID: id} }

func entry(id string, number int, confirmed bool) tournament.Entry {
	return tournament.Entry{TeamID: id, Name: "Team " + id, Number: number, Confirmed: confirmed}
}

func given(events ...es.Event[tournament.Tournament]) estest.Past[tournament.Tournament] {
	return estest.Given(tournament.Aggregate, append([]es.Event[tournament.Tournament]{created}, events...)...)
}

// with are the events of teams that were added and confirmed.
func with(teams ...string) []es.Event[tournament.Tournament] {
	var events []es.Event[tournament.Tournament]
	for i, id := range teams {
		events = append(events, added(id, i+1), confirmed(id))
	}
	return events
}

func TestCreate(t *testing.T) {
	create := tournament.Create{TournamentID: "c1", Name: " Cup"}
	t.Run("OK", func(t *testing.T) {
		none.When(create, byAnn).Then(t, created).
			AndState(t, tournament.Tournament{Name: "Cup", Organiser: "ann", Status: tournament.StatusOpen})
	})
	t.Run("once", func(t *testing.T) {
		given().When(create, byAnn).ThenRejected(t, tournament.ErrTournamentAlreadyExists)
	})
	t.Run("no name", func(t *testing.T) {
		none.When(tournament.Create{TournamentID: "c1"}, byAnn).ThenRejected(t, es.Invalid("name", ""))
	})
	t.Run("a name is one tournament's, however it is spelt", func(t *testing.T) {
		one, other := tournament.Created{Name: "World Cup"}.Claims(), tournament.Created{Name: "WORLD cup"}.Claims()
		if len(one) != 1 || len(other) != 1 || one[0] != other[0] || one[0].Taken != tournament.ErrTournamentAlreadyExists {
			t.Error(one, other)
		}
		if one[0].Unique == (team.Created{Name: "World Cup"}).Claims()[0].Unique {
			t.Error("a team and a tournament can't have the same name")
		}
	})
}

func TestAddTeam(t *testing.T) {
	add := func(id string) tournament.AddTeam {
		return tournament.AddTeam{TournamentID: "c1", TeamID: id, Team: team.Team{Name: "Team " + id, Owner: "bob"}}
	}
	t.Run("OK", func(t *testing.T) {
		given().When(add("a"), byAnn).Then(t, added("a", 1)).AndState(t, tournament.Tournament{
			Name: "Cup", Organiser: "ann", Status: tournament.StatusOpen, Teams: []tournament.Entry{entry("a", 1, false)}, Entries: 1,
		})
	})
	t.Run("mend: the team's aggregate is asked, and a team that does not exist is refused", func(t *testing.T) {
		given().When(tournament.AddTeam{TournamentID: "c1", TeamID: "a"}, byAnn).ThenRejected(t, team.ErrTeamDoesNotExist)
		asks := tournament.DoAddTeam.Asks
		if len(asks) != 1 || asks[0].Aggregate != es.Folder(team.Aggregate) {
			t.Fatalf("it asks %+v", asks)
		}
		if stream, asked := asks[0].StreamOf(add("a")); !asked || stream != "team-a" {
			t.Error(stream, asked)
		}
		if told := asks[0].Told(tournament.AddTeam{TeamID: "a"}, team.Team{Name: "Reds"}).(tournament.AddTeam); told.Team.Name != "Reds" {
			t.Errorf("it is told %+v", told)
		}
	})
	t.Run("no such tournament", func(t *testing.T) {
		none.When(add("a"), byAnn).ThenRejected(t, tournament.ErrTournamentDoesNotExist)
	})
	t.Run("the organiser only", func(t *testing.T) {
		given().When(add("a"), byBob).ThenRejected(t, tournament.ErrNotOrganiser)
		given().When(add("a")).ThenRejected(t, tournament.ErrNotOrganiser)
	})
	t.Run("already added, confirmed or not", func(t *testing.T) {
		given(added("a", 1)).When(add("a"), byAnn).ThenRejected(t, tournament.ErrTeamAlreadyAdded)
		given(with("a")...).When(add("a"), byAnn).ThenRejected(t, tournament.ErrTeamAlreadyAdded)
	})
	t.Run("again, when it was removed", func(t *testing.T) {
		given(added("a", 1), tournament.TeamRemoved{TeamID: "a", Name: "Team a", Reason: "x"}).When(add("a"), byAnn).Then(t, added("a", 2))
	})
	t.Run("eight are the most", func(t *testing.T) {
		given(with(ids[:7]...)...).When(add("h"), byAnn).Then(t, added("h", 8))
		given(with(ids...)...).When(add("x"), byAnn).ThenRejected(t, tournament.ErrTournamentFull)
	})
	t.Run("not after the start", func(t *testing.T) {
		given(tournament.Started{}).When(add("a"), byAnn).ThenRejected(t, tournament.ErrTournamentAlreadyStarted)
	})
	t.Run("the checks come in this order", func(t *testing.T) {
		full := append(with(ids...), tournament.Started{Teams: ids})
		nobody := tournament.AddTeam{TournamentID: "c1", TeamID: "a"}
		none.When(nobody, byAnn).ThenRejected(t, team.ErrTeamDoesNotExist)
		given(full...).When(nobody, byBob).ThenRejected(t, team.ErrTeamDoesNotExist)
		given(full...).When(add("a"), byBob).ThenRejected(t, tournament.ErrNotOrganiser)
		given(full...).When(add("a"), byAnn).ThenRejected(t, tournament.ErrTeamAlreadyAdded)
		given(full...).When(add("x"), byAnn).ThenRejected(t, tournament.ErrTournamentFull)
	})
	t.Run("which team?", func(t *testing.T) {
		for _, id := range []string{"", strings.Repeat("x", 129)} {
			given().When(add(id), byAnn).ThenRejected(t, es.Invalid("teamId", ""))
		}
	})
}

func TestConfirmTeam(t *testing.T) {
	confirm := tournament.ConfirmTeam{TournamentID: "c1", TeamID: "a"}
	t.Run("OK", func(t *testing.T) {
		given(added("a", 1), added("b", 2)).When(confirm).Then(t, confirmed("a")).AndState(t, tournament.Tournament{
			Name: "Cup", Organiser: "ann", Status: tournament.StatusOpen, Entries: 2,
			Teams: []tournament.Entry{entry("a", 1, true), entry("b", 2, false)},
		})
	})
	t.Run("again", func(t *testing.T) {
		given(with("a")...).When(confirm).ThenNothing(t)
	})
	t.Run("a team that is not there", func(t *testing.T) {
		given(added("b", 1)).When(confirm).ThenNothing(t)
	})
	t.Run("ids are needed", func(t *testing.T) {
		given().When(tournament.ConfirmTeam{TeamID: "a"}).ThenRejected(t, es.Invalid("tournamentId", ""))
		given().When(tournament.ConfirmTeam{TournamentID: "c1"}).ThenRejected(t, es.Invalid("teamId", ""))
	})
}

func TestRemoveTeam(t *testing.T) {
	remove := tournament.RemoveTeam{TournamentID: "c1", TeamID: "a", Entry: 1, Reason: "TeamNotAvailable"}
	removed := tournament.TeamRemoved{TeamID: "a", Name: "Team a", Reason: "TeamNotAvailable"}
	t.Run("mend: a team that does not join is taken out", func(t *testing.T) {
		given(added("a", 1), added("b", 2)).When(remove).Then(t, removed).AndState(t, tournament.Tournament{
			Name: "Cup", Organiser: "ann", Status: tournament.StatusOpen, Entries: 2, Teams: []tournament.Entry{entry("b", 2, false)},
		})
	})
	t.Run("again", func(t *testing.T) {
		given(added("a", 1), removed).When(remove).ThenNothing(t)
	})
	t.Run("not when it has been added again since", func(t *testing.T) {
		given(added("a", 1), removed, added("a", 2)).When(remove).ThenNothing(t)
	})
	t.Run("not when it has joined", func(t *testing.T) {
		given(with("a")...).When(remove).ThenNothing(t)
		given(append(with(ids...), tournament.Started{Teams: ids})...).When(remove).ThenNothing(t)
	})
	t.Run("ids are needed", func(t *testing.T) {
		given().When(tournament.RemoveTeam{TeamID: "a"}).ThenRejected(t, es.Invalid("tournamentId", ""))
	})
}

func TestStart(t *testing.T) {
	start := tournament.Start{TournamentID: "c1"}
	t.Run("the teams are drawn by all 64 bits of the lot", func(t *testing.T) {
		lot := estest.Entropy(0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77)
		want := tournament.Started{Teams: ids, Seed: 0xffeeddccbbaa9988}
		state := tournament.Tournament{
			Name: "Cup", Organiser: "ann", Status: tournament.StatusStarted, Entries: 8, Fixture: fixture.New(ids, 0xffeeddccbbaa9988),
		}
		for i, id := range ids {
			state.Teams = append(state.Teams, entry(id, i+1, true))
		}
		given(with(ids...)...).When(start, byAnn, lot).Then(t, want).AndState(t, state)
	})
	t.Run("mend: the seed is written as a string, of which JavaScript loses nothing", func(t *testing.T) {
		recorded, err := tournament.Aggregate.Record([]es.Event[tournament.Tournament]{tournament.Started{Teams: ids[:1], Seed: 1<<64 - 1}})
		if err != nil || string(recorded[0].Data) != `{"teams":["a"],"seed":"18446744073709551615"}` {
			t.Error(recorded, err)
		}
	})
	t.Run("exactly eight", func(t *testing.T) {
		given(with(ids[:7]...)...).When(start, byAnn).ThenRejected(t, tournament.ErrNotEnoughTeams)
	})
	t.Run("mend: with teams only that have joined, so that no compensation comes too late", func(t *testing.T) {
		given(append(with(ids[:7]...), added("h", 8))...).When(start, byAnn).ThenRejected(t, tournament.ErrNotEnoughTeams)
	})
	t.Run("once", func(t *testing.T) {
		given(append(with(ids...), tournament.Started{Teams: ids})...).When(start, byAnn).ThenRejected(t, tournament.ErrTournamentAlreadyStarted)
		given(append(with(ids...), tournament.Started{Teams: ids}, tournament.Finished{Champion: "a"})...).When(start, byAnn).
			ThenRejected(t, tournament.ErrTournamentAlreadyStarted)
	})
	t.Run("the organiser only", func(t *testing.T) {
		given(with(ids...)...).When(start, byBob).ThenRejected(t, tournament.ErrNotOrganiser)
	})
	t.Run("no such tournament", func(t *testing.T) {
		none.When(start, byAnn).ThenRejected(t, tournament.ErrTournamentDoesNotExist)
	})
}
