package user_test

import (
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	created = user.Created{Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
	ann     = user.User{Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
)

func given(events ...es.Event[user.User]) estest.Past[user.User] {
	return estest.Given(user.Aggregate, append([]es.Event[user.User]{created}, events...)...)
}

func requested(matchID string) user.MatchRequested {
	return user.MatchRequested{MatchID: matchID, UserID: "ann", Size: board.Small, Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
}

func entered(matchID string) user.MatchEntered {
	return user.MatchEntered{MatchID: matchID, UserID: "ann", Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
}

func in(matches ...string) user.User {
	u := ann
	u.Matches = matches
	return u
}

func TestCreate(t *testing.T) {
	nobody := estest.Given(user.Aggregate)
	create := user.Create{UserID: "ann", Name: "  Ann "}
	t.Run("OK", func(t *testing.T) {
		nobody.When(create, estest.By("ann")).Then(t, created).AndState(t, ann)
	})
	t.Run("looks are drawn by lot", func(t *testing.T) {
		lot := estest.Entropy(0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 18)
		nobody.When(create, estest.By("ann"), lot).Then(t, user.Created{Name: "Ann", Avatar: "🐱", Color: "#ffd6a5"})
	})
	t.Run("once", func(t *testing.T) {
		given().When(create, estest.By("ann")).ThenRejected(t, user.ErrUserExists)
	})
	for name, wrong := range wrongNames {
		t.Run(name, func(t *testing.T) {
			nobody.When(user.Create{UserID: "ann", Name: wrong}, estest.By("ann")).ThenRejected(t, es.Invalid("name", ""))
		})
	}
	t.Run("fifty characters, of whatever length", func(t *testing.T) {
		name := strings.Repeat("ü", 50)
		nobody.When(user.Create{UserID: "ann", Name: name}, estest.By("ann")).Then(t, user.Created{Name: name, Avatar: estest.AnyString, Color: estest.AnyString})
	})
}

var wrongNames = map[string]string{
	"no name":                "",
	"a name of space":        " \t ",
	"51 characters":          strings.Repeat("x", 51),
	"control characters":     "An\x07n",
	"a line break in a name": "Ann\nBob",
}

func TestSetName(t *testing.T) {
	rename := user.SetName{UserID: "ann", Name: " Anna "}
	t.Run("mend: the fold keeps the new name", func(t *testing.T) {
		want := ann
		want.Name = "Anna"
		given().When(rename, estest.By("ann")).Then(t, user.NameSet{Name: "Anna"}).AndState(t, want)
	})
	t.Run("the same name", func(t *testing.T) {
		given().When(user.SetName{UserID: "ann", Name: "Ann"}, estest.By("ann")).ThenNothing(t)
	})
	t.Run("mend: only the owner may act on a user", func(t *testing.T) {
		given().When(rename, estest.By("bob")).ThenRejected(t, user.ErrNotYours)
		given().When(rename, estest.By("root", es.RoleAdmin, es.RoleWrite)).ThenRejected(t, user.ErrNotYours)
		given().When(rename).ThenRejected(t, user.ErrNotYours)
	})
	t.Run("no such user", func(t *testing.T) {
		estest.Given(user.Aggregate).When(rename, estest.By("ann")).ThenRejected(t, user.ErrNoSuchUser)
	})
	for name, wrong := range wrongNames {
		t.Run(name, func(t *testing.T) {
			given().When(user.SetName{UserID: "ann", Name: wrong}, estest.By("ann")).ThenRejected(t, es.Invalid("name", ""))
		})
	}
}

func TestRequestMatch(t *testing.T) {
	request := user.RequestMatch{UserID: "ann", Size: board.Small}
	t.Run("OK", func(t *testing.T) {
		given().When(request, estest.By("ann"), estest.ID("m1")).
			Then(t, requested("m1")).
			AndState(t, in("m1")).
			AndAnswer(t, user.MatchID{MatchID: "m1"})
	})
	t.Run("mend: the user's own name, avatar and color, as they are now", func(t *testing.T) {
		want := requested("m1")
		want.Name = "Anna"
		given(user.NameSet{Name: "Anna"}).When(request, estest.By("ann"), estest.ID("m1")).Then(t, want)
	})
	t.Run("mend: three active matches, truly counted", func(t *testing.T) {
		three := []es.Event[user.User]{requested("m1"), entered("m2"), requested("m3")}
		given(three[:2]...).When(request, estest.By("ann"), estest.ID("m3")).Then(t, requested("m3")).AndState(t, in("m1", "m2", "m3"))
		given(three...).When(request, estest.By("ann")).ThenRejected(t, user.ErrTooManyMatches).AndState(t, in("m1", "m2", "m3"))
		given(append(three, user.MatchLeft{MatchID: "m2"})...).When(request, estest.By("ann"), estest.ID("m4")).
			Then(t, requested("m4")).AndState(t, in("m1", "m3", "m4"))
	})
	t.Run("mend: only the owner may act on a user", func(t *testing.T) {
		given().When(request, estest.By("bob")).ThenRejected(t, user.ErrNotYours)
	})
	t.Run("no such user", func(t *testing.T) {
		estest.Given(user.Aggregate).When(request, estest.By("ann")).ThenRejected(t, user.ErrNoSuchUser)
	})
	t.Run("no such size", func(t *testing.T) {
		given().When(user.RequestMatch{UserID: "ann", Size: "huge"}, estest.By("ann")).ThenRejected(t, es.Invalid("size", ""))
	})
}

func TestEnterMatch(t *testing.T) {
	enter := user.EnterMatch{UserID: "ann", MatchID: "m1"}
	t.Run("OK", func(t *testing.T) {
		given().When(enter).Then(t, entered("m1")).AndState(t, in("m1"))
	})
	t.Run("already in it", func(t *testing.T) {
		given(entered("m1")).When(enter).ThenNothing(t)
		given(requested("m1"), entered("m2"), entered("m3")).When(enter).ThenNothing(t)
	})
	t.Run("mend: three active matches, truly counted", func(t *testing.T) {
		given(requested("m2"), entered("m3"), entered("m4")).When(enter).ThenRejected(t, user.ErrTooManyMatches)
	})
	t.Run("no such user", func(t *testing.T) {
		estest.Given(user.Aggregate).When(enter).ThenRejected(t, user.ErrNoSuchUser)
	})
	t.Run("input", func(t *testing.T) {
		given().When(user.EnterMatch{MatchID: "m1"}).ThenRejected(t, es.Invalid("userId", ""))
		given().When(user.EnterMatch{UserID: "ann"}).ThenRejected(t, es.Invalid("matchId", ""))
	})
}

func TestLeaveMatch(t *testing.T) {
	leave := user.LeaveMatch{UserID: "ann", MatchID: "m1", Reason: "finished"}
	t.Run("OK", func(t *testing.T) {
		given(entered("m1"), entered("m2")).When(leave).
			Then(t, user.MatchLeft{MatchID: "m1", Reason: "finished"}).
			AndState(t, in("m2"))
	})
	t.Run("not in it", func(t *testing.T) {
		given(entered("m2")).When(leave).ThenNothing(t)
	})
	t.Run("no such user", func(t *testing.T) {
		estest.Given(user.Aggregate).When(leave).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		given().When(user.LeaveMatch{MatchID: "m1"}).ThenRejected(t, es.Invalid("userId", ""))
		given().When(user.LeaveMatch{UserID: "ann"}).ThenRejected(t, es.Invalid("matchId", ""))
	})
}

func TestProfiles(t *testing.T) {
	profile := user.Profile{ID: "ann", Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
	t.Run("created", func(t *testing.T) {
		estest.View(user.Profiles, estest.Committed(user.Aggregate, "ann", created)).Is(t, profile).ListedIn(t)
	})
	t.Run("mend: the view keeps the new name", func(t *testing.T) {
		renamed := profile
		renamed.Name = "Anna"
		estest.View(user.Profiles, estest.Committed(user.Aggregate, "ann", created, requested("m1"), user.NameSet{Name: "Anna"})).Is(t, renamed)
	})
}

func TestSearch(t *testing.T) {
	if text := user.Profiles.Text(user.Profile{ID: "ann", Name: "Ann"}); text != "Ann" {
		t.Errorf("a user is found by %q", text)
	}
}
