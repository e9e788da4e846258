package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// gamer is somebody with an account in the arcade. The name is new.
func gamer(t *testing.T, url string) (c *client.Client, username string) {
	t.Helper()
	nobody := &client.Client{Base: url}
	id := engine.NewID()
	username = "gamer_" + strings.ToLower(id[len(id)-12:])
	command(t, nobody, "POST", "/accounts", map[string]string{"username": strings.ToUpper(username), "password": password}, nil)
	c, err := logIn(t, url, username, password)
	if err != nil {
		t.Fatal(err)
	}
	return c, username
}

func logIn(t *testing.T, url, username, password string) (*client.Client, error) {
	t.Helper()
	var issued token.Token
	input := map[string]string{"password": password, "browserFingerprint": "e2e"}
	_, err := (&client.Client{Base: url}).Command(t.Context(), "POST", "/accounts/"+username+"/log-ins", input, &issued)
	return &client.Client{Base: url, Token: issued.Token}, err
}

type roomView struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Players []struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Reason string `json:"reason"`
	} `json:"players"`
}

type playerView struct {
	Lives    int `json:"lives"`
	Deaths   int `json:"deaths"`
	Payments []struct {
		Status string `json:"status"`
	} `json:"payments"`
}

// opened is a room that is there.
func opened(t *testing.T, c *client.Client, players ...string) (id string) {
	t.Helper()
	id = command(t, c, "POST", "/rooms", map[string][]string{"playerIds": players}, nil).ID
	get[roomView](t, c, "/rooms/"+id+"?min-version=1")
	return id
}

func TestAPlayerIsTheirOwn(t *testing.T) {
	_, ada := gamer(t, server.url)
	eve, _ := gamer(t, server.url)
	visitor, _ := newcomer(t)
	for _, c := range []*client.Client{eve, visitor} {
		for path, input := range map[string]any{"/payments": map[string]string{"amount": "1.50"}, "/deaths": nil, "/exits": nil} {
			_, err := c.Command(t.Context(), "POST", "/players/"+ada+path, input, nil)
			refused(t, err, 403, "NotYours")
		}
	}
	_, err := eve.Command(t.Context(), "POST", "/accounts", map[string]string{"username": strings.ToUpper(ada), "password": password}, nil)
	refused(t, err, 409, "UsernameTaken")
	if got := get[playerView](t, eve, "/players/"+ada); got.Deaths != 0 || got.Lives != 0 {
		t.Fatalf("somebody else did something: %+v", got)
	}
	unchanged(t, eve, "/players/"+ada)
}

func TestLivesArePaidForOnce(t *testing.T) {
	ada, name := gamer(t, server.url)
	path := "/players/" + name + "/payments"
	for _, amount := range []string{"2", "1.501", "-3", "", "1,50", "$3"} {
		status, p := raw(t, ada, "POST", path, `{"amount":"`+amount+`"}`, nil)
		if status != 400 || p.Field != "amount" {
			t.Errorf("%q gave %d %s %q", amount, status, p.Code, p.Field)
		}
	}
	var first, second struct {
		PaymentID string `json:"paymentId"`
	}
	one := command(t, ada, "POST", path, map[string]string{"amount": "20"}, &first, "Idempotency-Key", "k")
	two := command(t, ada, "POST", path, map[string]string{"amount": "20"}, &second, "Idempotency-Key", "k")
	if one.Version != two.Version || first != second {
		t.Fatalf("a repetition gave %+v %v, the first gave %+v %v", two, second, one, first)
	}
	got := get[playerView](t, ada, fmt.Sprintf("/players/%s?min-version=%d", name, one.Version+1))
	if got.Lives != 25 || len(got.Payments) != 1 || got.Payments[0].Status != "granted" {
		t.Fatalf("shown as %+v", got)
	}
}

// TestOpeningIsRepeatedWithoutHarm repeats what is answered before it is decided.
func TestOpeningIsRepeatedWithoutHarm(t *testing.T) {
	ada, name := gamer(t, server.url)
	open := func(key string) handler.Accepted {
		answer, err := ada.Do(t.Context(), "POST", "/rooms", map[string][]string{"playerIds": {name}}, "Idempotency-Key", key)
		if err != nil {
			t.Fatal(err)
		}
		var accepted handler.Accepted
		if err := es.Decode(answer.Body, &accepted); err != nil {
			t.Fatal(err)
		}
		if answer.Status != 202 || answer.Header.Get("Location") != "/rooms/"+accepted.ID || answer.Header.Get("ETag") != "" || accepted.Version != 0 {
			t.Fatalf("answered %d, Location %q, ETag %q, %s", answer.Status, answer.Header.Get("Location"), answer.Header.Get("ETag"), answer.Body)
		}
		return accepted
	}
	first, second, other := open("a"), open("a"), open("b")
	if first.ID != second.ID || first.ID == other.ID {
		t.Fatalf("opened %s, again %s, and another %s", first.ID, second.ID, other.ID)
	}
	for _, id := range []string{first.ID, other.ID} {
		get[roomView](t, ada, "/rooms/"+id+"?min-version=1")
	}
	// What comes next in the queue of the room comes behind the repetition.
	acted := command(t, ada, "POST", "/rooms/"+first.ID+"/actions", map[string]string{"action": "waves"}, nil)
	trace := outcomesOf(t, ada, acted.TraceID, "PlayerActed")
	if acted := trace[len(trace)-1]; acted.Version != 2 {
		t.Fatalf("the second event of the room has version %d", acted.Version)
	}
}

// outcomesOf waits until a trace holds an outcome of a type.
func outcomesOf(t *testing.T, c *client.Client, traceID, kind string) []engine.Outcome {
	t.Helper()
	var found handler.TraceAnswer
	eventually(t, kind+" is in the trace", func() bool {
		return c.Get(t.Context(), "/traces/"+traceID, &found) == nil &&
			slices.ContainsFunc(found.Outcomes, func(o engine.Outcome) bool { return o.Type == kind })
	})
	return found.Outcomes
}

// TestALateRefusalIsTold has somebody act in a room that they are not in, and in one that there is not.
func TestALateRefusalIsTold(t *testing.T) {
	ada, name := gamer(t, server.url)
	eve, _ := gamer(t, server.url)
	adaHears, eveHears := listen(t, ada), listen(t, eve)
	for room, code := range map[string]string{opened(t, ada, name): "NotInRoom", engine.NewID(): "NoSuchRoom"} {
		asked := command(t, eve, "POST", "/rooms/"+room+"/actions", map[string]string{"action": "waves"}, nil)
		got := hear(t, eveHears, "CommandRejected")
		var told es.CommandRejected
		if err := es.Decode(got.Payload, &told); err != nil || got.TraceID != asked.TraceID || told.Rejection.Code != code {
			t.Fatalf("heard %+v, want %s", got, code)
		}
		outcomesOf(t, eve, asked.TraceID, "CommandRejected")
		_, err := ada.Do(t.Context(), "GET", "/traces/"+asked.TraceID, nil)
		refused(t, err, 404, "NotFound")
	}
	if err := adaHears.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
		t.Fatal(err)
	}
	for got := (engine.Outcome{}); got.Type != "Pong"; {
		var err error
		if got, err = adaHears.Next(t.Context()); err != nil || got.Type == "CommandRejected" {
			t.Fatalf("ada heard %+v, %v", got, err)
		}
	}
	status, p := raw(t, ada, "POST", "/rooms", `{"playerIds":["`+name+`","`+strings.ToUpper(name)+`"]}`, nil)
	if status != 400 || p.Field != "playerIds" {
		t.Fatalf("a room for somebody twice gave %d %+v", status, p)
	}
}

func TestListsOfRooms(t *testing.T) {
	ada, adaName := gamer(t, server.url)
	bob, bobName := gamer(t, server.url)
	rooms := []string{opened(t, ada, adaName, bobName), opened(t, ada, adaName), opened(t, ada, adaName)}
	ids := func(path string, most int) (all []string) {
		for r := range eachOf[roomView](t, bob, path) {
			if slices.Contains(rooms, r.ID) {
				all = append(all, r.ID)
			}
			if len(all) == most {
				break
			}
		}
		slices.Reverse(all)
		return all
	}
	if got := ids("/players/"+strings.ToUpper(adaName)+"/rooms?limit=2", 4); !slices.Equal(got, rooms) {
		t.Fatalf("ada is in %v, want %v", got, rooms)
	}
	if got := ids("/rooms?limit=1", 3); !slices.Equal(got, rooms) {
		t.Fatalf("open are %v, want %v", got, rooms)
	}
	p := get[listed[roomView]](t, ada, "/rooms?limit=1")
	_, err := ada.Do(t.Context(), "GET", "/players/"+adaName+"/rooms?cursor="+p.Next, nil)
	refused(t, err, 400, "InvalidInput")

	command(t, bob, "POST", "/players/"+bobName+"/exits", nil, nil)
	eventually(t, "bob is in no room", func() bool { return len(ids("/players/"+bobName+"/rooms?limit=1", 1)) == 0 })
	if got := get[roomView](t, ada, "/rooms/"+rooms[0]); got.Status != "open" || got.Players[1].Reason != "exited" {
		t.Fatalf("shown as %+v", got)
	}
	command(t, ada, "POST", "/players/"+adaName+"/exits", nil, nil)
	eventually(t, "no room is open", func() bool { return len(ids("/rooms?limit=100", 1)) == 0 })
}

// TestAccountsAreLocked tries passwords until that is enough, and again when the period is over.
func TestAccountsAreLocked(t *testing.T) {
	t.Parallel()
	ownServer(t)
	var ahead atomic.Int64
	clock := startTimely(t, t.TempDir(), &ahead)
	_, name := gamer(t, clock.url)
	for range 5 {
		_, err := logIn(t, clock.url, name, "guess")
		refused(t, err, 401, "InvalidLogin")
	}
	_, err := logIn(t, clock.url, strings.ToUpper(name), password)
	refused(t, err, 429, "TooManyTries")
	clock.pass(14 * time.Minute)
	_, err = logIn(t, clock.url, name, password)
	refused(t, err, 429, "TooManyTries")
	clock.pass(time.Minute + time.Second)
	if _, err := logIn(t, clock.url, name, password); err != nil {
		t.Fatal(err)
	}
	_, err = logIn(t, clock.url, "nobody_at_all", password)
	refused(t, err, 401, "InvalidLogin")
}
