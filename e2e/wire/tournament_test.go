package wire

import (
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/handler"
)

// TestTeamsJoin has teams join a tournament, and one that may not be taken out again.
func TestTeamsJoin(t *testing.T) {
	s := start(t, "tournaments")
	ann, bob := named("ann"), named("bob")
	var cup, eager, shy handler.Accepted
	s.must(ann, tournament.DoCreate.Route, "/tournaments", `{"name":"Cup"}`, &cup)
	s.must(bob, team.DoCreate.Route, "/teams", `{"name":"Eager"}`, &eager)
	s.must(bob, team.DoCreate.Route, "/teams", `{"name":"Shy"}`, &shy)
	s.must(bob, team.DoSetAvailability.Route, "/teams/"+shy.ID+"/availability", `{"available":false}`, nil)
	if a := s.ask(bob, team.DoCreate.Route, "/teams", `{"name":"EAGER"}`, nil); a.problem.Code != team.ErrTeamAlreadyExists.Code {
		t.Errorf("a name twice: %+v", a)
	}

	add := func(id string) (accepted handler.Accepted) {
		t.Helper()
		s.must(ann, tournament.DoAddTeam.Route, "/tournaments/"+cup.ID+"/teams", fmt.Sprintf(`{"teamId":%q}`, id), &accepted)
		return accepted
	}
	add(eager.ID)
	refused := add(shy.ID)
	var r tournament.Record
	s.eventually("one team is confirmed, and the other one out", func() bool {
		return s.invoke(ann, tournament.GetTournament.Route, "/tournaments/"+cup.ID, "", &r) == 200 &&
			len(r.Teams) == 1 && r.Teams[0] == tournament.Team{ID: eager.ID, Name: "Eager", Confirmed: true}
	})
	var joined team.Record
	s.eventually("the team knows", func() bool {
		return s.invoke(bob, team.GetTeam.Route, "/teams/"+eager.ID, "", &joined) == 200 && len(joined.Tournaments) == 1
	})
	if joined.Tournaments[0] != (team.Tournament{ID: cup.ID, Name: "Cup"}) {
		t.Errorf("the team is in %+v", joined.Tournaments)
	}
	var found handler.TraceAnswer
	s.eventually("the trace tells all", func() bool {
		return s.invoke(ann, handler.GetTrace.Route, "/traces/"+refused.TraceID, "", &found) == 200 && len(found.Outcomes) == 3
	})
	var types []string
	for _, o := range found.Outcomes {
		types = append(types, o.Type)
	}
	if got := fmt.Sprint(types); got != "[TeamAdded CommandRejected TeamRemoved]" {
		t.Errorf("the trace has %s", got)
	}
	if status := s.invoke(bob, handler.GetTrace.Route, "/traces/"+refused.TraceID, "", nil); status != 404 {
		t.Errorf("bob reads ann's trace: %d", status)
	}
}
