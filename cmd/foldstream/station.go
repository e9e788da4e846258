package main

import (
	"context"
	"errors"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
)

// site is the system that the command line is about: a deployed stage, or this machine's.
type site struct {
	local.Config
	stage string        // empty for this machine
	bound time.Duration // how long processes go by what they have read of generations and moves, unless it is [engine.TurnBound]
}

// station is a system as those who look after it see it, wherever it is.
type station struct {
	*engine.Installation
	Consumers map[string]*engine.Consumer // by name, those that can park
	Jobs      engine.Jobs
	Backlogs  engine.Backlogs
	Letters   engine.DeadLetters // nil where nothing is set aside
	Sweeper   engine.Sweeper     // nil where it is not
	Sizes     engine.Sizes
	Importer  engine.Importer
	Moves     engine.Moves
	Heeds     func(context.Context) error // fails unless all that writes goes by where the store is moving; nil here, where it does
	Close     func() error
	bound     time.Duration // the site's
}

// open opens the system for one of the commands that look after it, and closes it behind that.
func (s *site) open(ctx context.Context, then func(*station) error) error {
	opened, err := s.station(ctx)
	if err != nil {
		return err
	}
	opened.bound = s.bound
	return errors.Join(then(opened), opened.Close())
}

func (s *site) station(ctx context.Context) (*station, error) {
	if s.stage != "" {
		system, err := remote.Open(ctx, s.App, topology.Stage(s.stage))
		if err != nil {
			return nil, err
		}
		return &station{
			Installation: system.Installation, Consumers: system.Consumers, Jobs: system.Jobs, Backlogs: system.Backlogs,
			Letters: system.Letters, Sweeper: system.Sweeper, Sizes: system.Sizes, Importer: system.Importer, Moves: system.Moves, Heeds: system.Heeds, Close: func() error { return nil },
		}, nil
	}
	system, err := local.Open(s.Config, false)
	if err != nil {
		return nil, err
	}
	return &station{
		Installation: system.Installation, Consumers: system.Consumers, Jobs: system.Store, Backlogs: system.Store, Sizes: system.Store, Importer: system.Store, Moves: system.Store,
		Close: system.Close,
	}, nil
}
