package player_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var byAnn = estest.By(account.Subject("ann"))

func given(events ...es.Event[player.Player]) estest.Past[player.Player] {
	return estest.Given(player.Aggregate, events...)
}

func received(id, amount string, lives, then int) player.PaymentReceived {
	return player.PaymentReceived{PaymentID: id, Amount: amount, Lives: lives, LivesThen: then}
}

func TestReceivePayment(t *testing.T) {
	pay := func(amount string) player.ReceivePayment {
		return player.ReceivePayment{Username: "Ann", Amount: amount}
	}
	for _, offer := range []struct {
		amounts string
		kept    string
		lives   int
	}{
		{"1.50 1.5 01.50", "1.50", 1},
		{"3 3.0 3.00", "3.00", 2},
		{"20 20.00 0020", "20.00", 25},
	} {
		for amount := range strings.FieldsSeq(offer.amounts) {
			t.Run("$"+amount, func(t *testing.T) {
				given(player.LivesGranted{Lives: 7}).When(pay(amount), byAnn, estest.ID("p1")).
					Then(t, received("p1", offer.kept, offer.lives, 7)).
					AndState(t, player.Player{
						Lives: 7, Pending: []player.Payment{{ID: "p1", Amount: offer.kept, Lives: offer.lives, LivesThen: 7}},
					}).
					AndAnswer(t, player.PaymentID{PaymentID: "p1"})
			})
		}
	}
	t.Run("other amounts buy nothing", func(t *testing.T) {
		for _, amount := range []string{"0", "1", "1.49", "1.51", "2", "15", "150", "3.01", "19.99", "20.01", "200", "999999999.99"} {
			given().When(pay(amount), byAnn).ThenRejected(t, player.ErrAmountNotOffered)
		}
	})
	t.Run("what is no amount", func(t *testing.T) {
		for _, amount := range []string{
			"", " 3", "3 ", "-3", "+3", "3.", ".5", "3.000", "3,00", "3e0", "0x3", "$3", "3.0.0", "1_000", "NaN", "٣", "3\n", "1000000000",
		} {
			given().When(pay(amount), byAnn).ThenRejected(t, es.Invalid("amount", ""))
		}
	})
	t.Run("only the owner", func(t *testing.T) {
		for _, other := range []string{"ann", "account-bob", "", "account-Ann"} {
			given().When(pay("3"), estest.By(other)).ThenRejected(t, player.ErrNotYours)
		}
	})
	t.Run("no such name", func(t *testing.T) {
		given().When(player.ReceivePayment{Username: "a b", Amount: "3"}, byAnn).ThenRejected(t, es.Invalid("username", ""))
	})
}

// No amount but the three buys anything, in whatever way it is written.
func TestAmountsAreExact(t *testing.T) {
	lives := map[int]int{150: 1, 300: 2, 2000: 25}
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.OneOf(rapid.SampledFrom([]int{149, 150, 151, 300, 2000}), rapid.IntRange(0, 99999999999)).Draw(t, "cents")
		amount := fmt.Sprintf("%d.%02d", cents/100, cents%100)
		if rapid.Bool().Draw(t, "short") {
			amount = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(amount, "0"), "0"), ".")
		}
		amount = strings.Repeat("0", rapid.IntRange(0, 3).Draw(t, "zeros")) + amount
		c := player.ReceivePayment{Username: "ann", Amount: amount}
		if err := c.Validate(); err != nil {
			t.Fatalf("%q: %v", amount, err)
		}
		events, err := c.Decide(player.Player{}, es.Env{Invoker: es.Identity{User: account.Subject("ann")}})
		switch {
		case lives[cents] == 0 && err == nil:
			t.Fatalf("%q buys %v", amount, events)
		case lives[cents] > 0 && err != nil:
			t.Fatalf("%q: %v", amount, err)
		case lives[cents] > 0:
			e := events[0].(player.PaymentReceived)
			if e.Lives != lives[cents] || e.Amount != fmt.Sprintf("%d.%02d", cents/100, cents%100) {
				t.Fatalf("%q: %+v", amount, e)
			}
		}
	})
}

func TestGrantLives(t *testing.T) {
	grant := player.GrantLives{Username: "ann", PaymentID: "p1"}
	granted := player.LivesGranted{PaymentID: "p1", Lives: 2}
	t.Run("the lives are what they were at purchase", func(t *testing.T) {
		given(received("p1", "3.00", 2, 0)).When(grant).Then(t, granted).AndState(t, player.Player{Lives: 2})
	})
	t.Run("they are not: the money goes back", func(t *testing.T) {
		given(received("p2", "1.50", 1, 0), received("p1", "3.00", 2, 0), player.LivesGranted{PaymentID: "p2", Lives: 1}).When(grant).
			Then(t, player.PaymentRefunded{PaymentID: "p1", Amount: "3.00"}).
			AndState(t, player.Player{Lives: 1})
	})
	t.Run("they are less", func(t *testing.T) {
		given(player.LivesGranted{Lives: 5}, received("p1", "3.00", 2, 5), player.Died{Death: 1}, player.LifeSpent{RoomID: "r1", Death: 1}).
			When(grant).Then(t, player.PaymentRefunded{PaymentID: "p1", Amount: "3.00"})
	})
	t.Run("once", func(t *testing.T) {
		given(received("p1", "3.00", 2, 0), granted).When(grant).ThenNothing(t)
		given(received("p1", "3.00", 2, 0), player.PaymentRefunded{PaymentID: "p1", Amount: "3.00"}).When(grant).ThenNothing(t)
	})
	t.Run("no such payment", func(t *testing.T) {
		given(received("p2", "3.00", 2, 0)).When(grant).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		given().When(player.GrantLives{Username: "ann"}).ThenRejected(t, es.Invalid("paymentId", ""))
		given().When(player.GrantLives{PaymentID: "p1"}).ThenRejected(t, es.Invalid("username", ""))
	})
}

func TestDie(t *testing.T) {
	die := player.Die{Username: "Ann"}
	t.Run("OK", func(t *testing.T) {
		given().When(die, byAnn).Then(t, player.Died{Death: 1}).AndState(t, player.Player{Deaths: 1})
	})
	t.Run("deaths are numbered", func(t *testing.T) {
		given(player.Died{Death: 1}, player.Exited{}).When(die, byAnn).Then(t, player.Died{Death: 2})
	})
	t.Run("only the owner", func(t *testing.T) {
		given().When(die, estest.By("account-bob")).ThenRejected(t, player.ErrNotYours)
		given().When(die, estest.By("root", es.RoleAdmin, es.RoleWrite)).ThenRejected(t, player.ErrNotYours)
		given().When(die).ThenRejected(t, player.ErrNotYours)
	})
	t.Run("input", func(t *testing.T) {
		given().When(player.Die{}, byAnn).ThenRejected(t, es.Invalid("username", ""))
	})
}

func TestExitGame(t *testing.T) {
	exit := player.ExitGame{Username: "ann"}
	t.Run("OK", func(t *testing.T) {
		given().When(exit, byAnn).Then(t, player.Exited{})
	})
	t.Run("a death before it does not matter any more", func(t *testing.T) {
		given(player.Died{Death: 1}).When(exit, byAnn).Then(t, player.Exited{}).AndState(t, player.Player{Deaths: 1, Settled: 1})
	})
	t.Run("only the owner", func(t *testing.T) {
		given().When(exit, estest.By("account-bob")).ThenRejected(t, player.ErrNotYours)
	})
	t.Run("input", func(t *testing.T) {
		given().When(player.ExitGame{}, byAnn).ThenRejected(t, es.Invalid("username", ""))
	})
}

func TestSpendLife(t *testing.T) {
	spend := player.SpendLife{Username: "ann", RoomID: "r1", Death: 1}
	two, died := player.LivesGranted{PaymentID: "p1", Lives: 2}, player.Died{Death: 1}
	spent := player.LifeSpent{RoomID: "r1", Death: 1}
	t.Run("OK", func(t *testing.T) {
		given(two, died).When(spend).Then(t, spent).AndState(t, player.Player{Lives: 1, Deaths: 1, Settled: 1})
	})
	t.Run("none left", func(t *testing.T) {
		given(died).When(spend).ThenRejected(t, player.ErrNoLivesLeft)
	})
	t.Run("once for a death, in whichever room", func(t *testing.T) {
		given(two, died, spent).When(spend).ThenNothing(t)
		given(two, died, spent).When(player.SpendLife{Username: "ann", RoomID: "r2", Death: 1}).ThenNothing(t)
	})
	t.Run("one life for all deaths since the last one", func(t *testing.T) {
		late := player.LifeSpent{RoomID: "r1", Death: 2}
		given(two, died, player.Died{Death: 2}).When(spend).Then(t, late)
		given(two, died, player.Died{Death: 2}, late).When(player.SpendLife{Username: "ann", RoomID: "r1", Death: 2}).ThenNothing(t)
	})
	t.Run("none for who has left", func(t *testing.T) {
		given(two, died, player.Exited{}).When(spend).ThenNothing(t)
	})
	t.Run("input", func(t *testing.T) {
		given().When(player.SpendLife{RoomID: "r1", Death: 1}).ThenRejected(t, es.Invalid("username", ""))
		given().When(player.SpendLife{Username: "ann", Death: 1}).ThenRejected(t, es.Invalid("roomId", ""))
		given().When(player.SpendLife{Username: "ann", RoomID: "r1"}).ThenRejected(t, es.Invalid("death", ""))
	})
}

func TestInternal(t *testing.T) {
	for _, d := range []*es.CommandDecl{player.DoGrantLives, player.DoSpendLife} {
		if !d.IsInternal() || d.Role != es.RoleSystem {
			t.Errorf("%s can be sent by others than sagas", d.Name)
		}
	}
}

func TestPayments(t *testing.T) {
	paid := estest.Committed(player.Aggregate, "ann", received("p1", "3.00", 2, 0), player.Died{Death: 1})
	estest.Saga(player.Payments).On(paid).Does(t, es.Send(player.DoGrantLives, player.GrantLives{Username: "ann", PaymentID: "p1"}))
}

func TestTwoAggregatesFoldOneStream(t *testing.T) {
	signedUp, err := account.Aggregate.Record([]es.Event[account.Account]{account.SignedUp{PasswordHash: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	died, err := player.Aggregate.Record([]es.Event[player.Player]{player.Died{Death: 1}})
	if err != nil {
		t.Fatal(err)
	}
	stream := es.Commit{Stream: "account-ann", Version: 1, Events: append(signedUp, died...)}
	a, errA := account.Aggregate.Fold(nil, stream)
	p, errP := player.Aggregate.Fold(nil, stream)
	if errA != nil || a.(account.Account).PasswordHash != "x" {
		t.Errorf("the account is %+v, %v", a, errA)
	}
	if errP != nil || p.(player.Player).Deaths != 1 {
		t.Errorf("the player is %+v, %v", p, errP)
	}
	dies, signsUp := player.DoDie.StreamOf(player.Die{Username: "Ann"}), account.DoSignUp.StreamOf(account.SignUp{Username: "aNN"})
	if dies != stream.Stream || signsUp != stream.Stream {
		t.Errorf("they address %s and %s", dies, signsUp)
	}
	if !account.Aggregate.IsPrivate() || !player.Aggregate.IsPrivate() {
		t.Error("what one of them tells, the other's readers would see")
	}
}

func TestProfiles(t *testing.T) {
	signedUp := estest.Committed(account.Aggregate, "ann", account.SignedUp{PasswordHash: "x"})
	show := func(events ...es.Event[player.Player]) estest.Shown[player.Profile] {
		return estest.View(player.Profiles, signedUp, estest.Committed(player.Aggregate, "ann", events...).At(estest.Noon.Add(time.Minute)))
	}
	paid := func(status string) player.PaymentStatus {
		return player.PaymentStatus{ID: "p1", Amount: "3.00", Lives: 2, Status: status, At: estest.Noon.Add(time.Minute)}
	}
	want := func(change func(*player.Profile)) player.Profile {
		p := player.Profile{ID: "ann", Alive: true}
		change(&p)
		return p
	}
	payment, granted := received("p1", "3.00", 2, 0), player.LivesGranted{PaymentID: "p1", Lives: 2}
	t.Run("signed up", func(t *testing.T) {
		estest.View(player.Profiles, signedUp).Is(t, player.Profile{ID: "ann", Alive: true}).ListedIn(t)
	})
	t.Run("paid", func(t *testing.T) {
		show(payment).Is(t, want(func(p *player.Profile) { p.Payments = []player.PaymentStatus{paid("received")} }))
	})
	t.Run("granted", func(t *testing.T) {
		show(payment, granted).Is(t, want(func(p *player.Profile) { p.Lives, p.Payments = 2, []player.PaymentStatus{paid("granted")} }))
	})
	t.Run("refunded", func(t *testing.T) {
		show(payment, player.PaymentRefunded{PaymentID: "p1", Amount: "3.00"}).
			Is(t, want(func(p *player.Profile) { p.Payments = []player.PaymentStatus{paid("refunded")} }))
	})
	t.Run("dead", func(t *testing.T) {
		show(player.Died{Death: 1}).Is(t, want(func(p *player.Profile) { p.Deaths, p.Alive = 1, false }))
	})
	t.Run("back for a life", func(t *testing.T) {
		show(player.LivesGranted{Lives: 2}, player.Died{Death: 1}, player.LifeSpent{RoomID: "r1", Death: 1}).
			Is(t, want(func(p *player.Profile) { p.Lives, p.Deaths = 1, 1 }))
	})
	t.Run("gone", func(t *testing.T) {
		show(player.Died{Death: 1}, player.Exited{}).Is(t, want(func(p *player.Profile) { p.Deaths = 1 }))
	})
	t.Run("no more than the last twenty payments", func(t *testing.T) {
		var events []es.Event[player.Player]
		shown := []player.PaymentStatus{}
		for i := range 22 {
			events = append(events, received(fmt.Sprint(i), "3.00", 2, 0))
			shown = append(shown, player.PaymentStatus{ID: fmt.Sprint(i), Amount: "3.00", Lives: 2, Status: "received", At: estest.Noon.Add(time.Minute)})
		}
		show(events...).Is(t, want(func(p *player.Profile) { p.Payments = shown[2:] }))
	})
}
