package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
)

func verify(at *site) *cobra.Command {
	var how verifying
	c := &cobra.Command{
		Use:   "verify",
		Short: "Prove that the store is whole",
		Long: "Walk through the whole store and prove it: that each stream joins on from version 1 and its folds take it; that the feed has every\n" +
			"commit once, in its stream's order and without a gap; that every row of every view, and every snapshot, is what the events say; that\n" +
			"unique values, timers and subscriptions are those of streams and connections that there are. It writes nothing, and events may come\n" +
			"in meanwhile. It fails when anything is wrong. Texts of the full-text index are not looked at: rebuild a view to have them made anew.",
		Example: "  foldstream verify\n  foldstream verify --stage production --json | grep '\"check\":\"view\"'",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s) })
		},
	}
	c.Flags().BoolVar(&how.lines, "json", false, "a line of JSON for each finding, and one for the sum")
	c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long the feed and the views may be behind the store")
	return c
}

type verifying struct {
	lines    bool
	patience time.Duration
}

func (how verifying) run(c *cobra.Command, s *station) error {
	out, bar := c.OutOrStdout(), newProgress(c.ErrOrStderr(), how.lines)
	v, begun := s.Verify(), time.Now()
	v.Patience = how.patience
	v.Progress = func(p engine.Working) { bar.at("verify: "+p.Doing, p.Unit, p.Done, p.Total) }
	var unsaid error
	v.Found = func(f engine.Finding) {
		bar.end()
		if err := how.found(out, f); err != nil {
			unsaid = err
		}
	}
	sum, err := v.Run(c.Context())
	bar.end()
	if err == nil && sum.Findings > 0 {
		err = errors.New(oneOrMany(sum.Findings, "thing is wrong", "things are wrong"))
	}
	return errors.Join(err, unsaid, how.sum(out, sum, time.Since(begun)))
}

func (how verifying) found(w io.Writer, f engine.Finding) error {
	if how.lines {
		return line(w, f)
	}
	_, err := fmt.Fprintf(w, "%s: %s\n  expected %s\n  found    %s\n  next     %s\n", f.Check, f.Where, f.Expected, f.Found, f.Next)
	return err
}

func (how verifying) sum(w io.Writer, sum engine.Verified, took time.Duration) error {
	if how.lines {
		return line(w, sum)
	}
	fmt.Fprintf(w, "%d commits at %d positions, %d streams with %d events, in %s.\n", sum.Commits, sum.Positions, sum.Streams, sum.Events, took.Round(time.Millisecond))
	fmt.Fprintf(w, "%d rows of views, %d snapshots, %d unique values, %d timers, %d subscriptions.\n",
		sum.Rows, sum.Snapshots, sum.Unique, sum.Timers, sum.Subscriptions)
	for _, aside := range []struct {
		n         uint64
		one, many string
	}{
		{sum.Stale, "snapshot is of another fold and unused", "snapshots are of other folds and unused"},
		{sum.TimersSoon, "timer is due in some minutes, and was not looked at", "timers are due in some minutes, and were not looked at"},
		{sum.Leaving, "subscription is of a connection that is over", "subscriptions are of connections that are over"},
		{sum.Archived, "stream or view has parts that are archived, and cannot be read from here", "streams or views have parts that are archived, and cannot be read from here"},
	} {
		if aside.n > 0 {
			fmt.Fprintf(w, "%s.\n", oneOrMany(aside.n, aside.one, aside.many))
		}
	}
	if sum.Findings == 0 {
		fmt.Fprintln(w, "Nothing is wrong.")
	}
	return nil
}

func oneOrMany(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
