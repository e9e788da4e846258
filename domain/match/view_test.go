package match_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// minute is a time so many minutes after noon.
func minute(n int) time.Time { return estest.Noon.Add(time.Duration(n) * time.Minute) }

func at(n int) *time.Time {
	m := minute(n)
	return &m
}

// deadline is that of a turn that began so many minutes after noon.
func deadline(n int) *time.Time {
	d := minute(n).Add(3 * 24 * time.Hour)
	return &d
}

func scored(p match.Player, score int) match.Scored { return match.Scored{Player: p, Score: score} }

var (
	fresh = match.Record{
		ID: "m1", CreatedBy: "ann", Settings: match.Settings{Size: board.Small, Cells: 3, MaxPlayers: 2},
		Status: match.StatusNotStarted, CreatedAt: minute(0),
	}
	newest = es.Descending("2026-06-01T12:00:00.000Z m1")
	asOpen = es.Key{Index: "open", Partition: "all", Sort: newest}
	annsOf = es.Key{Index: "player", Partition: "ann", Sort: newest}
	bobsOf = es.Key{Index: "player", Partition: "bob", Sort: newest}
)

func TestRecords(t *testing.T) {
	show := func(later ...estest.Commit) estest.Shown[match.Record] {
		return estest.View(match.Records, append([]estest.Commit{of(created, annJoined)}, later...)...)
	}
	begun := of(bobJoined, started).At(minute(1))
	t.Run("created", func(t *testing.T) {
		estest.View(match.Records, of(created)).Is(t, fresh).ListedIn(t, asOpen)
	})
	t.Run("waiting", func(t *testing.T) {
		want := fresh
		want.Players = []match.Scored{scored(ann, 0)}
		show().Is(t, want).ListedIn(t, asOpen, annsOf)
		show(of(match.JoinRequested{UserID: "bob"})).Is(t, want).ListedIn(t, asOpen, annsOf)
	})
	t.Run("started: no longer open", func(t *testing.T) {
		want := fresh
		want.Status, want.NextPlayer, want.StartedAt = match.StatusPlaying, "bob", at(1)
		want.Deadline = deadline(1)
		want.Players = []match.Scored{scored(ann, 0), scored(bob, 0)}
		show(begun).Is(t, want).ListedIn(t, annsOf, bobsOf)
	})
	t.Run("cancelled: no longer open", func(t *testing.T) {
		want := fresh
		want.Status, want.FinishedAt, want.Players = match.StatusCancelled, at(1), []match.Scored{scored(ann, 0)}
		show(of(cancelled).At(minute(1))).Is(t, want).ListedIn(t, annsOf)
	})
	t.Run("turns have their time, line, player and cells; scores add up", func(t *testing.T) {
		first := turn(right(0, 0), "bob", "ann")
		second := turn(down(1, 0), "ann", "ann", board.Cell{X: 0, Y: 0}, board.Cell{X: 1, Y: 0})
		want := fresh
		want.Status, want.NextPlayer, want.StartedAt = match.StatusPlaying, "ann", at(1)
		want.Deadline = deadline(3)
		want.Players = []match.Scored{scored(ann, 2), scored(bob, 0)}
		want.Turns = []match.Turn{
			{Line: first.Line, Player: "bob", At: minute(2)},
			{Line: second.Line, Player: "ann", Captured: second.Captured, At: minute(3)},
		}
		show(begun, of(first).At(minute(2)), of(second).At(minute(3))).Is(t, want).ListedIn(t, annsOf, bobsOf)
	})
	t.Run("finished", func(t *testing.T) {
		want := fresh
		want.Status, want.StartedAt, want.FinishedAt, want.Winner = match.StatusFinished, at(1), at(2), "ann"
		want.Players = []match.Scored{scored(ann, 0), scored(bob, 0)}
		show(begun, of(finished).At(minute(2))).Is(t, want).ListedIn(t, annsOf, bobsOf)
	})
	t.Run("forfeited", func(t *testing.T) {
		want := fresh
		want.Status, want.StartedAt, want.FinishedAt, want.Winner = match.StatusFinished, at(1), at(2), "ann"
		want.ForfeitedBy = "bob"
		want.Players = []match.Scored{scored(ann, 0), scored(bob, 0)}
		show(begun, of(forfeited).At(minute(2))).Is(t, want).ListedIn(t, annsOf, bobsOf)
	})
}

func TestListings(t *testing.T) {
	joined := fresh
	joined.Players = []match.Scored{scored(bob, 0)}
	for name, test := range map[string]struct {
		query match.Open
		want  bool
	}{
		"everything":                  {match.Open{Invoker: "ann"}, true},
		"without those that I made":   {match.Open{Invoker: "ann", ExcludeMe: true}, false},
		"without those that I am in":  {match.Open{Invoker: "bob", ExcludeMe: true}, false},
		"without me, who isn't in it": {match.Open{Invoker: "cat", ExcludeMe: true}, true},
	} {
		if got := test.query.Keep(joined); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	t.Run("the queries read what the view lists", func(t *testing.T) {
		if index, partition := match.ListOpenMatches.Page(match.Open{}); index != asOpen.Index || partition != asOpen.Partition {
			t.Error(index, partition)
		}
		if index, partition := match.ListUserMatches.Page(match.OfUser{UserID: "ann"}); index != annsOf.Index || partition != annsOf.Partition {
			t.Error(index, partition)
		}
		if !match.ListUserMatches.Keep(match.OfUser{UserID: "ann"}, joined) {
			t.Error("a user's match is left out")
		}
	})
	t.Run("newest first", func(t *testing.T) {
		key := func(n int) string {
			created := estest.View(match.Records, of(created).At(minute(n)))
			created.ListedIn(t, es.Key{Index: "open", Partition: "all", Sort: estest.AnyString})
			record := fresh
			record.CreatedAt = minute(n)
			return match.Records.Keys(record)[0].Sort
		}
		if key(2) >= key(1) || key(60*24*400) >= key(2) {
			t.Error("a later match stands behind an earlier one")
		}
	})
}
