package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// payload is a request of a route with a JWT authorizer as AWS documents it (payload format 2.0), with these claims.
func payload(claims string) string {
	return `{
  "version": "2.0", "routeKey": "POST /walls/{wall}/strokes", "rawPath": "/walls/w1/strokes", "rawQueryString": "",
  "headers": {"content-type": "application/json", "content-length": "15", "x-forwarded-for": "203.0.113.7"},
  "requestContext": {
    "accountId": "123456789012", "apiId": "api-id", "domainName": "id.execute-api.us-east-1.amazonaws.com", "domainPrefix": "id",
    "authorizer": {"jwt": {"claims": ` + claims + `, "scopes": null}},
    "http": {"method": "POST", "path": "/walls/w1/strokes", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "agent"},
    "requestId": "id", "routeKey": "POST /walls/{wall}/strokes", "stage": "$default",
    "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1583348638390
  },
  "pathParameters": {"wall": "w1"}, "body": "{\"color\":\"red\"}", "isBase64Encoded": false
}`
}

// cognito is an access token's claims as an HTTP API hands them on: all are texts, a list in brackets.
const cognito = `{
  "auth_time": "1583348600", "client_id": "1example23456789", "cognito:groups": "[write read]", "exp": "1583352200", "iat": "1583348600",
  "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example", "jti": "aaaaaaaa", "scope": "aws.cognito.signin.user.admin",
  "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "token_use": "access", "username": "ada", "version": "2"}`

// TestCallers reads who calls out of requests as they come.
func TestCallers(t *testing.T) {
	both := []string{"read", "write"}
	for _, c := range []struct {
		name, claim, claims string
		user                string // empty for whoever is refused
		roles               []string
		status              int
	}{
		{"our own token", "", `{"sub":"u1","scope":"read write","exp":"1583352200"}`, "u1", both, 202},
		{"a group for each role", "cognito:groups", cognito, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", []string{"write", "read"}, 202},
		{"one group", "cognito:groups", `{"sub":"u1","cognito:groups":"[write]"}`, "u1", []string{"write"}, 202},
		{"a list as JSON", "roles", `{"sub":"u1","roles":"[\"read\",\"write\"]"}`, "u1", both, 202},
		{"a text of one role", "roles", `{"sub":"u1","roles":"write"}`, "u1", []string{"write"}, 202},
		{"a subject that is no id", "", `{"sub":"auth0|6f1d4c1e","scope":"write"}`, engine.UserIDFor("auth0|6f1d4c1e"), []string{"write"}, 202},
		{"a long subject", "", `{"sub":"` + strings.Repeat("a", 255) + `","scope":"write"}`, engine.UserIDFor(strings.Repeat("a", 255)), []string{"write"}, 202},
		{"numbers and lists as they were", "roles", `{"sub":"u1","exp":1583352200,"email_verified":true,"roles":["read","write"],"address":{"locality":"x"}}`, "u1", both, 202},
		{"roles in another claim only", "cognito:groups", `{"sub":"u1","scope":"read write"}`, "", nil, 403},
		{"scopes that are no roles", "", cognito, "", nil, 403},
		{"no group", "cognito:groups", `{"sub":"u1","cognito:groups":"[]"}`, "", nil, 403},
		{"the system is nobody", "", `{"sub":"u1","scope":"system"}`, "", nil, 403},
		{"commas are part of a scope", "", `{"sub":"u1","scope":"read,write"}`, "", nil, 403},
		{"half a bracket", "", `{"sub":"u1","scope":"[write"}`, "", nil, 403},
		{"roles of nobody", "", `{"scope":"read write"}`, "", nil, 401},
		{"a subject without letters", "", `{"sub":"","scope":"read write"}`, "", nil, 401},
		{"a subject that is nothing", "", `{"sub":null,"scope":"read write"}`, "", nil, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &inbox{}
			h := handler.RolesFrom(c.claim, (&handler.Command{Decl: doPaint, Commands: &engine.Commands{Inbox: in}}).Handle)
			var request handler.Request
			if err := json.Unmarshal([]byte(payload(c.claims)), &request); err != nil {
				t.Fatal(err)
			}
			response, p := handle(t, h, request.APIGatewayV2HTTPRequest)
			if response.StatusCode != c.status {
				t.Fatalf("answered %d %+v", response.StatusCode, p)
			}
			if (len(in.posted) > 0) != (c.user != "") {
				t.Fatalf("posted %+v", in.posted)
			}
			if c.user == "" {
				return
			}
			if who := in.posted[0].Invoker; who.User != c.user || !slices.Equal(who.Roles, c.roles) {
				t.Errorf("the caller is %+v", who)
			}
		})
	}
}

// Users' ids stand in paths, so that each must be one that a path takes.
func TestUserIDs(t *testing.T) {
	ids := regexp.MustCompile(handler.IDPattern)
	seen := map[string]string{}
	for _, subject := range []string{"auth0|1", "auth0|2", "google-oauth2|1", "-x", "a b", "ä", "a/b", "a\x00b", strings.Repeat("a", 129)} {
		id := engine.UserIDFor(subject)
		if !ids.MatchString(id) || len(id) > handler.MaxID || id == subject {
			t.Errorf("%q becomes %q", subject, id)
		}
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q are one user", subject, other)
		}
		seen[id] = subject
	}
}

// What is no request at all is said to be none.
func TestOddPayloads(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"rawPath":1}`, payload(`"none"`), payload(`[1]`)} {
		var request handler.Request
		if err := json.Unmarshal([]byte(text), &request); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// passes takes any token, for a caller with these claims.
type passes struct {
	claims  map[string]string
	expires time.Time
}

func (p passes) Verify(_ context.Context, raw string) (token.Caller, error) {
	if raw != "good" {
		return token.Caller{}, token.ErrInvalid
	}
	return token.Caller{Claims: p.claims, Expires: p.expires}, nil
}

// TestATokenIsNotGoodForLongerThanItSays opens a connection, which a token is verified for only then, and goes on with it
// until the token is over.
func TestATokenIsNotGoodForLongerThanItSays(t *testing.T) {
	db, out, now := open(t), &line{}, noon
	h := &handler.WebSocket{
		Tokens: passes{map[string]string{"sub": "auth0|1", "cognito:groups": "[read]"}, noon.Add(time.Hour)}, Roles: "cognito:groups",
		Connections: db, Pusher: out, Store: db, World: engine.World{Now: func() time.Time { return now }},
		Catalogue: es.Catalogue{"drawing": {}},
	}
	send := func(event, text string, headers map[string]string) int {
		t.Helper()
		request := events.APIGatewayWebsocketProxyRequest{Headers: headers, Body: text}
		request.RequestContext.ConnectionID, request.RequestContext.EventType = "L0SM9cOFvHcCIhw=", event
		response, err := h.Handle(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	if status := send("CONNECT", "", map[string]string{"Authorization": "Bearer bad"}); status != http.StatusUnauthorized {
		t.Fatalf("a bad token opens with %d", status)
	}
	if status := send("CONNECT", "", map[string]string{"Authorization": "Bearer good"}); status != http.StatusOK {
		t.Fatalf("a good token opens with %d", status)
	}
	user := engine.UserIDFor("auth0|1")
	if c, err := db.Connection(t.Context(), "L0SM9cOFvHcCIhw="); err != nil || c.User != user || !slices.Equal(c.Roles, []string{es.RoleRead}) {
		t.Fatalf("connected is %+v, %v", c, err)
	}
	subscribe := `{"action":"subscribe","aggregateId":"drawing-1"}`
	now = noon.Add(time.Hour - time.Millisecond)
	if send("MESSAGE", subscribe, nil); !strings.Contains(string(out.last), `"Subscribed"`) {
		t.Fatalf("answered %s", out.last)
	}
	now = noon.Add(time.Hour)
	if send("MESSAGE", subscribe, nil); !strings.Contains(string(out.last), `"InvalidToken"`) {
		t.Fatalf("answered %s", out.last)
	}
	if _, err := db.Connection(t.Context(), "L0SM9cOFvHcCIhw="); !errors.Is(err, engine.ErrGone) {
		t.Fatalf("the connection is still there: %v", err)
	}
}
