package handler_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// open gives a store of everything.
func open(t *testing.T, options ...sqlite.Option) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.TempDir(), append([]sqlite.Option{sqlite.Relaxed()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// by makes a request one of a user's. Without roles that is an ordinary one.
func by(user string, request events.APIGatewayV2HTTPRequest, roles ...string) events.APIGatewayV2HTTPRequest {
	if len(roles) == 0 {
		roles = []string{es.RoleRead, es.RoleWrite}
	}
	request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"sub": user, "scope": strings.Join(roles, " ")},
		},
	}
	return request
}

// handle has a request handled, and reads the problem if it is refused.
func handle(t *testing.T, h handler.HTTP, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, handler.Problem) {
	t.Helper()
	response, err := h(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var p handler.Problem
	if response.StatusCode >= 400 {
		if err := es.Decode([]byte(response.Body), &p); err != nil || p.Status != response.StatusCode {
			t.Fatalf("%d with %s, %v", response.StatusCode, response.Body, err)
		}
	}
	return response, p
}
