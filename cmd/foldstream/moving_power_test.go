package main

import (
	"context"
	"errors"
	"sync"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var errPower = errors.New("the power is gone")

// power goes at a step: there is one before each write, and one behind it. It does not come back.
type power struct {
	mu          sync.Mutex
	step, count int
	at          string // what it went at
}

func (p *power) gone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at != ""
}

// lasts counts a step.
func (p *power) lasts(what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count++; p.count < p.step {
		return nil
	}
	if p.at == "" {
		p.at = what
	}
	return errPower
}

func (p *power) around(what string, write func() error) error {
	if err := p.lasts("before " + what); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	return p.lasts("behind " + what)
}

// station is one of which an import's writes take power.
func (p *power) station(s *station) *station {
	installation, powered := *s.Installation, *s
	installation.Timers = poweredTimers{installation.Timers, p}
	installation.Views = poweredViews{installation.Views, p}
	installation.Generations = poweredGenerations{installation.Generations, p}
	installation.Checkpoints = poweredCheckpoints{installation.Checkpoints, p}
	installation.Keys = poweredKeys{installation.Keys, p}
	powered.Installation, powered.Importer = &installation, poweredImporter{s.Importer, p}
	return &powered
}

type poweredImporter struct {
	engine.Importer
	power *power
}

func (i poweredImporter) Room() (commits, bytes int) { return 4, 1 << 20 }

func (i poweredImporter) Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	return i.power.around("copy", func() error { return i.Importer.Copy(ctx, source, was, now, drafts...) })
}

func (i poweredImporter) Mute(ctx context.Context, marks ...engine.Mark) error {
	return i.power.around("mute", func() error { return i.Importer.Mute(ctx, marks...) })
}

type poweredTimers struct {
	engine.Timers
	power *power
}

func (t poweredTimers) Set(ctx context.Context, e engine.Errand) error {
	return t.power.around("set", func() error { return t.Timers.Set(ctx, e) })
}

type keyring = engine.Keys // by a name that none of its methods has

type poweredKeys struct {
	keyring
	power *power
}

func (k poweredKeys) Adopt(ctx context.Context, key engine.SubjectKey) error {
	return k.power.around("adopt", func() error { return k.keyring.Adopt(ctx, key) })
}

func (k poweredKeys) Forget(ctx context.Context, f engine.Forgetting) error {
	return k.power.around("forget", func() error { return k.keyring.Forget(ctx, f) })
}

type poweredViews struct {
	engine.WholeViews
	power *power
}

func (v poweredViews) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	return v.power.around("save", func() error { return v.WholeViews.Save(ctx, view, id, was, now) })
}

func (v poweredViews) SaveAll(ctx context.Context, view string, changes []engine.RowChange) (stale []string, err error) {
	err = v.power.around("save all", func() (err error) {
		stale, err = v.WholeViews.SaveAll(ctx, view, changes)
		return err
	})
	return stale, err
}

func (v poweredViews) EraseRows(ctx context.Context, view string) error {
	return v.power.around("erase rows", func() error { return v.WholeViews.EraseRows(ctx, view) })
}

type poweredGenerations struct {
	engine.Generations
	power *power
}

func (g poweredGenerations) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	return g.power.around("set the standing", func() error { return g.Generations.SetStanding(ctx, view, was, now) })
}

type poweredCheckpoints struct {
	engine.Checkpoints
	power *power
}

func (c poweredCheckpoints) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	return c.power.around("advance", func() error { return c.Checkpoints.Advance(ctx, consumer, stream, was, now) })
}
