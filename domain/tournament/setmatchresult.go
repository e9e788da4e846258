package tournament

import "github.com/foldstream/foldstream/es"

const maxGoals = 999

// SetMatchResult says how a match of the current phase ended.
type SetMatchResult struct {
	TournamentID string `json:"-" path:"tournamentId"`
	LocalTeamID  string `json:"localTeamId"`
	LocalGoals   int    `json:"localGoals" jsonschema:"minimum=0,maximum=999"`
	AwayTeamID   string `json:"awayTeamId"`
	AwayGoals    int    `json:"awayGoals" jsonschema:"minimum=0,maximum=999"`
}

// DoSetMatchResult declares [SetMatchResult].
var DoSetMatchResult = es.Handles[SetMatchResult](Aggregate, "set-match-result", "POST /tournaments/{tournamentId}/results")

// Stream implements [es.Command].
func (c SetMatchResult) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c SetMatchResult) Validate() error {
	switch {
	case c.LocalTeamID == "":
		return es.Invalid("localTeamId", "which team is it?")
	case c.AwayTeamID == "":
		return es.Invalid("awayTeamId", "which team is it?")
	}
	return nil
}

// Decide gives [MatchResultSet], and [Finished] when that was the final; or [ErrTournamentDoesNotExist], [ErrNotOrganiser],
// [ErrTournamentNotStarted], [ErrDrawNotAllowed], [ErrMatchDoesNotExist], [ErrMatchAlreadyPlayed], and InvalidInput for
// impossible goals.
func (c SetMatchResult) Decide(t Tournament, env es.Env) ([]es.Event[Tournament], error) {
	if err := c.check(t, env); err != nil {
		return nil, err
	}
	result := MatchResultSet{
		Phase: t.Fixture.Current(), LocalTeamID: c.LocalTeamID, LocalGoals: c.LocalGoals, AwayTeamID: c.AwayTeamID, AwayGoals: c.AwayGoals,
	}
	events := []es.Event[Tournament]{result}
	if champion := result.play(t.Fixture).Champion(); champion != "" {
		events = append(events, Finished{Champion: champion})
	}
	return events, nil
}

func (c SetMatchResult) check(t Tournament, env es.Env) error {
	switch {
	case t.Status == "":
		return ErrTournamentDoesNotExist
	case t.Organiser != env.Invoker.User:
		return ErrNotOrganiser
	case t.Status == StatusOpen:
		return ErrTournamentNotStarted
	case c.LocalGoals == c.AwayGoals:
		return ErrDrawNotAllowed
	case c.LocalGoals < 0 || c.LocalGoals > maxGoals:
		return es.Invalid("localGoals", "a team has 0 to %d goals", maxGoals)
	case c.AwayGoals < 0 || c.AwayGoals > maxGoals:
		return es.Invalid("awayGoals", "a team has 0 to %d goals", maxGoals)
	}
	match, found := t.Fixture.Find(c.LocalTeamID, c.AwayTeamID)
	switch {
	case !found:
		return ErrMatchDoesNotExist
	case match.Played:
		return ErrMatchAlreadyPlayed
	}
	return nil
}
