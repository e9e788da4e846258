package match

import (
	"fmt"
	"strings"
	"time"

	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
)

// Creation makes the match that a user has requested, and lets its creator in. The place for it is taken already; it is
// given back when the match doesn't come about, say because its creator cancelled it before getting in.
var Creation = es.NewSaga(
	"match-creation",
	es.React(user.Aggregate, func(e user.MatchRequested, _ es.Meta) []es.Act {
		leave := leaving(e.UserID, e.MatchID)
		return []es.Act{
			es.Send(DoCreate, Create{MatchID: e.MatchID, CreatedBy: e.UserID, Size: e.Size}).Else(leave),
			es.Send(DoJoin, Join{MatchID: e.MatchID, UserID: e.UserID, Name: e.Name, Avatar: e.Avatar, Color: e.Color}).Else(leave),
		}
	}),
)

// Joining takes a place for who wants to join a match, and then a seat in the match. The place is given back when there
// is no seat any more.
var Joining = es.NewSaga(
	"match-joining",
	es.React(Aggregate, func(e JoinRequested, m es.Meta) []es.Act {
		return []es.Act{es.Send(user.DoEnterMatch, user.EnterMatch{UserID: e.UserID, MatchID: m.Stream.ID()})}
	}),
	es.React(user.Aggregate, func(e user.MatchEntered, _ es.Meta) []es.Act {
		join := Join{MatchID: e.MatchID, UserID: e.UserID, Name: e.Name, Avatar: e.Avatar, Color: e.Color}
		return []es.Act{es.Send(DoJoin, join).Else(leaving(e.UserID, e.MatchID))}
	}),
)

// Ending gives back the places of all players when a match is over.
var Ending = es.NewSaga(
	"match-ending",
	es.React(Aggregate, func(e Finished, m es.Meta) []es.Act { return allLeave(e.Players, m.Stream.ID(), StatusFinished) }),
	es.React(Aggregate, func(e Cancelled, m es.Meta) []es.Act { return allLeave(e.Players, m.Stream.ID(), StatusCancelled) }),
)

// Mails tells the players by e-mail that their match has started, and how it ended.
var Mails = es.NewSaga(
	"match-mails",
	es.React(Aggregate, func(e Started, m es.Meta) []es.Act {
		return mailAll(e.Players, "Your match has started", func(p Player) string {
			return fmt.Sprintf("Hello %s,\n\nyour match of %s has started; %s.\nWhoever does not move within %d days forfeits.\n\nThe match: %s\n",
				p.Name, names(e.Players), whoseTurn(p, e), TurnTime/(24*time.Hour), m.Stream.ID())
		})
	}),
	es.React(Aggregate, func(e Finished, m es.Meta) []es.Act {
		return mailAll(e.Players, "Your match is over", func(p Player) string {
			return fmt.Sprintf("Hello %s,\n\nyour match of %s is over: you have %s.\n\n%s\nThe match: %s\n",
				p.Name, names(e.Players), wonOrLost(p, e), scores(e), m.Stream.ID())
		})
	}),
).MailsTo(identity.Addresses)

// leaving is what to do when there will be no seat for the place that a user has taken.
func leaving(userID, matchID string) func(*es.Rejection) []es.Act {
	return func(r *es.Rejection) []es.Act {
		return []es.Act{es.Send(user.DoLeaveMatch, user.LeaveMatch{UserID: userID, MatchID: matchID, Reason: r.Code})}
	}
}

func allLeave(players []Player, matchID string, status Status) []es.Act {
	acts := make([]es.Act, len(players))
	for i, p := range players {
		acts[i] = es.Send(user.DoLeaveMatch, user.LeaveMatch{UserID: p.ID, MatchID: matchID, Reason: string(status)})
	}
	return acts
}

func mailAll(players []Player, subject string, text func(Player) string) []es.Act {
	acts := make([]es.Act, len(players))
	for i, p := range players {
		acts[i] = es.Post(es.Mail{To: p.ID, Subject: subject, Text: text(p)})
	}
	return acts
}

func names(players []Player) string {
	all := make([]string, len(players))
	for i, p := range players {
		all[i] = p.Name
	}
	return strings.Join(all, " and ")
}

func whoseTurn(p Player, e Started) string {
	if p.ID == e.FirstPlayer {
		return "it is your turn"
	}
	return "it is their turn"
}

func wonOrLost(p Player, e Finished) string {
	switch {
	case p.ID == e.ForfeitedBy:
		return "lost, for you did not move in time"
	case p.ID == e.Winner && e.ForfeitedBy != "":
		return "won, for they did not move in time"
	case p.ID == e.Winner:
		return "won"
	}
	return "lost"
}

func scores(e Finished) string {
	var lines strings.Builder
	for _, p := range e.Players {
		fmt.Fprintf(&lines, "%s: %d\n", p.Name, e.Scores[p.ID])
	}
	return lines.String()
}
