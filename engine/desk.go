package engine

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/foldstream/foldstream/es"
)

// Desk takes what admins ask for: it notes a job, and queues it.
type Desk struct {
	App         *es.App
	Jobs        Jobs
	Queue       Inbox // of jobs, one after the other in each lane
	Generations Generations
	Lot         ParkingLot
	World       World
}

// ErrJobUnderWay is the refusal of a job for what another one is about that has not ended.
var ErrJobUnderWay = es.Conflict("JobUnderWay", "another job for the same is under way")

// ErrReturnToNothing is the refusal of going back with a view of which no earlier generation is kept.
var ErrReturnToNothing = es.Conflict("NothingKept", "no earlier generation of this view is kept")

// Ask takes a job of a kind about a view, about a consumer and a stream that is parked for it, or about all of the store. It
// gives the job as it waits, or a refusal.
func (d *Desk) Ask(ctx context.Context, job Job) (Job, error) {
	job.ID, job.State, job.AskedAt = NewID(), JobWaiting, d.World.Time()
	var err error
	switch {
	case job.View != "":
		err = d.checkView(ctx, &job)
	case job.Consumer != "":
		err = d.checkParked(ctx, &job)
	}
	if err != nil {
		return job, err
	}
	there, err := d.Jobs.AddJob(ctx, job)
	if err != nil {
		return job, fmt.Errorf("note a job: %w", err)
	}
	if there.ID != job.ID {
		return job, d.inTheWay(ctx, there)
	}
	slog.InfoContext(ctx, "job asked for", "job", job.ID, "kind", job.Kind, "lane", job.Lane(), "by", job.By)
	return job, d.post(ctx, job)
}

func (d *Desk) checkView(ctx context.Context, job *Job) error {
	if viewOf(d.App, job.View) == nil {
		return es.NotFound("NotFound", "there is no view of this name")
	}
	if job.Kind != JobReturn {
		return nil
	}
	s, err := d.Generations.Standing(ctx, job.View)
	if err != nil {
		return fmt.Errorf("read the generations of %s: %w", job.View, err)
	}
	if job.Generation = s.Kept; s.Kept == 0 {
		return ErrReturnToNothing
	}
	return nil
}

// checkParked also notes the version, so that no other commit is left out than the one that was seen.
func (d *Desk) checkParked(ctx context.Context, job *Job) error {
	all, err := d.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked: %w", err)
	}
	for _, p := range all {
		if p.Consumer == job.Consumer && p.Stream == job.Stream {
			job.Version = p.Version
			return nil
		}
	}
	return es.NotFound("NotFound", "this stream is not parked for this consumer")
}

// inTheWay refuses a job for the sake of another, which is queued again: whoever asked for it, or carried it out, may have come
// to grief, and it would be in the way for ever. For one that ends meanwhile that is an errand about nothing.
func (d *Desk) inTheWay(ctx context.Context, there Job) error {
	if err := d.post(ctx, there); err != nil {
		return err
	}
	return underWay(there)
}

// underWay is the refusal for the sake of a job that has not ended.
func underWay(there Job) error {
	refusal := *ErrJobUnderWay
	refusal.Detail = fmt.Sprintf("the job %s, a %s that was asked for by %s, has not ended", there.ID, there.Kind, there.By)
	return &refusal
}

// post queues a job's next run.
func (d *Desk) post(ctx context.Context, job Job) error {
	id, err := es.Encode(job.ID)
	if err != nil {
		return fmt.Errorf("queue the job %s: %w", job.ID, err)
	}
	err = d.Queue.Post(ctx, Errand{
		ID: fmt.Sprintf("%s#%d", job.ID, job.Runs+1), Command: job.Kind, Input: id, Stream: job.Lane(), TraceID: job.ID,
		Invoker: es.Identity{User: job.By},
	})
	if err != nil {
		return fmt.Errorf("queue the job %s: %w", job.ID, err)
	}
	return nil
}
