package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// sender carries out acts upon events, for a saga or a listener.
type sender struct {
	*Commands
	name      string
	timers    Timers
	mailer    Mailer
	texter    Texter
	addresses es.AddressBook
}

// consumer makes a consumer of a function that reacts to the i-th event of a commit.
func (s *sender) consumer(checkpoints Checkpoints, lot ParkingLot, react func(context.Context, es.Commit, int) error) *Consumer {
	step := func(ctx context.Context, c es.Commit) error {
		for i := range c.Events {
			if err := react(ctx, c, i); err != nil {
				return err
			}
		}
		return nil
	}
	return &Consumer{
		Name: s.name, Store: s.Store, Lot: lot, World: s.World,
		Handler: steps{consumer: s.name, checkpoints: checkpoints, step: step},
	}
}

// carryOut does what is to be done upon the i-th event of a commit, for the first time or again.
func (s *sender) carryOut(ctx context.Context, c es.Commit, i int, acts []es.Act) error {
	if len(acts) == 0 {
		return nil
	}
	refused, err := openRefusals(ctx, s.Commands, s.name, c.Stream)
	if err != nil {
		return err
	}
	r := reaction{sender: s, cause: c, event: eventRef(c, i), refused: refused}
	return r.all(ctx, "", acts)
}

// eventRef names the i-th event of a commit, as "stream@version".
func eventRef(c es.Commit, i int) string { return fmt.Sprintf("%s@%d", c.Stream, c.Version+uint64(i)) }

// reaction is one event being reacted to.
type reaction struct {
	*sender
	cause   es.Commit
	event   string
	refused *refusals
}

// all carries out acts in order. It stops at the first that is refused, and goes on with that one's compensation.
func (r *reaction) all(ctx context.Context, path string, acts []es.Act) error {
	for i, act := range acts {
		place := fmt.Sprintf("%s%d", path, i)
		if act.Name != "" {
			place = path + act.Name
		}
		refusal, err := r.one(ctx, r.event+"/"+place, act)
		if err != nil {
			return err
		}
		if refusal == nil {
			continue
		}
		if act.Otherwise == nil {
			return nil
		}
		return r.all(ctx, place+".else.", act.Otherwise(refusal))
	}
	return nil
}

func (r *reaction) one(ctx context.Context, name string, act es.Act) (*es.Rejection, error) {
	switch {
	case act.Mail != nil:
		return nil, r.post(ctx, name, *act.Mail)
	case act.SMS != nil:
		return nil, r.texter.Text(ctx, derive(r.name, name, "sms"), *act.SMS)
	case !act.Due.IsZero():
		return nil, r.setTimer(ctx, name, act)
	}
	if refusal, refused := r.refused.state[name]; refused {
		return refusal, nil
	}
	_, err := r.Execute(ctx, Request{
		Decl: act.Send, Command: act.Command, ID: derive(r.name, name), TraceID: r.cause.TraceID, Causation: r.event,
		Cause: r.cause.Time, Invoker: r.invoker(), Trace: r.cause.Trace,
	})
	var refusal *es.Rejection
	if !errors.As(err, &refusal) {
		return nil, err
	}
	if errors.Is(err, ErrContended) {
		return nil, err // not the domain's word: to be tried again
	}
	return refusal, r.refused.record(ctx, es.CommandRejected{
		Command: act.Send.Name, AggregateID: act.Send.StreamOf(act.Command), CausationID: r.event, Act: name, Rejection: refusal,
	}, es.Origin{TraceID: r.cause.TraceID, CausationID: r.event, Invoker: r.cause.Invoker, Trace: r.cause.Trace})
}

// invoker is who made the request that everything began with, with the rights of the system.
func (r *reaction) invoker() es.Identity {
	return es.Identity{User: r.cause.Invoker, Roles: []string{es.RoleSystem}}
}

func (r *reaction) setTimer(ctx context.Context, name string, act es.Act) error {
	input, err := act.Send.Encode(act.Command)
	if err != nil {
		return &es.Fault{Doing: "encode " + act.Send.Name, Err: err}
	}
	err = r.timers.Set(ctx, Errand{
		ID: derive(r.name, name), Command: act.Send.Name, Input: input, Stream: act.Send.StreamOf(act.Command), Due: act.Due,
		TraceID: r.cause.TraceID, CausationID: r.event, Invoker: r.invoker(), Trace: r.cause.Trace, Saga: r.name, Act: name,
	})
	if err != nil {
		return fmt.Errorf("set a timer for %s: %w", act.Send.Name, err)
	}
	return nil
}

// post sends a mail to whoever has an address. It is posted again after a crash, under the same id.
func (r *reaction) post(ctx context.Context, name string, m es.Mail) error {
	address := m.Address
	if address == "" {
		// The aggregate is asked, not a view that may be behind.
		state, err := r.State(ctx, r.addresses.Aggregate, es.NewStreamID(r.addresses.Aggregate.Category(), m.To))
		if err != nil {
			return err
		}
		if address = r.addresses.Address(state); address == "" {
			return nil
		}
	}
	return r.mailer.Mail(ctx, derive(r.name, name, "mail"), address, m)
}
