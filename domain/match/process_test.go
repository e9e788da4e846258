package match_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// world runs the context without any of the care that the engine takes: sagas see the commits of different streams in any
// order, die between one act and the next, see some commits again, and whatever they send is decided again then.
type world struct {
	*rapid.T
	streams map[es.StreamID][]es.Commit
	queues  map[string][]es.Commit // by saga and stream, which is how far order goes
	seen    map[string][]es.Commit // by saga
	matches []string
}

func (w *world) send(d *es.CommandDecl, command any, by string) error {
	if err := d.Validate(command); err != nil {
		w.Fatalf("%s: %v", d.Name, err)
	}
	stream := d.StreamOf(command)
	decision, err := d.Decide(w.state(d.Aggregate, stream), command, es.Env{
		Now: estest.Noon, Invoker: es.Identity{User: by}, ID: fmt.Sprint("m", len(w.matches)),
	})
	if err != nil || len(decision.Events) == 0 {
		return err
	}
	commit := es.Commit{Stream: stream, Version: 1, Events: decision.Events}
	if before := w.streams[stream]; len(before) > 0 {
		commit.Version = before[len(before)-1].Last() + 1
	}
	w.streams[stream] = append(w.streams[stream], commit)
	for _, s := range match.Context.Sagas {
		if slices.Contains(s.Listens, stream.Category()) {
			w.queues[s.Name+" "+string(stream)] = append(w.queues[s.Name+" "+string(stream)], commit)
		}
	}
	return nil
}

func (w *world) state(a es.Folder, stream es.StreamID) any {
	var state any
	for _, c := range w.streams[stream] {
		var err error
		if state, err = a.Fold(state, c); err != nil {
			w.Fatal(err)
		}
	}
	return state
}

// deliver gives one saga one commit, any that is next for it, and reports whether there was one.
func (w *world) deliver() bool {
	var waiting []string
	for name, queue := range w.queues {
		if len(queue) > 0 {
			waiting = append(waiting, name)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	slices.Sort(waiting)
	name := rapid.SampledFrom(waiting).Draw(w.T, "delivery")
	commit := w.queues[name][0]
	for _, s := range match.Context.Sagas {
		if s.Name+" "+string(commit.Stream) == name && w.react(s, commit) {
			w.seen[s.Name] = append(w.seen[s.Name], commit)
			w.queues[name] = w.queues[name][1:]
		}
	}
	return true
}

// redeliver gives one saga a commit that it has seen.
func (w *world) redeliver() {
	s := rapid.SampledFrom(match.Context.Sagas).Draw(w.T, "saga")
	if seen := w.seen[s.Name]; len(seen) > 0 {
		w.react(s, rapid.SampledFrom(seen).Draw(w.T, "again"))
	}
}

// react is not done when the saga dies on the way.
func (w *world) react(s *es.Saga, c es.Commit) (done bool) {
	for i := range c.Events {
		acts, err := s.React(c, i)
		if err != nil {
			w.Fatal(err)
		}
		if !w.act(acts) {
			return false
		}
	}
	return true
}

func (w *world) act(acts []es.Act) (done bool) {
	for i, a := range acts {
		if a.Send == nil {
			continue
		}
		if i > 0 && rapid.IntRange(0, 2).Draw(w.T, "dies") == 1 {
			return false
		}
		err := w.send(a.Send, a.Command, "")
		var refusal *es.Rejection
		if errors.As(err, &refusal) {
			return a.Otherwise == nil || w.act(a.Otherwise(refusal))
		}
	}
	return true
}

func (w *world) user(id string) user.User {
	u, _ := w.state(user.Aggregate, es.NewStreamID("user", id)).(user.User)
	return u
}

func (w *world) match(id string) match.Match {
	m, _ := w.state(match.Aggregate, es.NewStreamID("match", id)).(match.Match)
	return m
}

// something is what a user does; most of it is refused, which is as good.
func (w *world) something(id string) {
	matchID := rapid.SampledFrom(append([]string{"none"}, w.matches[max(0, len(w.matches)-4):]...)).Draw(w.T, "match")
	switch rapid.SampledFrom([]string{"request", "join", "join", "join", "cancel", "play"}).Draw(w.T, "what") {
	case "request":
		if w.send(user.DoRequestMatch, user.RequestMatch{UserID: id, Size: board.Small}, id) == nil {
			w.matches = append(w.matches, fmt.Sprint("m", len(w.matches)))
		}
	case "join":
		_ = w.send(match.DoRequestJoin, match.RequestJoin{MatchID: matchID, UserID: id}, id)
	case "cancel":
		_ = w.send(match.DoCancel, match.Cancel{MatchID: matchID}, id)
	case "play": // to the end
		for _, c := range lines(board.Small) {
			c.MatchID = matchID
			_ = w.send(match.DoTakeTurn, c, w.match(matchID).Next)
		}
	}
}

// settled makes sure that the places that users have taken are just those of the matches that they are in.
func (w *world) settled(users []string) {
	for _, id := range users {
		var active []string
		for _, matchID := range w.matches {
			m := w.match(matchID)
			isIn := slices.ContainsFunc(m.Players, func(p match.Player) bool { return p.ID == id })
			if isIn && (m.Status == match.StatusNotStarted || m.Status == match.StatusPlaying) {
				active = append(active, matchID)
			}
			if m.CreatedBy == id && !isIn && m.Status != match.StatusCancelled {
				w.Fatalf("%s created %s and is not in it: %+v", id, matchID, m)
			}
		}
		taken := slices.Sorted(slices.Values(w.user(id).Matches))
		if slices.Sort(active); !slices.Equal(active, taken) {
			w.Fatalf("%s has places for %v, and is in %v", id, taken, active)
		}
	}
}

func TestNothingIsLeftHalfDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{T: t, streams: map[es.StreamID][]es.Commit{}, queues: map[string][]es.Commit{}, seen: map[string][]es.Commit{}}
		users := []string{"ann", "bob", "cat", "dan"}
		for _, id := range users {
			if err := w.send(user.DoCreate, user.Create{UserID: id, Name: id}, id); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				w.something(rapid.SampledFrom(users).Draw(t, "who"))
			case 2, 3:
				w.deliver()
			default:
				w.redeliver()
			}
			for _, id := range users {
				if n := len(w.user(id).Matches); n > user.MaxMatches {
					t.Fatalf("mend: three active matches, truly counted: %s has %d", id, n)
				}
			}
		}
		for w.deliver() {
		}
		w.settled(users)
	})
}
