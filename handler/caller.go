package handler

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
)

// Tokens verifies access tokens; [token.ErrInvalid] refuses one.
type Tokens interface {
	Verify(ctx context.Context, raw string) (token.Caller, error)
}

// identity is the caller as the authorizer found it; nobody on a public route.
func identity(request events.APIGatewayV2HTTPRequest) es.Identity {
	authorizer := request.RequestContext.Authorizer
	if authorizer == nil || authorizer.JWT == nil {
		return es.Identity{}
	}
	return callerOf(authorizer.JWT.Claims)
}

// RolesFrom hands on requests as if the roles of their callers, which are in some claim of their tokens, were in [token.Scope].
func RolesFrom(claim string, next HTTP) HTTP {
	if claim == "" || claim == token.Scope {
		return next
	}
	return func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		if authorizer := request.RequestContext.Authorizer; authorizer != nil && authorizer.JWT != nil {
			moved := *authorizer.JWT
			moved.Claims = rolesFrom(claim, moved.Claims)
			with := *authorizer
			with.JWT = &moved
			request.RequestContext.Authorizer = &with
		}
		return next(ctx, request)
	}
}

func rolesFrom(claim string, claims map[string]string) map[string]string {
	if claim == "" {
		return claims
	}
	moved := maps.Clone(claims)
	moved[token.Scope] = claims[claim]
	return moved
}

// callerOf reads claims as an authorizer hands them on. A caller without a subject is nobody, whatever the roles, and the
// role system is not to be had by token.
func callerOf(claims map[string]string) es.Identity {
	subject := claims["sub"]
	if subject == "" {
		return es.Identity{}
	}
	id := es.Identity{User: userID(subject)}
	for _, role := range rolesIn(claims[token.Scope]) {
		if role != es.RoleSystem {
			id.Roles = append(id.Roles, role)
		}
	}
	return id
}

// userID is the subject, or, when that is no id, as "auth0|6f1d…" is none, an id that is derived from it: users' ids stand
// in paths and in names of streams.
func userID(subject string) string {
	if isID(subject) {
		return subject
	}
	return engine.UserIDFor(subject)
}

// rolesIn reads "read write", as a scope has it, "[read write]", as an HTTP API hands on a list, and ["read","write"].
func rolesIn(claim string) []string {
	inner, opened := strings.CutPrefix(claim, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return strings.Fields(claim)
	}
	var list []string
	if es.Decode([]byte(claim), &list) == nil {
		return list
	}
	return strings.Fields(inner)
}
