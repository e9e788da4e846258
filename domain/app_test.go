package domain_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
)

// What stands in stored events and in the hands of clients is theirs: a change of these lists is a change of the API.

func TestWireNames(t *testing.T) {
	got := map[string][]string{}
	for _, c := range domain.App.Contexts {
		for _, a := range c.Aggregates {
			got[a.Category()] = a.Events()
		}
	}
	want := map[string][]string{
		"account": {"Registered", "LoggedIn", "LoginFailed", "RoleGranted", "RoleRevoked"},
		"user":    {"UserCreated", "UserNameSet", "MatchRequested", "MatchEntered", "MatchLeft"},
		"match": {
			"MatchCreated", "JoinRequested", "MatchJoined", "MatchStarted", "MatchCancelled", "TurnTaken", "MatchFinished",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the names of events change (-want +got):\n%s", diff)
	}
}

func TestRoutes(t *testing.T) {
	got := map[string]string{}
	for _, d := range domain.App.Commands() {
		got[d.Name] = d.Route + " " + d.Role
	}
	for _, d := range domain.App.Queries() {
		got[d.Name] = d.Route + " " + d.Role
	}
	want := map[string]string{
		"register":          "POST /register ",
		"log-in":            "POST /login ",
		"grant-role":        "POST /users/{userId}/roles admin",
		"revoke-role":       "DELETE /users/{userId}/roles/{role} admin",
		"appoint-admin":     " system",
		"create-user":       "POST /users write",
		"set-user-name":     "PUT /users/{userId}/name write",
		"request-match":     "POST /users/{userId}/match-requests write",
		"enter-match":       " system",
		"leave-match":       " system",
		"create-match":      " system",
		"join-match":        " system",
		"request-join":      "POST /matches/{matchId}/join-requests write",
		"cancel-match":      "POST /matches/{matchId}/cancellation write",
		"take-turn":         "POST /matches/{matchId}/turns write",
		"get-user":          "GET /users/{userId} read",
		"get-match":         "GET /matches/{matchId} read",
		"list-open-matches": "GET /matches read",
		"list-user-matches": "GET /users/{userId}/matches read",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the API changes (-want +got):\n%s", diff)
	}
}

func TestConsumers(t *testing.T) {
	var got []string
	for _, v := range domain.App.Views() {
		got = append(got, v.Name)
	}
	for _, s := range domain.App.Sagas() {
		got = append(got, s.Name)
	}
	want := []string{"users", "matches", "match-creation", "match-joining", "match-ending", "match-mails"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the consumers change, and with them their queues and checkpoints (-want +got):\n%s", diff)
	}
}

func TestCodes(t *testing.T) {
	want := map[string]*es.Rejection{
		"EmailTaken": identity.ErrEmailTaken, "AccountAlreadyExists": identity.ErrAccountExists, "NoSuchAccount": identity.ErrNoSuchAccount,
		"InvalidLogin": identity.ErrInvalidLogin, "TooManyTries": identity.ErrTooManyTries, "RepeatedLogin": identity.ErrRepeatedLogin,
		"OwnRole": identity.ErrOwnRole,

		"NoSuchUser": user.ErrNoSuchUser, "UserAlreadyExists": user.ErrUserExists, "NotYours": user.ErrNotYours,
		"TooManyMatches": user.ErrTooManyMatches,

		"NoSuchMatch": match.ErrNoSuchMatch, "MatchAlreadyExists": match.ErrMatchExists, "NotCreator": match.ErrNotCreator,
		"NotAPlayer": match.ErrNotAPlayer, "AlreadyJoined": match.ErrAlreadyJoined, "MatchFull": match.ErrMatchFull,
		"NotStarted": match.ErrNotStarted, "AlreadyStarted": match.ErrAlreadyStarted, "MatchCancelled": match.ErrMatchCancelled,
		"MatchIsOver": match.ErrMatchIsOver, "NotYourTurn": match.ErrNotYourTurn, "LineTaken": match.ErrLineTaken,
		"OutOfBounds": match.ErrOutOfBounds,
	}
	kinds := []es.Kind{es.KindInvalid, es.KindUnauthenticated, es.KindForbidden, es.KindNotFound, es.KindConflict, es.KindTooMany}
	for code, refusal := range want {
		if refusal.Code != code || refusal.Detail == "" || !slices.Contains(kinds, refusal.Kind) {
			t.Errorf("the refusal %s is %+v", code, refusal)
		}
	}
}

func TestPrivacy(t *testing.T) {
	for category, want := range map[string]bool{"account": true, "user": false, "match": false} {
		if got := domain.App.Aggregate(category).IsPrivate(); got != want {
			t.Errorf("%s is private: %v", category, got)
		}
	}
}
