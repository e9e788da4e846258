package room_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var names = []string{"ann", "bob", "cat"}

// arcade is the context's world, with the ids of the rooms that were opened.
type arcade struct {
	*estest.World
	rooms []string
}

func newArcade(t *rapid.T) *arcade {
	a := &arcade{World: estest.NewWorld(t, room.Context)}
	a.KeepRefusals()
	return a
}

// something is what a player does; if it is refused, so much the better.
func (a *arcade) something(name string) {
	by := estest.By(account.Subject(name))
	switch rapid.SampledFrom([]string{"open", "pay", "pay", "die", "die", "die", "exit", "act"}).Draw(a.T, "what") {
	case "open":
		id := fmt.Sprint("r", len(a.rooms))
		invited := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, len(names), rapid.ID).Draw(a.T, "players")
		if err := a.Do(room.DoOpen, room.Open{RoomID: id, PlayerIDs: invited}, by); err != nil {
			a.Fatal(err)
		}
		a.rooms = append(a.rooms, id)
	case "pay":
		_ = a.Do(player.DoReceivePayment, player.ReceivePayment{Username: name, Amount: "1.50"}, by)
	case "die":
		_ = a.Do(player.DoDie, player.Die{Username: name}, by)
	case "exit":
		_ = a.Do(player.DoExitGame, player.ExitGame{Username: name}, by)
	case "act":
		if len(a.rooms) > 0 {
			_ = a.Do(room.DoAct, room.Act{RoomID: rapid.SampledFrom(a.rooms).Draw(a.T, "room"), Action: "jumps"}, by)
		}
	}
}

// fate is all that has become of a player.
type fate struct {
	player.Player
	lastDeath, lastExit time.Time
	spent               []player.LifeSpent
}

// fateOf makes sure that no payment is lost, and that lives are just those that were granted and not spent.
func (a *arcade) fateOf(name string) fate {
	f := fate{Player: estest.StateOf(a.World, player.Aggregate, name)}
	outcomes, lives := map[string]int{}, 0
	for _, c := range a.Commits(es.NewStreamID(account.Category, name)) {
		for i := range c.Events {
			e, err := player.Aggregate.Read(c, i)
			if err != nil {
				a.Fatal(err)
			}
			switch e := e.(type) {
			case player.PaymentReceived:
				outcomes[e.PaymentID] += 0
			case player.LivesGranted:
				outcomes[e.PaymentID]++
				lives += e.Lives
			case player.PaymentRefunded:
				outcomes[e.PaymentID]++
			case player.Died:
				f.lastDeath = c.Time
			case player.Exited:
				f.lastExit = c.Time
			case player.LifeSpent:
				lives--
				if n := len(f.spent); n > 0 && f.spent[n-1].Death >= e.Death {
					a.Fatalf("%s pays twice for death %d", name, e.Death)
				}
				f.spent = append(f.spent, e)
			}
			if lives < 0 {
				a.Fatalf("%s has %d lives", name, lives)
			}
		}
	}
	for id, n := range outcomes {
		if n != 1 {
			a.Fatalf("%s's payment %s is settled %d times", name, id, n)
		}
	}
	if f.Lives != lives {
		a.Fatalf("%s has %d lives, want %d", name, f.Lives, lives)
	}
	return f
}

// settled makes sure that whoever is in a room is there by right and on their feet, and whoever is not has left, or died
// without a life.
func (a *arcade) settled() {
	fates := map[string]fate{}
	for _, name := range names {
		fates[name] = a.fateOf(name)
	}
	for _, id := range a.rooms {
		opened := a.Commits(es.NewStreamID("room", id))[0].Time
		for _, seat := range estest.StateOf(a.World, room.Aggregate, id).Seats {
			f := fates[seat.PlayerID]
			state := estest.StateOf(a.World, room.Aggregate, id)
			switch {
			case seat.Fallen != seat.Risen:
				a.Fatalf("%s: %+v is left down", id, seat)
			case state.Status != room.StatusOpen:
			case f.lastDeath.After(opened) && (f.Settled != f.Deaths || seat.Risen != f.Deaths):
				a.Fatalf("%s: %+v has missed a death of %+v", id, seat, f)
			case f.lastExit.After(opened):
				a.Fatalf("%s: %+v has left the game", id, seat)
			}
		}
		a.history(id, fates)
	}
}

// history makes sure that everything in a room happened once, in time, and for a reason.
func (a *arcade) history(id string, fates map[string]fate) {
	var opened time.Time
	tick, closed, risen, fallen := 0, false, map[string]int{}, map[string]int{}
	for _, c := range a.Commits(es.NewStreamID("room", id)) {
		if closed {
			a.Fatalf("%s goes on after its end", id)
		}
		for i := range c.Events {
			e, err := room.Aggregate.Read(c, i)
			if err != nil {
				a.Fatal(err)
			}
			switch e := e.(type) {
			case room.Opened:
				opened = c.Time
			case room.Ticked:
				if tick++; e.Tick != tick || c.Time.Before(opened.Add(time.Duration(tick)*room.TickTime)) {
					a.Fatalf("%s: tick %d at %v, opened at %v", id, e.Tick, c.Time, opened)
				}
			case room.Fell:
				fallen[e.PlayerID] = e.Death
			case room.Respawned:
				if f := fates[e.PlayerID]; e.Death <= risen[e.PlayerID] || e.Death > f.Settled {
					a.Fatalf("%s: %s is back from death %d for nothing: %+v", id, e.PlayerID, e.Death, f)
				}
				risen[e.PlayerID] = e.Death
			case room.Ejected:
				wasted := slices.ContainsFunc(fates[e.PlayerID].spent, func(s player.LifeSpent) bool {
					return s.RoomID == id && s.Death >= fallen[e.PlayerID]
				})
				if e.Reason == player.ErrNoLivesLeft.Code && wasted {
					a.Fatalf("%s: %s is ejected, and yet a life is spent", id, e.PlayerID)
				}
			case room.Closed:
				closed = true
			}
		}
	}
}

// over makes sure that left to themselves all rooms close, their clocks stop, and nobody listens any more.
func (a *arcade) over() {
	for range 2 * room.IdleTicks {
		a.Pass(room.TickTime)
		a.Settle()
	}
	if due := a.NextTimer(); !due.IsZero() {
		a.Fatalf("a clock goes on: %v", due)
	}
	for _, id := range a.rooms {
		if r := estest.StateOf(a.World, room.Aggregate, id); r.Status != room.StatusClosed {
			a.Fatalf("%s stays open: %+v", id, r)
		}
	}
	for _, name := range names {
		for id, l := range estest.StateOf(a.World, es.Audiences, room.Ears.Name+"."+account.Subject(name)) {
			if !l.Ended {
				a.Fatalf("%s still listens to %s", id, name)
			}
		}
	}
}

func TestNothingIsLeftHalfDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newArcade(t)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			a.Pass(time.Millisecond)
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1:
				a.something(rapid.SampledFrom(names).Draw(t, "who"))
			case 2:
				a.Pass(time.Duration(rapid.IntRange(0, 15).Draw(t, "seconds")) * time.Second)
			default:
				a.Step()
			}
		}
		a.Pass(time.Millisecond)
		a.Settle()
		a.settled()
		a.over()
		a.settled()
	})
}
