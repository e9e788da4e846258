// Package sealing is for the Lambdas that seal or open what is personal, by keys that are wrapped in KMS.
package sealing

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	keys "github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Keys is for them all.
func Keys() wiring.Option {
	return func(p *wiring.Parts) { p.DataKeys = New(wiring.Config(), wiring.Environment) }
}

// New makes what wraps keys of what a stack says of it, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) *keys.DataKeys {
	return &keys.DataKeys{Client: kms.NewFromConfig(cfg), KeyID: says(setting.SubjectKey)}
}
