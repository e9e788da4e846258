package dynamo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithy "github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

// TestRebuildAfterACrash breaks off at every call that writes to a table, before it and behind it.
func TestRebuildAfterACrash(t *testing.T) {
	s := create(t, emulator.MiniStack(t))
	contract.Rebuilds(t, func(_ *testing.T, breaks *contract.Breaks) contract.Rebuilding {
		broken := s
		broken.client = dynamodb.NewFromConfig(s.cfg, func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, breakingOff(breaks)) })
		return contract.Rebuilding{
			Store: s.events(), Feed: s.feed(), Relay: s.feed().Append, Rebuild: broken.rebuild(), Calm: s.rebuild(),
		}
	})
}

// breakingOff has calls that write break off.
func breakingOff(breaks *contract.Breaks) func(*smithy.Stack) error {
	return func(stack *smithy.Stack) error {
		return stack.Initialize.Add(smithy.InitializeMiddlewareFunc("breaking", func(
			ctx context.Context, in smithy.InitializeInput, next smithy.InitializeHandler,
		) (out smithy.InitializeOutput, metadata smithy.Metadata, err error) {
			call := func() error { out, metadata, err = next.HandleInitialize(ctx, in); return err }
			switch name := middleware.GetOperationName(ctx); {
			case strings.Contains(name, "Get"), name == "Query", name == "Scan":
				err = call()
			default:
				err = breaks.Write(call)
			}
			return out, metadata, err
		}), smithy.After)
	}
}

// rebuild is a rebuild of any view over the tables.
func (s setup) rebuild() engine.Rebuild {
	return engine.Rebuild{
		Events: s.events(), Feed: s.feed(), Views: &dynamo.Views{Client: s.client, Table: s.names.Views},
		Checkpoints: &dynamo.Checkpoints{Client: s.client, Table: s.names.Checkpoints},
		Lot:         &dynamo.ParkingLot{Client: s.client, Table: s.names.Checkpoints},
		Generations: &dynamo.Generations{Client: s.client, Table: s.names.Views},
		Program:     "this one", Bound: time.Millisecond, Patience: 10 * time.Second,
	}
}
