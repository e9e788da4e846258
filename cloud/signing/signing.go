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

// Authority signs with the key in KMS, and verifies what it signed.
func Authority() *token.Authority {
	client := kms.NewFromConfig(wiring.Config())
	return &token.Authority{
		Issuer: wiring.Environment(setting.Issuer),
		Signer: &keys.Signer{Client: client, KeyID: wiring.Environment(setting.SigningKey)},
	}
}

// Tokens is for the Lambdas of commands that grant tokens.
func Tokens() wiring.Option { return func(p *wiring.Parts) { p.Authority = Authority() } }

// Keys serves [handler.GetKeys].
func Keys() { wiring.Start(handler.Keys(Authority())) }

// Discovery serves [handler.Discover].
func Discovery() {
	wiring.Start(handler.Discovery(&token.Authority{Issuer: wiring.Environment(setting.Issuer)}))
}
