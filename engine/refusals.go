package engine

import (
	"context"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// refusals is the own stream of a saga, or of whoever else sends commands on behalf of somebody who does not wait for the
// answer: what was refused stands there, and from there it gets to the invoker and the trace.
type refusals struct {
	*Commands
	sender string
	stream es.StreamID
	head   es.Head
	state  es.Refusals
}

// openRefusals reads the refusals of a sender upon the events of a stream.
func openRefusals(ctx context.Context, x *Commands, sender string, cause es.StreamID) (*refusals, error) {
	r := &refusals{Commands: x, sender: sender, stream: es.NewStreamID(es.SagaStreams.Category(), sender+"."+string(cause))}
	return r, r.load(ctx)
}

func (r *refusals) load(ctx context.Context) error {
	for c, err := range Read(ctx, r.Store, r.stream, r.head.Version()) {
		if err != nil {
			return err
		}
		state, err := es.SagaStreams.Fold(r.state, c)
		if err != nil {
			return err
		}
		r.state, r.head = state.(es.Refusals), c.Head()
	}
	return nil
}

// record adds a refusal that is not there yet.
func (r *refusals) record(ctx context.Context, refused es.CommandRejected, origin es.Origin) error {
	recorded, err := es.SagaStreams.Record([]es.Event[es.Refusals]{refused})
	if err != nil {
		return err
	}
	origin.CommandID = derive(r.sender, refused.Act, "refused")
	origin.Time = r.World.Time()
	draft := es.Draft{Stream: r.stream, After: r.head, Events: recorded, Origin: origin}
	if err := r.Store.Append(ctx, draft); err != nil {
		return fmt.Errorf("record a refusal in %s: %w", r.stream, err)
	}
	return r.load(ctx)
}
