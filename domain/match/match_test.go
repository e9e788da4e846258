package match_test

import (
	"testing"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	ann = match.Player{ID: "ann", Name: "Ann", Avatar: "🐶", Color: "#ffadad"}
	bob = match.Player{ID: "bob", Name: "Bob", Avatar: "🐱", Color: "#9bf6ff"}

	created   = match.Created{CreatedBy: "ann", Size: board.Small}
	annJoined = match.Joined{Player: ann}
	bobJoined = match.Joined{Player: bob}
	started   = match.Started{FirstPlayer: "bob", Players: []match.Player{ann, bob}}
	cancelled = match.Cancelled{Players: []match.Player{ann}}
	finished  = match.Finished{Winner: "ann", Scores: map[string]int{"ann": 5, "bob": 4}, Players: []match.Player{ann, bob}}
)

func given(events ...es.Event[match.Match]) estest.Past[match.Match] {
	return estest.Given(match.Aggregate, events...)
}

// The stages of a match's life.
var (
	none      = given()
	empty     = given(created)
	waiting   = given(created, annJoined)
	playing   = given(created, annJoined, bobJoined, started)
	isOff     = given(created, annJoined, cancelled)
	isOver    = given(created, annJoined, bobJoined, started, finished)
	overtaken = given(created, bobJoined) // bob was quicker than the saga that lets the creator in
)

func join(p match.Player) match.Join {
	return match.Join{MatchID: "m1", UserID: p.ID, Name: p.Name, Avatar: p.Avatar, Color: p.Color}
}

func TestCreate(t *testing.T) {
	create := match.Create{MatchID: "m1", CreatedBy: "ann", Size: board.Small}
	t.Run("OK", func(t *testing.T) {
		none.When(create).Then(t, created).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusNotStarted, Board: board.New(board.Small),
		})
	})
	t.Run("again", func(t *testing.T) {
		playing.When(create).ThenNothing(t)
	})
	t.Run("another with the same id", func(t *testing.T) {
		waiting.When(match.Create{MatchID: "m1", CreatedBy: "bob", Size: board.Small}).ThenRejected(t, match.ErrMatchExists)
		waiting.When(match.Create{MatchID: "m1", CreatedBy: "ann", Size: board.Large}).ThenRejected(t, match.ErrMatchExists)
	})
	t.Run("input", func(t *testing.T) {
		none.When(match.Create{CreatedBy: "ann", Size: board.Small}).ThenRejected(t, es.Invalid("matchId", ""))
		none.When(match.Create{MatchID: "m1", Size: board.Small}).ThenRejected(t, es.Invalid("createdBy", ""))
		none.When(match.Create{MatchID: "m1", CreatedBy: "ann"}).ThenRejected(t, es.Invalid("size", ""))
	})
}

func TestRequestJoin(t *testing.T) {
	request := func(user string) (match.RequestJoin, estest.Option) {
		return match.RequestJoin{MatchID: "m1", UserID: user}, estest.By(user)
	}
	t.Run("OK", func(t *testing.T) {
		waiting.When(request("bob")).Then(t, match.JoinRequested{UserID: "bob"})
	})
	t.Run("changes nothing yet", func(t *testing.T) {
		given(created, annJoined, match.JoinRequested{UserID: "bob"}).When(request("cat")).Then(t, match.JoinRequested{UserID: "cat"})
	})
	t.Run("no such match", func(t *testing.T) {
		none.When(request("bob")).ThenRejected(t, match.ErrNoSuchMatch)
	})
	t.Run("mend: nobody joins twice", func(t *testing.T) {
		waiting.When(request("ann")).ThenRejected(t, match.ErrAlreadyJoined)
		playing.When(request("bob")).ThenRejected(t, match.ErrAlreadyJoined)
	})
	t.Run("the creator is as good as in", func(t *testing.T) {
		empty.When(request("ann")).ThenRejected(t, match.ErrAlreadyJoined)
	})
	t.Run("mend: nobody joins a cancelled match", func(t *testing.T) {
		isOff.When(request("bob")).ThenRejected(t, match.ErrMatchCancelled)
	})
	t.Run("mend: nobody joins a full match", func(t *testing.T) {
		playing.When(request("cat")).ThenRejected(t, match.ErrMatchFull)
	})
	t.Run("nobody takes the creator's seat", func(t *testing.T) {
		overtaken.When(request("cat")).ThenRejected(t, match.ErrMatchFull)
	})
	t.Run("mend: nobody joins after the end", func(t *testing.T) {
		isOver.When(request("cat")).ThenRejected(t, match.ErrMatchIsOver)
		isOver.When(request("bob")).ThenRejected(t, match.ErrMatchIsOver)
	})
}

func TestJoin(t *testing.T) {
	cat := match.Player{ID: "cat", Name: "Cat"}
	t.Run("the first waits", func(t *testing.T) {
		empty.When(join(ann)).Then(t, annJoined).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusNotStarted, Board: board.New(board.Small), Players: []match.Player{ann},
		})
	})
	t.Run("the last joiner starts the match, and goes first", func(t *testing.T) {
		waiting.When(join(bob)).Then(t, bobJoined, started).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusPlaying, Board: board.New(board.Small),
			Players: []match.Player{ann, bob}, Next: "bob",
		})
	})
	t.Run("mend: the player's own name, avatar and color are used", func(t *testing.T) {
		anna := match.Player{ID: "ann", Name: "Anna", Avatar: "🦊", Color: "#fff"}
		empty.When(join(anna)).Then(t, match.Joined{Player: anna})
	})
	t.Run("the creator last", func(t *testing.T) {
		overtaken.When(join(ann)).Then(t, annJoined, match.Started{FirstPlayer: "ann", Players: []match.Player{bob, ann}})
	})
	t.Run("nobody takes the creator's seat", func(t *testing.T) {
		overtaken.When(join(cat)).ThenRejected(t, match.ErrMatchFull)
	})
	t.Run("mend: nobody joins twice", func(t *testing.T) {
		waiting.When(join(ann)).ThenNothing(t)
		playing.When(join(bob)).ThenNothing(t)
	})
	t.Run("mend: nobody joins a full match", func(t *testing.T) {
		playing.When(join(cat)).ThenRejected(t, match.ErrMatchFull)
	})
	t.Run("mend: nobody joins a cancelled match", func(t *testing.T) {
		isOff.When(join(bob)).ThenRejected(t, match.ErrMatchCancelled)
	})
	t.Run("nobody joins after the end, not even a player, whose place is free again", func(t *testing.T) {
		isOver.When(join(cat)).ThenRejected(t, match.ErrMatchIsOver)
		isOver.When(join(bob)).ThenRejected(t, match.ErrMatchIsOver)
		isOff.When(join(ann)).ThenRejected(t, match.ErrMatchCancelled)
	})
	t.Run("no such match", func(t *testing.T) {
		none.When(join(ann)).ThenRejected(t, match.ErrNoSuchMatch)
	})
	t.Run("input", func(t *testing.T) {
		empty.When(match.Join{UserID: "ann"}).ThenRejected(t, es.Invalid("matchId", ""))
		empty.When(match.Join{MatchID: "m1"}).ThenRejected(t, es.Invalid("userId", ""))
	})
}

func TestCancel(t *testing.T) {
	cancel, byAnn := match.Cancel{MatchID: "m1"}, estest.By("ann")
	t.Run("OK", func(t *testing.T) {
		waiting.When(cancel, byAnn).Then(t, cancelled).AndState(t, match.Match{
			CreatedBy: "ann", Size: board.Small, Status: match.StatusCancelled, Board: board.New(board.Small), Players: []match.Player{ann},
		})
	})
	t.Run("before the creator is in", func(t *testing.T) {
		empty.When(cancel, byAnn).Then(t, match.Cancelled{})
	})
	t.Run("mend: only the creator", func(t *testing.T) {
		waiting.When(cancel, estest.By("bob")).ThenRejected(t, match.ErrNotCreator)
		waiting.When(cancel, estest.By("root", es.RoleAdmin)).ThenRejected(t, match.ErrNotCreator)
		overtaken.When(cancel, estest.By("bob")).ThenRejected(t, match.ErrNotCreator)
	})
	t.Run("mend: only before the start", func(t *testing.T) {
		playing.When(cancel, byAnn).ThenRejected(t, match.ErrAlreadyStarted)
		isOver.When(cancel, byAnn).ThenRejected(t, match.ErrMatchIsOver)
	})
	t.Run("once", func(t *testing.T) {
		isOff.When(cancel, byAnn).ThenRejected(t, match.ErrMatchCancelled)
	})
	t.Run("no such match", func(t *testing.T) {
		none.When(cancel, byAnn).ThenRejected(t, match.ErrNoSuchMatch)
	})
}

func TestInternal(t *testing.T) {
	t.Run("mend: create, join and start for others are internal", func(t *testing.T) {
		for _, d := range []*es.CommandDecl{match.DoCreate, match.DoJoin} {
			if !d.IsInternal() || d.Role != es.RoleSystem {
				t.Errorf("%s can be sent by others than sagas", d.Name)
			}
		}
	})
}
