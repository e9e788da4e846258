package wiring

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/handler"
)

// Route serves a route of the HTTP API whose callers are known, by the roles that their tokens have in the claim that the
// stack names.
func Route(handle handler.HTTP) {
	handle = handler.RolesFrom(os.Getenv(setting.RolesClaim), handle)
	Start(func(ctx context.Context, request handler.Request) (events.APIGatewayV2HTTPResponse, error) {
		return handle(ctx, request.APIGatewayV2HTTPRequest)
	})
}
