package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

type fixtureMatch struct {
	Local  string `json:"localTeamId"`
	Away   string `json:"awayTeamId"`
	Played bool   `json:"played"`
}

type tournamentView struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Teams  []struct {
		ID        string `json:"id"`
		Confirmed bool   `json:"confirmed"`
	} `json:"teams"`
	Fixture struct {
		Quarter []fixtureMatch `json:"quarter"`
		Semi    []fixtureMatch `json:"semi"`
	} `json:"fixture"`
}

func (v tournamentView) confirmed() int {
	n := 0
	for _, team := range v.Teams {
		if team.Confirmed {
			n++
		}
	}
	return n
}

// made is a new team or tournament, with a name that nobody has.
func made(t *testing.T, c *client.Client, path, name string) (id string) {
	t.Helper()
	accepted := command(t, c, "POST", path, map[string]string{"name": name + " " + engine.NewID()}, nil)
	get[struct{}](t, c, path+"/"+accepted.ID+"?min-version=1")
	return accepted.ID
}

// entered is a new tournament with so many teams that have joined.
func entered(t *testing.T, c *client.Client, n int) (id string, teams []string) {
	t.Helper()
	id = made(t, c, "/tournaments", "Cup")
	for range n {
		team := made(t, c, "/teams", "Team")
		command(t, c, "POST", "/tournaments/"+id+"/teams", map[string]string{"teamId": team}, nil)
		teams = append(teams, team)
	}
	eventually(t, "all have joined", func() bool { return get[tournamentView](t, c, "/tournaments/"+id).confirmed() == n })
	return id, teams
}

type matchResult struct {
	Local      string `json:"localTeamId"`
	LocalGoals int    `json:"localGoals"`
	Away       string `json:"awayTeamId"`
	AwayGoals  int    `json:"awayGoals"`
}

func TestTeamsAndTournamentsAreTheirOwners(t *testing.T) {
	ada, _ := newcomer(t)
	eve, _ := newcomer(t)
	cup, teams := entered(t, ada, 1)
	for _, c := range []struct {
		method, path string
		input        any
		code         string
	}{
		{"POST", "/teams/" + teams[0] + "/players", map[string][]string{"names": {"Eve"}}, "NotOwner"},
		{"PUT", "/teams/" + teams[0] + "/availability", map[string]bool{"available": false}, "NotOwner"},
		{"POST", "/tournaments/" + cup + "/teams", map[string]string{"teamId": made(t, eve, "/teams", "Eve's")}, "NotOrganiser"},
		{"POST", "/tournaments/" + cup + "/start", nil, "NotOrganiser"},
		{"POST", "/tournaments/" + cup + "/results", matchResult{"a", 1, "b", 0}, "NotOrganiser"},
	} {
		_, err := eve.Command(t.Context(), c.method, c.path, c.input, nil)
		refused(t, err, http.StatusForbidden, c.code)
	}
	for path, code := range map[string]string{
		"/teams/nowhere/players": "TeamDoesNotExist", "/tournaments/nowhere/start": "TournamentDoesNotExist",
		"/tournaments/nowhere/teams": "TournamentDoesNotExist", "/tournaments/nowhere/results": "TournamentDoesNotExist",
	} {
		inputs := map[string]any{"players": map[string][]string{"names": {"Bob"}}, "teams": map[string]string{"teamId": teams[0]}, "results": matchResult{"a", 1, "b", 0}}
		_, err := ada.Command(t.Context(), "POST", path, inputs[path[strings.LastIndex(path, "/")+1:]], nil)
		refused(t, err, http.StatusNotFound, code)
	}
	_, err := ada.Command(t.Context(), "POST", "/tournaments/"+cup+"/results", matchResult{teams[0], 1, "b", 0}, nil)
	refused(t, err, 409, "TournamentNotStarted")
}

// TestEightTeamsAtMost has twelve teams added at the same moment.
func TestEightTeamsAtMost(t *testing.T) {
	ada, _ := newcomer(t)
	cup := made(t, ada, "/tournaments", "Cup")
	var teams []string
	for range 12 {
		teams = append(teams, made(t, ada, "/teams", "Team"))
	}
	won := together(t, len(teams), http.StatusConflict, "TournamentFull", func(i int) error {
		_, err := ada.Command(t.Context(), "POST", "/tournaments/"+cup+"/teams", map[string]string{"teamId": teams[i]}, nil)
		return err
	})
	eventually(t, "those that were added have joined", func() bool { return get[tournamentView](t, ada, "/tournaments/"+cup).confirmed() == 8 })
	if won != 8 {
		t.Fatalf("%d were added", won)
	}
	eventually(t, "the teams show it", func() bool {
		joined := 0
		for _, team := range teams {
			joined += len(get[teamView](t, ada, "/teams/"+team).Tournaments)
		}
		return joined == 8
	})
}

func TestResults(t *testing.T) {
	ada, _ := newcomer(t)
	cup, _ := entered(t, ada, 8)
	started := command(t, ada, "POST", "/tournaments/"+cup+"/start", nil, nil)
	_, err := ada.Command(t.Context(), "POST", "/tournaments/"+cup+"/start", nil, nil)
	refused(t, err, 409, "TournamentAlreadyStarted")
	_, err = ada.Command(t.Context(), "POST", "/tournaments/"+cup+"/teams", map[string]string{"teamId": made(t, ada, "/teams", "Team")}, nil)
	refused(t, err, 409, "TournamentFull")
	path := "/tournaments/" + cup + "/results"
	v := get[tournamentView](t, ada, fmt.Sprintf("/tournaments/%s?min-version=%d", cup, started.Version))
	first, second := v.Fixture.Quarter[0], v.Fixture.Quarter[1]
	for _, c := range []struct {
		result matchResult
		status int
		code   string
	}{
		{matchResult{first.Local, 1, first.Away, 1}, 400, "DrawNotAllowed"},
		{matchResult{first.Local, -1, first.Away, 0}, 400, "InvalidInput"},
		{matchResult{first.Local, 0, first.Away, 1000}, 400, "InvalidInput"},
		{matchResult{first.Away, 1, first.Local, 0}, 404, "MatchDoesNotExist"},
		{matchResult{first.Local, 1, second.Local, 0}, 404, "MatchDoesNotExist"},
		{matchResult{first.Local, 1, "nobody", 0}, 404, "MatchDoesNotExist"},
		{matchResult{"", 1, first.Away, 0}, 400, "InvalidInput"},
	} {
		_, err := ada.Command(t.Context(), "POST", path, c.result, nil)
		refused(t, err, c.status, c.code)
	}
	result := matchResult{first.Local, 2, first.Away, 0}
	one := command(t, ada, "POST", path, result, nil, "Idempotency-Key", "first")
	two := command(t, ada, "POST", path, result, nil, "Idempotency-Key", "first")
	if one.Version != two.Version || one.TraceID != two.TraceID {
		t.Fatalf("a repetition gave %+v, the first gave %+v", two, one)
	}
	_, err = ada.Command(t.Context(), "POST", path, matchResult{first.Local, 0, first.Away, 2}, nil)
	refused(t, err, 409, "MatchAlreadyPlayed")
	after := get[tournamentView](t, ada, fmt.Sprintf("/tournaments/%s?min-version=%d", cup, one.Version))
	if !after.Fixture.Quarter[0].Played || after.Fixture.Quarter[1].Played || len(after.Fixture.Semi) > 0 || after.Status != "started" {
		t.Fatalf("shown as %+v", after)
	}
	unchanged(t, ada, "/tournaments/"+cup)
}

// TestATeamIsAskedForTheOrganiser has somebody's team added by another: the outcomes are the organiser's alone, and who
// follows the tournament sees it change.
func TestATeamIsAskedForTheOrganiser(t *testing.T) {
	ada, _ := newcomer(t)
	bob, _ := newcomer(t)
	cup, team := made(t, ada, "/tournaments", "Cup"), made(t, bob, "/teams", "Bob's")
	command(t, bob, "PUT", "/teams/"+team+"/availability", map[string]bool{"available": false}, nil)
	adaHears, bobHears, follows := listen(t, ada), listen(t, bob), listen(t, bob)
	if err := follows.Send(t.Context(), handler.Message{Action: "subscribe", AggregateID: es.NewStreamID("tournament", cup), After: 1}); err != nil {
		t.Fatal(err)
	}
	hear(t, follows, "Subscribed")
	asked := command(t, ada, "POST", "/tournaments/"+cup+"/teams", map[string]string{"teamId": team}, nil)
	if got := hear(t, adaHears, "TeamRemoved"); got.TraceID != asked.TraceID || !strings.Contains(string(got.Payload), "TeamNotAvailable") {
		t.Fatalf("heard %+v", got)
	}
	hear(t, follows, "TeamAdded")
	hear(t, follows, "TeamRemoved")
	outcomesOf(t, ada, asked.TraceID, "CommandRejected")
	_, err := bob.Do(t.Context(), "GET", "/traces/"+asked.TraceID, nil)
	refused(t, err, 404, "NotFound")
	if err := bobHears.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
		t.Fatal(err)
	}
	for got := (engine.Outcome{}); got.Type != "Pong"; {
		if got, err = bobHears.Next(t.Context()); err != nil || got.TraceID == asked.TraceID {
			t.Fatalf("bob heard %+v, %v", got, err)
		}
	}
}
