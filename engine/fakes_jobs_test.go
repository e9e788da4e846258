package engine_test

import (
	"context"
	"slices"

	"github.com/foldstream/foldstream/engine"
)

// jobs keeps jobs, and is the queue of them. It breaks with the memory that it belongs to.
type jobs struct {
	*memory
	all    []engine.Job
	posted []engine.Errand
	saved  func(engine.Job) // called behind each SaveJob; nil for nobody
	full   error            // why nothing is posted
}

func (j *jobs) AddJob(_ context.Context, job engine.Job) (there engine.Job, err error) {
	return there, j.write(func() error {
		n := slices.IndexFunc(j.all, func(there engine.Job) bool { return there.Lane() == job.Lane() && !there.Ended() })
		if n >= 0 {
			there = j.all[n]
			return nil
		}
		there, j.all = job, append(j.all, job)
		return nil
	})
}

func (j *jobs) SaveJob(_ context.Context, job engine.Job) error {
	err := j.write(func() error {
		n := slices.IndexFunc(j.all, func(there engine.Job) bool { return there.ID == job.ID && !there.Ended() })
		if n < 0 {
			return engine.ErrStale
		}
		j.all[n] = job
		return nil
	})
	if err == nil && j.saved != nil {
		j.saved(job)
	}
	return err
}

func (j *jobs) Job(_ context.Context, id string) (engine.Job, error) {
	for _, there := range j.all {
		if there.ID == id {
			return there, nil
		}
	}
	return engine.Job{}, nil
}

func (j *jobs) Jobs(_ context.Context, limit int) ([]engine.Job, error) {
	last := slices.Clone(j.all)
	slices.Reverse(last)
	return last[:min(limit, len(last))], nil
}

func (j *jobs) Post(_ context.Context, e engine.Errand) error {
	if j.full != nil {
		return j.full
	}
	return j.write(func() error {
		j.posted = append(j.posted, e)
		return nil
	})
}
