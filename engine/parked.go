package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Failed is a time that a stream was parked.
type Failed struct {
	Error    string    `json:"error"` // the beginning of it
	Attempts int       `json:"attempts"`
	Time     time.Time `json:"time"`
}

// MostHistory is how many times before are kept of a stream that is parked again and again: the first, and the last ones.
const MostHistory = 10

// Behind is a note that takes the place of another of the same consumer and stream. When that is about the same version it
// goes into the history.
func (p Parked) Behind(was Parked) Parked {
	p.History = nil
	if was.Version != p.Version {
		return p
	}
	p.History = append(slices.Clone(was.History), Failed{Error: clipped(was.Error), Attempts: was.Attempts, Time: was.Time})
	if len(p.History) > MostHistory {
		p.History = slices.Delete(p.History, 1, 1+len(p.History)-MostHistory)
	}
	return p
}

// Since is when the stream was parked at its version for the first time.
func (p Parked) Since() time.Time {
	if len(p.History) > 0 {
		return p.History[0].Time
	}
	return p.Time
}

// Carry takes a retry or a skip like [Desk.Ask], and carries it out itself: for those who look after a system whose queue of
// jobs may be served by nobody. A job that has not ended of such callers, told by the beginning of its By, was broken off with
// its process, or is at the same work: it is ended, which does no harm to either. It gives the job as it ended, with
// the error that it ended with.
func (u *Upkeep) Carry(ctx context.Context, job Job, callers string) (Job, error) {
	if err := u.checkParked(ctx, &job); err != nil {
		return job, err
	}
	return u.noted(ctx, job, callers, func(job *Job) error { return u.insist(ctx, job) })
}

// noted carries out a job that is noted before and behind that.
func (u *Upkeep) noted(ctx context.Context, job Job, callers string, do func(*Job) error) (Job, error) {
	job.ID, job.State, job.AskedAt = NewID(), JobRunning, u.World.Time()
	job.StartedAt, job.Runs = job.AskedAt, 1
	if err := u.claim(ctx, job, callers); err != nil {
		return job, err
	}
	failed := do(&job)
	// What has been done must be noted, although the caller may want to end by now.
	if err := u.end(context.WithoutCancel(ctx), job, failed); err != nil {
		return job, errors.Join(failed, fmt.Errorf("note what became of the job %s: %w", job.ID, err))
	}
	return job, failed
}

// claim notes a job that is carried out at once.
func (u *Upkeep) claim(ctx context.Context, job Job, callers string) error {
	for {
		there, err := u.Jobs.AddJob(ctx, job)
		if err != nil {
			return fmt.Errorf("note a job: %w", err)
		}
		if there.ID == job.ID {
			return nil
		}
		if !strings.HasPrefix(there.By, callers) {
			return underWay(there)
		}
		if err := u.end(ctx, there, fmt.Errorf("%w: %s took it over", errInterrupted, job.By)); err != nil {
			return fmt.Errorf("end the job %s, which is in the way: %w", there.ID, err)
		}
	}
}
