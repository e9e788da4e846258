// Package apigateway sends messages to the connections of an API Gateway WebSocket API.
package apigateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"github.com/foldstream/foldstream/engine"
)

// Pusher implements [engine.Pusher]. Give its client the https URL of the WebSocket API's stage as BaseEndpoint.
type Pusher struct {
	Client *apigatewaymanagementapi.Client
}

var _ engine.Pusher = (*Pusher)(nil)

// Push implements [engine.Pusher]. What API Gateway cannot take after the client's retries is an [engine.ErrBusy].
func (p *Pusher) Push(ctx context.Context, connectionID string, message []byte) error {
	_, err := p.Client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{
		ConnectionId: aws.String(connectionID), Data: message,
	})
	var gone *types.GoneException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone):
		return fmt.Errorf("post to %s: %w", connectionID, engine.ErrGone)
	default:
		return fmt.Errorf("post to %s: %w", connectionID, err)
	}
}
