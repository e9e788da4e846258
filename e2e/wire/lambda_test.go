package wire

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// TestTheBinaries runs the Lambdas' own binaries, each within what its role allows, and none is allowed what nobody needs.
func TestTheBinaries(t *testing.T) {
	var ran []*guards
	t.Run("of requests", func(t *testing.T) { ran = append(ran, ofRequests(t)) })
	t.Run("of errands", func(t *testing.T) { ran = append(ran, ofErrands(t)) })
	t.Run("of matches", func(t *testing.T) { ran = append(ran, ofMatches(t)) })
	t.Run("of jobs", func(t *testing.T) { ran = append(ran, ofJobs(t)) })
	t.Run("of looks", func(t *testing.T) { ran = append(ran, ofLooks(t)) })
	if len(ran) == 5 && !t.Failed() {
		rolesFit(t, ran)
	}
}

// ofRequests goes from registration to a view: commands, queries, the keys, the WebSocket, the relay, the sweeper, the
// notifier, and a projector.
func ofRequests(t *testing.T) *guards {
	a := provision(t, "command/register", "command/log-in", "command/create-user", "query/get-keys", "relay", "projector/users",
		"query/get-user", "query/search-users", "query/list-open-matches", "query/get-trace", "query/get-health",
		"query/get-openid-configuration", "query/get-system", "websocket/connect", "websocket/default", "websocket/disconnect",
		"eventhandler/notifier", "sweeper", "archivist")
	who := `{"email":"ada@example.com","password":"correct horse"}`
	a.call("command/register", "", who, nil)
	var login struct{ UserID, Token string }
	if err := json.Unmarshal([]byte(a.call("command/log-in", "", who, nil).Body), &login); err != nil {
		t.Fatal(err)
	}
	var created struct{ TraceID string }
	response := a.call("command/create-user", login.UserID, `{"name":"Ada"}`, nil)
	if err := json.Unmarshal([]byte(response.Body), &created); err != nil {
		t.Fatal(err)
	}
	if keys := a.call("query/get-keys", "", "", nil); !strings.Contains(keys.Body, `"kty":"RSA"`) {
		t.Fatalf("keys: %s", keys.Body)
	}
	t.Run("the WebSocket takes the token that KMS signed", func(t *testing.T) {
		var response events.APIGatewayProxyResponse
		request := events.APIGatewayWebsocketProxyRequest{Headers: map[string]string{"Authorization": "Bearer " + login.Token}}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "CONNECT", "c1"
		a.deploy("websocket/connect").invoke(request, &response)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("answered %d %s", response.StatusCode, response.Body)
		}
		request = events.APIGatewayWebsocketProxyRequest{Body: `{"action":"subscribe","aggregateId":"user-` + login.UserID + `"}`}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "MESSAGE", "c1"
		a.deploy("websocket/default").invoke(request, &response)
	})
	t.Run("the relay and the projector bring the user to its view", func(t *testing.T) {
		a.trigger(map[string]*lambda{"users": a.deploy("projector/users"), "notifier": a.deploy("eventhandler/notifier")})
		views := &dynamo.Views{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Views}
		eventually(t, "the view shows the user", func() bool {
			row, err := views.Row(t.Context(), "users", login.UserID)
			return err == nil && row.Version > 0
		})
		got := a.call("query/get-user", login.UserID, "", map[string]string{"userId": login.UserID})
		if !strings.Contains(got.Body, `"Ada"`) || got.Headers["etag"] != `"1"` {
			t.Fatalf("the view shows %s under %s", got.Body, got.Headers["etag"])
		}
		client := dynamodb.NewFromConfig(a.cfg)
		feed := &dynamo.Feed{Client: client, Table: a.names.Feed, Events: &dynamo.EventStore{Client: client, Table: a.names.Events}}
		eventually(t, "an account's registration, its address, its login and its user are in the feed", func() bool {
			fed, err := feed.Read(t.Context(), 0, 10)
			return err == nil && len(fed) == 4
		})
		traces := &dynamo.Traces{Client: client, Table: a.names.Traces}
		eventually(t, "the notifier has noted what came of it, and told of it", func() bool {
			found, err := traces.Trace(t.Context(), created.TraceID)
			return err == nil && len(found) == 1 && a.guards.did("notifier", "execute-api:ManageConnections")
		})
	})
	t.Run("a program follows the feed", func(t *testing.T) {
		connections := &dynamo.Connections{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Connections}
		program := engine.Connection{ID: "p1", User: "program", Roles: []string{es.RoleFollow}, Opened: time.Now(), Expires: time.Now().Add(time.Hour)}
		if err := connections.Connect(t.Context(), program); err != nil {
			t.Fatal(err)
		}
		request := events.APIGatewayWebsocketProxyRequest{Body: `{"action":"follow","after":0,"wait":true}`}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "MESSAGE", "p1"
		var response events.APIGatewayProxyResponse
		a.deploy("websocket/default").invoke(request, &response)
		followers, err := connections.OfTopic(t.Context(), engine.FeedTopic)
		if err != nil || len(followers) != 1 || !a.guards.did("websocket-default", "dynamodb:BatchGetItem") {
			t.Errorf("the feed is followed by %v, %v", followers, err)
		}
	})
	t.Run("others", func(t *testing.T) {
		for _, folder := range []string{"query/get-health", "query/get-openid-configuration", "query/get-system"} {
			a.call(folder, "", "", nil)
		}
		a.call("query/get-trace", login.UserID, "", map[string]string{"traceId": created.TraceID})
		a.call("query/list-open-matches", login.UserID, "", nil)
		a.request("query/search-users", login.UserID, events.APIGatewayV2HTTPRequest{QueryStringParameters: map[string]string{"q": "ada"}})
		var swept, archived int
		a.deploy("sweeper").invoke(struct{}{}, &swept)
		if a.deploy("archivist").invoke(struct{}{}, &archived); archived < 4 {
			t.Errorf("%d commits are in the archive", archived)
		}
		var response events.APIGatewayProxyResponse
		request := events.APIGatewayWebsocketProxyRequest{}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "DISCONNECT", "c1"
		a.deploy("websocket/disconnect").invoke(request, &response)
	})
	return a.guards
}

// postOffice passes everything on to AWS, and keeps the mails.
type postOffice struct {
	aws http.Handler

	mu    sync.Mutex
	mails []string // as requests
}

func (p *postOffice) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/outbound-emails") {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.mails = append(p.mails, string(body))
		p.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	p.aws.ServeHTTP(w, r)
}

// code is the one in the last mail.
func (p *postOffice) code() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.mails) == 0 {
		return ""
	}
	return fiveDigits.FindString(p.mails[len(p.mails)-1])
}

// ofErrands runs the other kinds: commands that use the secret, a saga that does and posts mails and texts, a command that is
// queued, the inbox, a saga that sets timers, the timers, a listener, the snapshotter, and a projector that follows the feed.
func ofErrands(t *testing.T) *guards {
	a := provision(t, "command/request-otp", "command/verify-otp", "eventhandler/otp-sending", "command/open-room", "command/open-wallet",
		"eventhandler/inbox", "eventhandler/room-attention", "eventhandler/room-clock", "eventhandler/room-ears",
		"eventhandler/timers", "eventhandler/snapshots", "eventhandler/wallet-transfers", "projector/wallets", "projector/button-creditors", "query/list-button-creditors", "relay")
	endpoint, err := url.Parse(aws.ToString(a.cfg.BaseEndpoint))
	if err != nil {
		t.Fatal(err)
	}
	office := &postOffice{aws: httputil.NewSingleHostReverseProxy(endpoint)}
	server := httptest.NewServer(office)
	t.Cleanup(server.Close)
	queues := map[string]*lambda{
		"otp-sending": a.deployAt("eventhandler/otp-sending", server.URL), "button-creditors": a.deploy("projector/button-creditors"),
		"wallets": a.deploy("projector/wallets"),
	}
	for _, name := range []string{"inbox", "timers", "snapshots", "room-attention", "room-clock", "room-ears", "wallet-transfers"} {
		queues[name] = a.deploy("eventhandler/" + name)
	}
	a.trigger(queues)
	client := dynamodb.NewFromConfig(a.cfg)
	commands := a.commands()
	var opened struct{ ID string }
	response := a.call("command/open-room", named("ann").User, `{"playerIds":["ann"]}`, nil)
	if err := json.Unmarshal([]byte(response.Body), &opened); err != nil || response.StatusCode != http.StatusAccepted {
		t.Fatalf("answered %d %s, %v", response.StatusCode, response.Body, err)
	}
	state := func() room.Room {
		t.Helper()
		state, err := commands.State(t.Context(), room.Aggregate, es.NewStreamID("room", opened.ID))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := state.(room.Room)
		return r
	}
	eventually(t, "the inbox has opened the room", func() bool { return state().Status == room.StatusOpen })

	t.Run("a code is requested, sent, and made a token", func(t *testing.T) {
		var asked, issued map[string]any
		who := `{"primary":"ann@example.com","country":"SG","role":"org"`
		if err := json.Unmarshal([]byte(a.call("command/request-otp", "", who+`}`, nil).Body), &asked); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the code has come", func() bool { return office.code() != "" })
		verify := who + `,"key":"` + asked["key"].(string) + `","code":"` + office.code() + `"}`
		if err := json.Unmarshal([]byte(a.call("command/verify-otp", "", verify, nil).Body), &issued); err != nil || issued["userId"] != asked["id"] {
			t.Fatalf("%v, %v", issued, err)
		}
		a.call("command/request-otp", "", `{"primary":"+6581234567","country":"SG","role":"worker"}`, nil)
		eventually(t, "a code is sent to a phone", func() bool { return a.guards.did("eventhandler-otp-sending", "sns:Publish") })
	})
	do := a.doing(commands)
	t.Run("the feed's follower", func(t *testing.T) {
		var w struct{ ID string }
		if err := json.Unmarshal([]byte(a.call("command/open-wallet", named("ann").User, `{"currency":"EUR"}`, nil).Body), &w); err != nil {
			t.Fatal(err)
		}
		do(wallet.DoCredit, wallet.Credit{WalletID: w.ID, Amount: "5"})
		do(button.DoClick, button.Click{User: named("ann").User})
		do(wallet.DoTransfer, wallet.Transfer{WalletID: w.ID, To: "nobody", Amount: "2"})
		views := &dynamo.Views{Client: client, Table: a.names.Views}
		eventually(t, "the view has all", func() bool {
			row, err := views.Row(t.Context(), "button-creditors", named("ann").User)
			return err == nil && len(row.Keys) == 1
		})
		eventually(t, "the money comes back", func() bool {
			state, err := commands.State(t.Context(), wallet.Aggregate, es.NewStreamID("wallet", w.ID))
			back, _ := state.(wallet.Wallet)
			return err == nil && back.Owner != "" && len(back.Outgoing) == 0
		})
		if got := a.call("query/list-button-creditors", "ann", "", nil); !strings.Contains(got.Body, `"user":"account-ann"`) {
			t.Errorf("listed is %s", got.Body)
		}
	})
	t.Run("the room hears of a death", func(t *testing.T) {
		do(player.DoDie, player.Die{Username: "ann"})
		eventually(t, "ann is down", func() bool { r := state(); return len(r.Seats) == 1 && r.Seats[0].Fallen == 1 })
	})
	t.Run("a long stream has a snapshot", func(t *testing.T) {
		do(room.DoOpen, room.Open{RoomID: "long", PlayerIDs: []string{"ann"}})
		for range room.Aggregate.Traits().Snapshot {
			do(room.DoAct, room.Act{RoomID: "long", Action: "jumps"})
		}
		snapshots := &dynamo.Snapshots{Client: client, Table: a.names.Snapshots}
		eventually(t, "there is a snapshot", func() bool {
			taken, err := snapshots.Snapshot(t.Context(), room.Aggregate.FoldID(), "room-long")
			return err == nil && taken.Version > 0
		})
	})
	// SQS delays the first tick in earnest; the others have been busy meanwhile.
	eventually(t, "it ticks", func() bool { return state().Ticks > 0 })
	return a.guards
}

// ofMatches runs a saga that sets timers that are days away, one that only posts mails, and a projector whose rows move; and what
// has to do with nothing personal, or only asks for it.
func ofMatches(t *testing.T) *guards {
	a := provision(t, "eventhandler/match-deadlines", "eventhandler/match-mails", "projector/matches", "relay",
		"command/create-tournament", "command/add-team", "projector/tournaments")
	a.trigger(map[string]*lambda{
		"match-deadlines": a.deploy("eventhandler/match-deadlines"), "match-mails": a.deploy("eventhandler/match-mails"),
		"matches": a.deploy("projector/matches"), "tournaments": a.deploy("projector/tournaments"),
	})
	do := a.doing(a.commands())
	do(match.DoCreate, match.Create{MatchID: "m1", CreatedBy: "ada", Size: board.Small})
	for _, user := range []string{"ada", "bob"} {
		do(identity.DoRegister, identity.Register{AccountID: user, Email: user + "@example.com", Password: "correct horse"})
		do(match.DoJoin, match.Join{MatchID: "m1", UserID: user, Name: user})
	}
	eventually(t, "the deadline is set, the players have mail, and the match is not open any more", func() bool {
		return a.guards.did("eventhandler-match-deadlines", "scheduler:CreateSchedule") &&
			a.guards.did("eventhandler-match-mails", "ses:SendEmail") && a.guards.did("projector-matches", "dynamodb:DeleteItem")
	})
	do(team.DoCreate, team.Create{TeamID: "t1", Name: "Eager"})
	do(team.DoAddPlayers, team.AddPlayers{TeamID: "t1", Names: []string{"Ann"}})
	var cup handler.Accepted
	if err := json.Unmarshal([]byte(a.call("command/create-tournament", named("ann").User, `{"name":"Cup"}`, nil).Body), &cup); err != nil {
		t.Fatal(err)
	}
	a.call("command/add-team", named("ann").User, `{"teamId":"t1"}`, map[string]string{"tournamentId": cup.ID})
	views := &dynamo.Views{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Views}
	eventually(t, "the tournament has a team", func() bool {
		row, err := views.Row(t.Context(), "tournaments", cup.ID)
		return err == nil && strings.Contains(string(row.Doc), "Eager")
	})
	return a.guards
}
