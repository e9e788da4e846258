// Package texting lets Lambdas send text messages, by SNS.
package texting

import (
	"github.com/aws/aws-sdk-go-v2/service/sns"

	phones "github.com/foldstream/foldstream/adapters/sns"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
)

// Texts is for the Lambdas of sagas that send text messages.
func Texts() wiring.Option {
	return func(p *wiring.Parts) { p.Texter = &phones.Texter{Client: sns.NewFromConfig(wiring.Config())} }
}
