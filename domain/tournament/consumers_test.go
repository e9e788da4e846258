package tournament_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func of(events ...es.Event[tournament.Tournament]) estest.Commit {
	return estest.Committed(tournament.Aggregate, "c1", events...)
}

func TestJoining(t *testing.T) {
	t.Run("mend: the team joins and is confirmed; a team that does not join is removed", func(t *testing.T) {
		orRemove := func(r *es.Rejection) []es.Act {
			return []es.Act{es.Send(tournament.DoRemoveTeam, tournament.RemoveTeam{TournamentID: "c1", TeamID: "a", Entry: 3, Reason: r.Code})}
		}
		estest.Saga(tournament.Joining).On(of(added("a", 3))).Does(
			t,
			es.Send(team.DoJoinTournament, team.JoinTournament{TeamID: "a", TournamentID: "c1", Name: "Cup"}).Else(orRemove),
			es.Send(tournament.DoConfirmTeam, tournament.ConfirmTeam{TournamentID: "c1", TeamID: "a"}),
		)
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(tournament.Joining).On(of(
			created, confirmed("a"), tournament.TeamRemoved{TeamID: "a"}, tournament.Started{Teams: ids}, quarters[0], tournament.Finished{Champion: "a"},
		)).Does(t)
	})
}

func TestRecords(t *testing.T) {
	minute := func(n int) time.Time { return estest.Noon.Add(time.Duration(n) * time.Minute) }
	fresh := tournament.Record{ID: "c1", Name: "Cup", Organiser: "ann", Status: tournament.StatusOpen, CreatedAt: minute(0)}
	newest := es.Key{Index: "all", Partition: "all", Sort: es.Descending("2026-06-01T12:00:00.000Z c1")}
	show := func(later ...estest.Commit) estest.Shown[tournament.Record] {
		return estest.View(tournament.Records, append([]estest.Commit{of(created)}, later...)...)
	}
	all := fresh
	for _, id := range ids {
		all.Teams = append(all.Teams, tournament.Team{ID: id, Name: "Team " + id, Confirmed: true})
	}
	start := []estest.Commit{of(with(ids...)...), of(tournament.Started{Teams: ids, Seed: seed}).At(minute(1))}
	t.Run("created", func(t *testing.T) {
		show().Is(t, fresh).ListedIn(t, newest)
	})
	t.Run("mend: a team has its name, whether it has been heard of or not", func(t *testing.T) {
		want := fresh
		want.Teams = []tournament.Team{{ID: "a", Name: "Team a", Confirmed: true}, {ID: "b", Name: "Team b"}}
		show(of(added("a", 1)), of(added("b", 2)), of(confirmed("a"))).Is(t, want).ListedIn(t, newest)
	})
	t.Run("removed", func(t *testing.T) {
		want := fresh
		want.Teams = []tournament.Team{{ID: "b", Name: "Team b"}}
		show(of(added("a", 1), added("b", 2)), of(tournament.TeamRemoved{TeamID: "a", Name: "Team a"})).Is(t, want)
	})
	t.Run("the bracket fills in", func(t *testing.T) {
		want, at := all, minute(1)
		want.Status, want.StartedAt = tournament.StatusStarted, &at
		want.Fixture.Quarter = []fixture.Match{{Local: "e", Away: "d"}, {Local: "c", Away: "h"}, {Local: "f", Away: "g"}, {Local: "a", Away: "b"}}
		show(start...).Is(t, want).ListedIn(t, newest)
		for i, r := range quarters {
			m := &want.Fixture.Quarter[i]
			m.LocalGoals, m.AwayGoals, m.Played = r.LocalGoals, r.AwayGoals, true
		}
		want.Fixture.Semi = []fixture.Match{{Local: "e", Away: "h"}, {Local: "f", Away: "b"}}
		show(append(start, of(quarters[0], quarters[1]), of(quarters[2]), of(quarters[3]))...).Is(t, want)
	})
	t.Run("finished, with its champion", func(t *testing.T) {
		want, begin, end := all, minute(1), minute(2)
		want.Status, want.StartedAt, want.FinishedAt, want.Champion = tournament.StatusFinished, &begin, &end, "f"
		want.Fixture = fixture.Fixture{
			Quarter: []fixture.Match{
				{Local: "e", LocalGoals: 1, Away: "d", Played: true},
				{Local: "c", Away: "h", AwayGoals: 1, Played: true},
				{Local: "f", LocalGoals: 3, Away: "g", AwayGoals: 2, Played: true},
				{Local: "a", LocalGoals: 4, Away: "b", AwayGoals: 5, Played: true},
			},
			Semi: []fixture.Match{
				{Local: "e", LocalGoals: 2, Away: "h", AwayGoals: 3, Played: true}, {Local: "f", LocalGoals: 1, Away: "b", Played: true},
			},
			Final: []fixture.Match{{Local: "h", Away: "f", AwayGoals: 1, Played: true}},
		}
		for _, r := range semis {
			start = append(start, of(r))
		}
		show(append(start, of(final, tournament.Finished{Champion: "f"}).At(minute(2)))...).Is(t, want).ListedIn(t, newest)
	})
	t.Run("found by its name and its teams'", func(t *testing.T) {
		if text := tournament.Records.Text(tournament.Record{Name: "Cup", Teams: []tournament.Team{{Name: "Reds"}, {Name: "Blues"}}}); text != "Cup\nReds\nBlues" {
			t.Errorf("%q", text)
		}
	})
	t.Run("the list reads what the view lists, newest first", func(t *testing.T) {
		index, partition := tournament.ListTournaments.Page(nil)
		if index != newest.Index || partition != newest.Partition || !tournament.ListTournaments.Keep(nil, fresh) {
			t.Error(index, partition)
		}
		later := fresh
		later.CreatedAt = minute(1)
		if tournament.Records.Keys(later)[0].Sort >= newest.Sort {
			t.Error("a later tournament stands behind an earlier one")
		}
	})
}

// The names of refusals are clients'.
func TestCodes(t *testing.T) {
	for code, refusal := range map[string]*es.Rejection{
		"TeamDoesNotExist": team.ErrTeamDoesNotExist, "TeamAlreadyExists": team.ErrTeamAlreadyExists,
		"TournamentDoesNotExist": tournament.ErrTournamentDoesNotExist, "TournamentAlreadyExists": tournament.ErrTournamentAlreadyExists,
		"TeamAlreadyAdded": tournament.ErrTeamAlreadyAdded, "TournamentFull": tournament.ErrTournamentFull,
		"NotEnoughTeams": tournament.ErrNotEnoughTeams, "TournamentNotStarted": tournament.ErrTournamentNotStarted,
		"MatchDoesNotExist": tournament.ErrMatchDoesNotExist, "MatchAlreadyPlayed": tournament.ErrMatchAlreadyPlayed,
		"DrawNotAllowed": tournament.ErrDrawNotAllowed, "TournamentAlreadyStarted": tournament.ErrTournamentAlreadyStarted,
	} {
		if refusal.Code != code {
			t.Errorf("%s is called %s", code, refusal.Code)
		}
	}
}

func TestContext(t *testing.T) {
	app := es.NewApp(tournament.Context) // panics when something does not fit
	if n := len(app.Commands()) + len(app.Queries()); n != 16 {
		t.Errorf("%d commands and queries", n)
	}
}
