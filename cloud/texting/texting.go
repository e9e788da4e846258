// Package texting lets Lambdas send text messages: by SNS, or into the outbox of a stage that does not send to people.
package texting

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/foldstream/foldstream/adapters/dynamo"
	phones "github.com/foldstream/foldstream/adapters/sns"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
)

// Texts is for the Lambdas of sagas that send text messages.
func Texts() wiring.Option {
	return func(p *wiring.Parts) { p.Texter = New(wiring.Config(), os.Getenv) }
}

// New makes a texter of what a stack says of it, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) engine.Texter {
	if table := says(setting.OutboxTable); table != "" {
		return &dynamo.Outbox{Client: dynamodb.NewFromConfig(cfg), Table: table}
	}
	return &phones.Texter{Client: sns.NewFromConfig(cfg)}
}
