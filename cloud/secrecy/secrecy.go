// Package secrecy gives Lambdas the system's secret, from Secrets Manager.
package secrecy

import (
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/foldstream/foldstream/adapters/secrets"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Secret is for the Lambdas of commands and sagas that use the secret.
func Secret() wiring.Option {
	return func(p *wiring.Parts) {
		p.Secrets = &secrets.Secrets{Client: secretsmanager.NewFromConfig(wiring.Config()), ID: wiring.Environment(setting.Secret)}
	}
}
