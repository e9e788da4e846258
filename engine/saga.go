package engine

import (
	"context"

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
	Timers   Timers // nil for a saga that sets none
	Mailer   Mailer // nil for a saga that posts no mail
	Texter   Texter // nil for a saga that sends no text messages
}

// Consumer makes the saga a consumer.
func (s *Saga) Consumer(checkpoints Checkpoints, lot ParkingLot) *Consumer {
	out := &sender{
		Commands: s.Commands, name: s.Decl.Name, timers: s.Timers, mailer: s.Mailer, texter: s.Texter, addresses: s.Decl.Addresses,
	}
	return out.consumer(checkpoints, lot, func(ctx context.Context, c es.Commit, i int) error {
		acts, err := s.react(ctx, c, i)
		if err != nil {
			return err
		}
		return out.carryOut(ctx, c, i, acts)
	})
}

func (s *Saga) react(ctx context.Context, c es.Commit, i int) ([]es.Act, error) {
	if !s.Decl.Secret {
		return s.Decl.React(c, i, nil)
	}
	secret, err := secretFor(ctx, s.Commands.Secrets, s.Decl.Name)
	if err != nil {
		return nil, err
	}
	return s.Decl.React(c, i, secret)
}
