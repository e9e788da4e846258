// Package secrecy gives Lambdas the system's secret, from Secrets Manager.
package secrecy

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/foldstream/foldstream/adapters/secrets"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Secret is for the Lambdas of commands and sagas that use the secret.
func Secret() wiring.Option {
	return func(p *wiring.Parts) { p.Secrets = New(wiring.Config(), wiring.Environment) }
}

// New makes secrets of what a stack says of them, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) *secrets.Secrets {
	return &secrets.Secrets{Client: secretsmanager.NewFromConfig(cfg), ID: says(setting.Secret)}
}
