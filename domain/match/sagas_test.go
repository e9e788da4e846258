package match_test

import (
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func of(events ...es.Event[match.Match]) estest.Commit {
	return estest.Committed(match.Aggregate, "m1", events...)
}

func leave(userID, reason string) es.Act {
	return es.Send(user.DoLeaveMatch, user.LeaveMatch{UserID: userID, MatchID: "m1", Reason: reason})
}

// orLeave is the compensation of an act: the place is given back, with the refusal as the reason.
func orLeave(userID string) func(*es.Rejection) []es.Act {
	return func(r *es.Rejection) []es.Act { return []es.Act{leave(userID, r.Code)} }
}

func TestCreation(t *testing.T) {
	requested := user.MatchRequested{MatchID: "m1", UserID: "ann", Size: board.Small, Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
	t.Run("mend: made, and joined with the creator's own name, avatar and color; else the place is free again", func(t *testing.T) {
		estest.Saga(match.Creation).On(estest.Committed(user.Aggregate, "ann", requested)).Does(
			t,
			es.Send(match.DoCreate, match.Create{MatchID: "m1", CreatedBy: "ann", Size: board.Small}).Else(orLeave("ann")),
			es.Send(match.DoJoin, join(ann)).Else(orLeave("ann")),
		)
	})
}

func TestJoining(t *testing.T) {
	t.Run("mend: a place first, so that the three are truly counted", func(t *testing.T) {
		estest.Saga(match.Joining).On(of(match.JoinRequested{UserID: "bob"})).Does(
			t,
			es.Send(user.DoEnterMatch, user.EnterMatch{UserID: "bob", MatchID: "m1"}),
		)
	})
	t.Run("mend: then a seat, with their own name, avatar and color; else the place is free again", func(t *testing.T) {
		entered := user.MatchEntered{MatchID: "m1", UserID: "bob", Name: "Bob", Avatar: "🐱", Color: "#9bf6ff"}
		estest.Saga(match.Joining).On(estest.Committed(user.Aggregate, "bob", entered)).Does(
			t,
			es.Send(match.DoJoin, join(bob)).Else(orLeave("bob")),
		)
	})
}

func TestEnding(t *testing.T) {
	t.Run("finished", func(t *testing.T) {
		estest.Saga(match.Ending).On(of(finished)).Does(t, leave("ann", "finished"), leave("bob", "finished"))
	})
	t.Run("forfeited", func(t *testing.T) {
		estest.Saga(match.Ending).On(of(forfeited)).Does(t, leave("ann", "finished"), leave("bob", "finished"))
	})
	t.Run("cancelled", func(t *testing.T) {
		estest.Saga(match.Ending).On(of(cancelled)).Does(t, leave("ann", "cancelled"))
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(match.Ending).On(of(created, annJoined, bobJoined, started, turn(right(0, 0), "bob", "ann"))).Does(t)
	})
}

func TestMails(t *testing.T) {
	mail := func(to, subject string, text ...string) es.Act {
		return es.Post(es.Mail{To: to, Subject: subject, Text: strings.Join(text, "\n") + "\n"})
	}
	t.Run("started", func(t *testing.T) {
		estest.Saga(match.Mails).On(of(started)).Does(
			t,
			mail("ann", "Your match has started",
				"Hello Ann,", "", "your match of Ann and Bob has started; it is their turn.", "Whoever does not move within 3 days forfeits.", "", "The match: m1"),
			mail("bob", "Your match has started",
				"Hello Bob,", "", "your match of Ann and Bob has started; it is your turn.", "Whoever does not move within 3 days forfeits.", "", "The match: m1"),
		)
	})
	t.Run("ended", func(t *testing.T) {
		estest.Saga(match.Mails).On(of(finished)).Does(
			t,
			mail("ann", "Your match is over",
				"Hello Ann,", "", "your match of Ann and Bob is over: you have won.", "", "Ann: 5", "Bob: 4", "", "The match: m1"),
			mail("bob", "Your match is over",
				"Hello Bob,", "", "your match of Ann and Bob is over: you have lost.", "", "Ann: 5", "Bob: 4", "", "The match: m1"),
		)
	})
	t.Run("ended by a forfeit", func(t *testing.T) {
		estest.Saga(match.Mails).On(of(forfeited)).Does(
			t,
			mail("ann", "Your match is over",
				"Hello Ann,", "", "your match of Ann and Bob is over: you have won, for they did not move in time.",
				"", "Ann: 0", "Bob: 0", "", "The match: m1"),
			mail("bob", "Your match is over",
				"Hello Bob,", "", "your match of Ann and Bob is over: you have lost, for you did not move in time.",
				"", "Ann: 0", "Bob: 0", "", "The match: m1"),
		)
	})
	t.Run("to the addresses of accounts", func(t *testing.T) {
		if match.Mails.Addresses.Aggregate != es.Folder(identity.Aggregate) {
			t.Error("they go elsewhere")
		}
	})
}
