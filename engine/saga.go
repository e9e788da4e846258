package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// Saga carries out what a saga declares: for each event, its commands and mails in order.
//
// The id of each command is derived from the saga and the event, so that a redelivery changes nothing. A refusal is
// recorded in the saga's own stream before its compensation begins, so that a redelivery comes to the same end although
// the state that refused may have changed since.
type Saga struct {
	Decl     *es.Saga
	Commands *Commands
	Mailer   Mailer // nil for a saga that posts no mail
}

// Consumer makes the saga a consumer.
func (s *Saga) Consumer(checkpoints Checkpoints, lot ParkingLot) *Consumer {
	return &Consumer{
		Name: s.Decl.Name, Store: s.Commands.Store, Lot: lot, World: s.Commands.World,
		Handler: steps{consumer: s.Decl.Name, checkpoints: checkpoints, step: s.react},
	}
}

func (s *Saga) react(ctx context.Context, c es.Commit) error {
	for i := range c.Events {
		acts, err := s.Decl.React(c, i)
		if err != nil {
			return err
		}
		if len(acts) == 0 {
			continue
		}
		r := reaction{Saga: s, cause: c, event: fmt.Sprintf("%s@%d", c.Stream, c.Version+uint64(i))}
		r.stream = es.NewStreamID(es.SagaStreams.Category(), s.Decl.Name+"."+string(c.Stream))
		if err := r.load(ctx); err != nil {
			return err
		}
		if err := r.all(ctx, "", acts); err != nil {
			return err
		}
	}
	return nil
}

// reaction is one event being reacted to.
type reaction struct {
	*Saga
	cause    es.Commit
	event    string
	stream   es.StreamID // the saga's own
	head     es.Head
	refusals es.Refusals
}

func (r *reaction) load(ctx context.Context) error {
	for c, err := range Read(ctx, r.Commands.Store, r.stream, r.head.Version()) {
		if err != nil {
			return err
		}
		state, err := es.SagaStreams.Fold(r.refusals, c)
		if err != nil {
			return err
		}
		r.refusals, r.head = state.(es.Refusals), c.Head()
	}
	return nil
}

// all carries out acts in order. It stops at the first that is refused, and goes on with that one's compensation.
func (r *reaction) all(ctx context.Context, path string, acts []es.Act) error {
	for i, act := range acts {
		name := fmt.Sprintf("%s/%s%d", r.event, path, i)
		refusal, err := r.one(ctx, name, act)
		if err != nil {
			return err
		}
		if refusal == nil {
			continue
		}
		if act.Otherwise == nil {
			return nil
		}
		return r.all(ctx, fmt.Sprintf("%s%d.else.", path, i), act.Otherwise(refusal))
	}
	return nil
}

func (r *reaction) one(ctx context.Context, name string, act es.Act) (*es.Rejection, error) {
	if act.Mail != nil {
		return nil, r.post(ctx, name, *act.Mail)
	}
	if refusal, refused := r.refusals[name]; refused {
		return refusal, nil
	}
	_, err := r.Commands.Execute(ctx, Request{
		Decl: act.Send, Command: act.Command, ID: derive(r.Decl.Name, name), TraceID: r.cause.TraceID, Causation: r.event,
		Invoker: es.Identity{User: r.cause.Invoker, Roles: []string{es.RoleSystem}}, Trace: r.cause.Trace,
	})
	var refusal *es.Rejection
	if !errors.As(err, &refusal) {
		return nil, err
	}
	if errors.Is(err, ErrContended) {
		return nil, err // not the domain's word: to be tried again
	}
	return refusal, r.record(ctx, name, act, refusal)
}

func (r *reaction) record(ctx context.Context, name string, act es.Act, refusal *es.Rejection) error {
	recorded, err := es.SagaStreams.Record([]es.Event[es.Refusals]{es.CommandRejected{
		Command: act.Send.Name, AggregateID: act.Send.StreamOf(act.Command), CausationID: r.event, Act: name, Rejection: refusal,
	}})
	if err != nil {
		return err
	}
	draft := es.Draft{Stream: r.stream, After: r.head, Events: recorded, Origin: es.Origin{
		CommandID: derive(r.Decl.Name, name, "refused"), TraceID: r.cause.TraceID, CausationID: r.event,
		Invoker: r.cause.Invoker, Time: r.Commands.World.Time(), Trace: r.cause.Trace,
	}}
	if err := r.Commands.Store.Append(ctx, draft); err != nil {
		return fmt.Errorf("record a refusal in %s: %w", r.stream, err)
	}
	return r.load(ctx)
}

// post sends a mail to whoever has an address. It is posted again after a crash, under the same id.
func (r *reaction) post(ctx context.Context, name string, m es.Mail) error {
	address, err := r.address(ctx, m.To)
	if err != nil || address == "" {
		return err
	}
	return r.Mailer.Mail(ctx, derive(r.Decl.Name, name, "mail"), address, m)
}

// address asks the aggregate that knows it, not a view that may be behind.
func (r *reaction) address(ctx context.Context, user string) (string, error) {
	book := r.Decl.Addresses
	var state any
	for c, err := range Read(ctx, r.Commands.Store, es.NewStreamID(book.Aggregate.Category(), user), 0) {
		if err != nil {
			return "", err
		}
		if state, err = book.Aggregate.Fold(state, c); err != nil {
			return "", err
		}
	}
	return book.Address(state), nil
}
