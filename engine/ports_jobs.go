package engine

import (
	"context"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Job is what an admin has asked for, and what has become of it.
type Job struct {
	ID         string      `json:"id"` // a UUID that sorts by time
	Kind       string      `json:"kind" jsonschema:"enum=rebuild,enum=return,enum=drop,enum=retry,enum=skip,enum=redrive,enum=discard,enum=forget,enum=verify"`
	View       string      `json:"view,omitempty"`      // of a rebuild, a return and a drop
	Keep       bool        `json:"keep,omitzero"`       // of a rebuild: whether the generation that was live is kept
	Generation uint64      `json:"generation,omitzero"` // of a return: to which
	Consumer   string      `json:"consumer,omitempty"`  // of a retry and a skip, like the next two; of a redrive and a discard the last net
	Stream     es.StreamID `json:"stream,omitempty"`
	Version    uint64      `json:"version,omitzero"`  // that the stream is parked at
	Subject    string      `json:"subject,omitempty"` // of a forget
	Reason     string      `json:"reason,omitempty"`  // of a skip, a discard and a forget
	By         string      `json:"by"`                // id of the user who has asked
	AskedAt    time.Time   `json:"askedAt"`
	StartedAt  time.Time   `json:"startedAt,omitzero"` // for the first time
	EndedAt    time.Time   `json:"endedAt,omitzero"`   // one way or the other
	State      string      `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed"`
	Runs       int         `json:"runs,omitzero"`      // that were begun: more than 1 for what goes on after an interruption
	Progress   *Rebuilding `json:"progress,omitempty"` // of a rebuild and a drop
	Working    *Working    `json:"working,omitempty"`  // of a forget and a verify
	Result     *JobResult  `json:"result,omitempty"`
	Error      string      `json:"error,omitempty"` // of one that failed
}

// Kinds of jobs.
const (
	JobRebuild = "rebuild" // a view is made anew
	JobReturn  = "return"  // readers get the kept generation of a view
	JobDrop    = "drop"    // all generations of a view but the live one are dropped
	JobRetry   = "retry"   // a consumer goes on with a parked stream
	JobSkip    = "skip"    // it does so behind the commit that it could not take
	JobRedrive = "redrive" // what is in a last net is brought back to its queue
	JobDiscard = "discard" // it is removed
	JobForget  = "forget"  // the store forgets a person
	JobVerify  = "verify"  // the store is proved to be whole
)

// States of jobs.
const (
	JobWaiting = "waiting"
	JobRunning = "running"
	JobDone    = "done"
	JobFailed  = "failed"
)

// JobResult is what came of a job.
type JobResult struct {
	Rebuilt   *Rebuilt   `json:"rebuilt,omitempty"`   // of a rebuild, from before its switch on; with as many examples as there is room for
	Standing  *Standing  `json:"standing,omitempty"`  // of a return and a drop
	Redriven  *Redriven  `json:"redriven,omitempty"`  // of a redrive and a discard, with as many messages as there is room for
	Parked    *Parked    `json:"parked,omitempty"`    // of a retry and a skip after which the stream is parked again
	Forgotten *Forgotten `json:"forgotten,omitempty"` // of a forget, from before anything changes on
	Verified  *Verified  `json:"verified,omitempty"`  // of a verify, like the next
	Findings  []Finding  `json:"findings,omitempty"`  // as many as there is room for
}

// Working is how far something is that goes through a store.
type Working struct {
	Doing string `json:"doing"`
	Unit  string `json:"unit"`
	Done  uint64 `json:"done"`
	Total uint64 `json:"total,omitzero"` // when it is known
}

// Lane is what a job keeps others from: there is at most one in a lane that has not ended.
func (j Job) Lane() es.StreamID {
	switch {
	case j.View != "":
		return es.StreamID(j.View)
	case j.Consumer != "":
		return es.StreamID(j.Consumer + "/" + string(j.Stream))
	default:
		return es.StreamID(j.Kind + "/" + j.Subject)
	}
}

// Ended reports whether nothing more will come of a job.
func (j Job) Ended() bool { return j.State == JobDone || j.State == JobFailed }

// Jobs keeps jobs, for months at least. It is safe for concurrent use.
type Jobs interface {
	// AddJob keeps a job, unless there is one in its lane that has not ended. It gives the one that is in the lane then.
	AddJob(ctx context.Context, j Job) (Job, error)
	// SaveJob replaces a job, which leaves its lane when it has ended. It gives [ErrStale] when it had ended before, or is
	// not there.
	SaveJob(ctx context.Context, j Job) error
	// Job finds one by id; a zero one when it is not there.
	Job(ctx context.Context, id string) (Job, error)
	// Jobs lists the last ones, the newest first.
	Jobs(ctx context.Context, limit int) ([]Job, error)
}

// Backlog is what has been brought to a consumer and is not dealt with yet.
type Backlog struct {
	Waiting       uint64  `json:"waiting"`                // commits
	OldestSeconds float64 `json:"oldestSeconds,omitzero"` // since the oldest was made, where that is known
}

// Backlogs counts what waits in the queues of consumers.
type Backlogs interface {
	Backlog(ctx context.Context, consumer string) (Backlog, error)
}
