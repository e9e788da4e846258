// Package signing serves the Lambdas that issue or verify tokens, with a key that stays in KMS.
package signing

import (
	"github.com/aws/aws-sdk-go-v2/service/kms"

	keys "github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

func authority() *token.Authority {
	client := kms.NewFromConfig(wiring.Config())
	return &token.Authority{
		Issuer: wiring.Environment(setting.Issuer),
		Signer: &keys.Signer{Client: client, KeyID: wiring.Environment(setting.SigningKey)},
	}
}

// Tokens is for the Lambdas of commands that grant tokens.
func Tokens() wiring.Option { return func(p *wiring.Parts) { p.Authority = authority() } }

// Keys serves [handler.GetKeys].
func Keys() { wiring.Start(handler.Keys(authority())) }

// Discovery serves [handler.Discover].
func Discovery() {
	wiring.Start(handler.Discovery(&token.Authority{Issuer: wiring.Environment(setting.Issuer)}))
}

// Connect serves the WebSocket API's $connect route.
func Connect() {
	wiring.Start((&handler.WebSocket{Authority: authority(), Connections: wiring.Connections(wiring.Database())}).Handle)
}
