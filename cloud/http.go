package cloud

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	keys "github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// Command serves a declared command that grants no token.
func Command(decl *es.CommandDecl) {
	client := database()
	start((&handler.Command{Decl: decl, Commands: commands(client), Traces: traces(client)}).Handle)
}

// LogIn serves a declared command that grants tokens.
func LogIn(decl *es.CommandDecl) {
	client := database()
	start((&handler.Command{Decl: decl, Commands: commands(client), Traces: traces(client), Authority: authority()}).Handle)
}

// Query serves a declared query.
func Query(decl *es.QueryDecl) {
	start((&handler.Query{Decl: decl, Views: views(database())}).Handle)
}

// Trace serves [handler.GetTrace].
func Trace() { start(handler.Trace(traces(database()))) }

// Keys serves [handler.GetKeys].
func Keys() { start(handler.Keys(authority())) }

// Discovery serves [handler.Discover].
func Discovery() {
	start(handler.Discovery(&token.Authority{Issuer: environment(setting.Issuer)}))
}

// Health serves [handler.GetHealth].
func Health() { start(handler.Health(events(database()))) }

// authority is the token authority, whose key stays in KMS.
func authority() *token.Authority {
	client := kms.NewFromConfig(awsconfig.From(os.Getenv))
	return &token.Authority{
		Issuer: environment(setting.Issuer),
		Signer: &keys.Signer{Client: client, KeyID: environment(setting.SigningKey)},
	}
}
