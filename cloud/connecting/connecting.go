// Package connecting serves the WebSocket API's $connect route, which verifies access tokens itself: a WebSocket API has no
// authorizer for them.
package connecting

import (
	"net/http"
	"os"

	"github.com/foldstream/foldstream/adapters/oidc"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/cloud/signing"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// Connect serves the route.
func Connect() {
	wiring.Start((&handler.WebSocket{
		Tokens: tokens(), Roles: os.Getenv(setting.RolesClaim), Connections: wiring.Connections(wiring.Database()),
	}).Handle)
}

// tokens are those of the provider that the stack names, or else our own.
func tokens() handler.Tokens {
	audience := os.Getenv(setting.Audience)
	if audience == "" {
		return signing.Authority()
	}
	issuer := wiring.Environment(setting.Issuer)
	keys, err := oidc.New(issuer, http.DefaultTransport, engine.World{})
	if err != nil {
		panic(err) // a fault of the stack, which must show at once
	}
	return &token.Verifier{Provider: token.Provider{Issuer: issuer, Audience: audience}, Keys: keys, Leeway: token.Leeway}
}
