package engine

import (
	"context"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// steps makes a [Handler] of a function that takes one commit, with its progress in a checkpoint. What the function does
// must bear repetition: after a crash it gets the last commit again.
type steps struct {
	consumer    string
	checkpoints Checkpoints
	step        func(ctx context.Context, c es.Commit) error
}

func (s steps) Begin(ctx context.Context, stream es.StreamID) (Progress, error) {
	version, err := s.checkpoints.Applied(ctx, s.consumer, stream)
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint of %s: %w", s.consumer, err)
	}
	return &stepProgress{steps: s, stream: stream, was: version, now: version}, nil
}

type stepProgress struct {
	steps
	stream   es.StreamID
	was, now uint64
}

func (p *stepProgress) Version() uint64 { return p.now }

func (p *stepProgress) Apply(ctx context.Context, c es.Commit) error {
	if err := p.step(ctx, c); err != nil {
		return err
	}
	p.now = c.Last()
	return nil
}

func (p *stepProgress) Skip(c es.Commit) { p.now = c.Last() }

func (p *stepProgress) Save(ctx context.Context) error {
	if p.now == p.was {
		return nil
	}
	return p.checkpoints.Advance(ctx, p.consumer, p.stream, p.was, p.now)
}
