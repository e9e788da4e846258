package engine

import (
	"context"
	"errors"
	"fmt"
)

// Forget prepares the forgetting that a job is about.
func (i *Installation) Forget(job Job) *Forget {
	return &Forget{Installation: i, Subject: job.Subject, By: job.By, Why: job.Reason}
}

// forget forgets a subject. What there is about it is noted before anything changes, for those who go on after an
// interruption: they would not find the rows any more that showed it.
func (n *noting) forget(ctx context.Context, f *Forget) error {
	f.Tell = func(w Working) { n.working(ctx, w) }
	if n.job.Result == nil {
		seen, err := f.Look(ctx)
		if err != nil {
			return err
		}
		if seen.Found.Streams == 0 {
			return fmt.Errorf("no event has anything personal of %s: nothing is changed", f.Subject)
		}
		seen.By, seen.Why = f.By, f.Why
		n.job.Result = &JobResult{Forgotten: seen}
		if err := n.save(ctx); err != nil {
			return err
		}
	}
	report, err := f.Run(ctx, true)
	if report != nil {
		was := n.job.Result.Forgotten
		report.Rows, report.Values = was.Rows, was.Values
		n.job.Result = &JobResult{Forgotten: report}
	}
	return err
}

// errTooLong is why a verification is given up that has no more time. It could only begin again.
var errTooLong = errors.New("it takes longer than a job has time: verify the store from the command line")

// verify verifies the store, and fails when anything is wrong.
func (n *noting) verify(ctx context.Context, v *Verify) error {
	var findings []Finding
	room := exampleBytes
	v.Progress = func(w Working) { n.working(ctx, w) }
	v.Found = func(f Finding) { findings = append(findings, fitting([]Finding{outlined(f)}, &room)...) }
	sum, err := v.Run(ctx)
	n.job.Result = &JobResult{Verified: &sum, Findings: findings}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errTooLong
	case err != nil:
		return err
	case sum.Findings > 0:
		return fmt.Errorf("the store is not whole, findings: %d", sum.Findings)
	}
	return nil
}

// outlined is a finding without what rows and snapshots hold, which may be private or personal: a job is kept for long.
func outlined(f Finding) Finding {
	if f.Check == CheckView || f.Check == CheckSnapshot {
		return Finding{Check: f.Check, Where: f.Where, Expected: "what the events say", Found: "something else", Next: f.Next}
	}
	f.Expected, f.Found = clipped(f.Expected), clipped(f.Found)
	return f
}
