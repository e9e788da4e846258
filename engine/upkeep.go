package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// UpkeepName is the name of the queue of jobs, and of who carries them out.
const UpkeepName = "upkeep"

// Upkeep carries out jobs, each as an errand that names it. An errand that comes again, after a crash or by a queue that
// repeats itself, goes on with its job, and does nothing for one that has ended.
type Upkeep struct {
	Desk
	Rebuild   func(view *es.ViewDecl) (*Rebuild, error)
	Forget    func(job Job) *Forget
	Verify    func() *Verify
	Consumers map[string]*Consumer
}

// errInterrupted is why a job is given up whose errand keeps coming again: nobody was left to say what else was wrong.
var errInterrupted = errors.New("it was interrupted again and again, before it could say why: see the log of who carries jobs out")

// Run carries out an errand's job, as far as there is time. What it answers with an error is to be brought again; attempt
// counts how often it has been brought, from 1.
func (u *Upkeep) Run(ctx context.Context, e Errand, attempt int) error {
	job, err := u.find(ctx, e)
	if err != nil || job.Ended() {
		return err
	}
	if attempt > limits.UpkeepTries {
		return u.end(ctx, job, errInterrupted)
	}
	now := u.World.Time()
	job.State, job.Runs = JobRunning, job.Runs+1
	if job.StartedAt.IsZero() {
		job.StartedAt = now
	}
	if err := u.Jobs.SaveJob(ctx, job); err != nil {
		return over(err)
	}
	working, cancel := untilShortlyBefore(ctx)
	defer cancel()
	err = u.insist(working, &job)
	switch {
	case errors.Is(err, errOver):
		return nil
	case errors.Is(err, errTooLong):
		return u.end(context.WithoutCancel(ctx), job, err)
	case err != nil && (working.Err() != nil || passes(err)):
		return u.again(context.WithoutCancel(ctx), job, err) // also when this process is about to end
	default:
		return u.end(ctx, job, err)
	}
}

// untilShortlyBefore leaves some time at the end, to note how far a job is and to queue it again.
func untilShortlyBefore(ctx context.Context) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-limits.UpkeepStops))
}

// find reads an errand's job. One that is not there is done with: jobs are forgotten after months, errands after days.
func (u *Upkeep) find(ctx context.Context, e Errand) (Job, error) {
	var id string
	if err := es.Decode(e.Input, &id); err != nil {
		return Job{}, &es.Fault{Doing: "read which job an errand is about", Err: err}
	}
	job, err := u.Jobs.Job(ctx, id)
	if err == nil && job.ID == "" {
		slog.ErrorContext(ctx, "a job is not there", "job", id)
		job.State = JobFailed
	}
	return job, err
}

// again queues a job that is not done yet.
func (u *Upkeep) again(ctx context.Context, job Job, why error) error {
	if job.Runs >= limits.UpkeepRuns {
		return u.end(ctx, job, fmt.Errorf("given up after %d runs: %w", job.Runs, why))
	}
	if err := u.Jobs.SaveJob(ctx, job); err != nil {
		return over(err)
	}
	return u.post(ctx, job)
}

// end notes what has become of a job.
func (u *Upkeep) end(ctx context.Context, job Job, failed error) error {
	job.State, job.EndedAt = JobDone, u.World.Time()
	if failed != nil {
		job.State, job.Error = JobFailed, clipped(failed.Error())
	}
	slog.InfoContext(ctx, "job", "job", job.ID, "kind", job.Kind, "lane", job.Lane(), "by", job.By, "state", job.State, "error", job.Error)
	return over(u.Jobs.SaveJob(ctx, job))
}

// errOver says that somebody else has ended the job meanwhile.
var errOver = errors.New("the job has ended")

// over makes nothing of a job that has ended, which needs nobody any more.
func over(err error) error {
	if errors.Is(err, ErrStale) {
		return nil
	}
	return err
}

// insist does a job again while nothing but time is needed, and there is some: a job has only so many runs, however quickly
// they fail.
func (u *Upkeep) insist(ctx context.Context, job *Job) error {
	for try := 1; ; try++ {
		err := u.do(ctx, job)
		if !passes(err) || whenBusy.Pause(ctx, try) != nil {
			return err
		}
	}
}

// do does what a job is about, and notes in it what came of that.
func (u *Upkeep) do(ctx context.Context, job *Job) error {
	switch job.Kind {
	case JobRebuild, JobReturn, JobDrop:
		return u.view(ctx, job)
	case JobRetry, JobSkip:
		return u.parked(ctx, job)
	case JobForget:
		return u.noting(ctx, job, func(ctx context.Context, n *noting) error { return n.forget(ctx, u.Forget(*job)) })
	case JobVerify:
		return u.noting(ctx, job, func(ctx context.Context, n *noting) error { return n.verify(ctx, u.Verify()) })
	default:
		return fmt.Errorf("there is no job of the kind %q", job.Kind)
	}
}

func (u *Upkeep) parked(ctx context.Context, job *Job) error {
	consumer := u.Consumers[job.Consumer]
	if consumer == nil {
		return fmt.Errorf("there is no consumer %q", job.Consumer)
	}
	var again *Parked
	var err error
	if job.Kind == JobSkip {
		again, err = consumer.Skip(ctx, job.Stream, job.Version)
	} else {
		again, err = consumer.Retry(ctx, job.Stream)
	}
	if err != nil || again == nil {
		return err
	}
	job.Result = &JobResult{Parked: again}
	return fmt.Errorf("%s is parked again, at version %d: %s", again.Stream, again.Version, again.Error)
}

func (u *Upkeep) view(ctx context.Context, job *Job) error {
	view := viewOf(u.App, job.View)
	if view == nil {
		return fmt.Errorf("there is no view %q", job.View)
	}
	r, err := u.Rebuild(view)
	if err != nil {
		return err
	}
	return u.noting(ctx, job, func(ctx context.Context, n *noting) error {
		n.private = u.App.IsPersonal(view) || slices.ContainsFunc(view.Categories, u.App.Catalogue().IsPrivate)
		r.Progress = func(p Rebuilding) { n.progress(ctx, p) }
		r.Compared = n.compared
		switch job.Kind {
		case JobRebuild:
			return n.rebuild(ctx, r)
		case JobReturn:
			err = u.goBack(ctx, r, job)
		default:
			err = r.Drop(ctx)
		}
		if err != nil {
			return err
		}
		return n.standing(ctx, r)
	})
}

// goBack returns to the generation that was asked for, unless that has been done.
func (u *Upkeep) goBack(ctx context.Context, r *Rebuild, job *Job) error {
	s, err := r.standing(ctx)
	switch {
	case err != nil:
		return err
	case s.Live == job.Generation:
		return nil
	case s.Kept != job.Generation:
		return fmt.Errorf("generation %d is not kept any more: %w", job.Generation, errSuperseded)
	}
	_, err = r.Back(ctx)
	return err
}

// noting keeps a job up to date while it is carried out.
type noting struct {
	upkeep *Upkeep
	job    *Job
	stop   context.CancelCauseFunc
	noted  time.Time
	// private is set for a view that shows data of private categories, or of persons.
	private bool
}

// noting does what a job is about, which is broken off when somebody has ended the job.
func (u *Upkeep) noting(ctx context.Context, job *Job, do func(context.Context, *noting) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err := do(ctx, &noting{upkeep: u, job: job, stop: stop})
	if cause := context.Cause(ctx); errors.Is(cause, errOver) {
		return cause
	}
	return err
}

func (n *noting) rebuild(ctx context.Context, r *Rebuild) error {
	var before *Rebuilt
	if n.job.Result != nil {
		before = n.job.Result.Rebuilt
	}
	report, err := r.Resume(ctx, before, n.job.Keep)
	if report != nil {
		n.job.Result = &JobResult{Rebuilt: brief(report, n.private)}
	}
	return err
}

// betweenNotes is how often progress is noted, but for each phase's first.
const betweenNotes = time.Second

// progress notes how far a rebuild is.
func (n *noting) progress(ctx context.Context, p Rebuilding) {
	known := n.job.Progress
	n.job.Progress = &p
	n.note(ctx, known == nil || known.Phase != p.Phase)
}

// working notes how far anything else is.
func (n *noting) working(ctx context.Context, w Working) {
	known := n.job.Working
	n.job.Working = &w
	n.note(ctx, known == nil || known.Doing != w.Doing)
}

// note notes how far the job is, now and then and at the beginning of something else. One that has been ended meanwhile is
// broken off; any other trouble only leaves the progress as it was.
func (n *noting) note(ctx context.Context, begins bool) {
	now := time.Now()
	if !begins && now.Sub(n.noted) < betweenNotes {
		return
	}
	n.noted = now
	if err := n.save(ctx); err != nil && !errors.Is(err, ErrStale) && ctx.Err() == nil {
		slog.WarnContext(ctx, "the progress of a job is not noted", "job", n.job.ID, "error", err)
	}
}

// save notes the job as it is, and breaks it off if somebody has ended it.
func (n *noting) save(ctx context.Context) error {
	err := n.upkeep.Jobs.SaveJob(ctx, *n.job)
	if errors.Is(err, ErrStale) {
		n.stop(errOver)
	}
	return err
}

// compared notes a rebuild's report before its switch, by which who goes on later knows whether that was made.
func (n *noting) compared(ctx context.Context, report *Rebuilt) error {
	n.job.Result = &JobResult{Rebuilt: brief(report, n.private)}
	return n.save(ctx)
}

func (n *noting) standing(ctx context.Context, r *Rebuild) error {
	s, err := r.standing(ctx)
	if err == nil {
		n.job.Result = &JobResult{Standing: &s}
	}
	return err
}
