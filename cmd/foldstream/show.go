package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/wI2L/jsondiff"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// showing is how a stream is shown.
type showing struct {
	version      uint64
	time         string
	diff, timers bool
	json         bool
}

func showStream(at *site) *cobra.Command {
	var how showing
	c := &cobra.Command{
		Use:   "show STREAM",
		Short: "Show a stream: what is known of it, and its states",
		Long: "Show a stream: how long it is, since when and until when, how far its consumers are, for whom it is parked, and the state that\n" +
			"this program's folds make of it, at its end or at another place. --diff shows what each event changed; `replay` steps through\n" +
			"all of its events with the states. Nothing is written. The states may be personal, or of a private category.",
		Example: "  foldstream show " + exampleStream + "\n  foldstream show " + exampleStream + " --at-version 3\n" +
			"  foldstream show " + exampleStream + " --at 2026-03-01T12:00:00Z --diff",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: arguments(at, streams),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, es.StreamID(args[0])) })
		},
	}
	c.Flags().Uint64Var(&how.version, "at-version", 0, "the version to stop at; 0 for the last")
	c.Flags().StringVar(&how.time, "at", "", "the time to stop at, as 2026-03-01T12:00:00Z")
	c.Flags().BoolVar(&how.diff, "diff", false, "what each event changed")
	c.Flags().BoolVar(&how.timers, "timers", false, "look for the stream's timers, among all; of a stage each costs a request")
	c.Flags().BoolVar(&how.json, "json", false, "one line of JSON")
	c.MarkFlagsMutuallyExclusive("at-version", "at")
	c.MarkFlagsMutuallyExclusive("diff", "json")
	return c
}

// shown is a stream as it is shown.
type shown struct {
	engine.About
	Timers []engine.Errand `json:"timers,omitempty"`
	At     *engine.Step    `json:"at,omitempty"` // the event with the states after it; absent for streams that nothing folds
}

func (how showing) run(c *cobra.Command, s *station, stream es.StreamID) error {
	end, err := how.end()
	if err != nil {
		return err
	}
	whole := shown{}
	if whole.About, err = s.About(c.Context(), stream); err != nil {
		return err
	}
	if how.timers {
		if whole.Timers, err = upcoming(c, s, func(e engine.Errand) bool { return e.Stream == stream }); err != nil {
			return err
		}
	}
	w := c.OutOrStdout()
	if !how.json {
		if err := whole.print(w); err != nil {
			return err
		}
	}
	for step, err := range engine.Replay(c.Context(), s.Whole(), s.App.FoldersOf(stream.Category()), stream, 0) {
		if err != nil {
			return err
		}
		if how.version > 0 && step.Version > how.version || !end.IsZero() && step.Time.After(end) {
			break
		}
		if how.diff {
			if err := changed(w, whole.At, step); err != nil {
				return err
			}
		}
		whole.At = &step
	}
	switch {
	case how.json:
		return line(w, whole)
	case whole.At == nil:
		return errors.New("there was no event yet")
	case how.diff:
		return nil
	default:
		return (replayed{}).show(w, *whole.At)
	}
}

func (how showing) end() (time.Time, error) {
	if how.time == "" {
		return time.Time{}, nil
	}
	end, err := time.Parse(time.RFC3339, how.time)
	if err != nil {
		return end, fmt.Errorf("--at: %w", err)
	}
	return end, nil
}

func (s shown) print(w io.Writer) error {
	said := &strings.Builder{}
	fmt.Fprintf(said, "%s: %d commits, %d events, %s in %d era(s)\n", s.Stream, s.Commits, s.Events, humanize.IBytes(s.Bytes), s.Eras)
	for _, m := range []engine.Moment{s.First, s.Last} {
		fmt.Fprintf(said, "  version %d  %s  %s  trace %s\n", m.Version, m.Type, m.Time.Format(time.RFC3339), orSigns(m.TraceID))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		fmt.Fprintf(said, "  %d times %s\n", s.Types[name], name)
	}
	for _, r := range s.Snapshots {
		fmt.Fprintf(said, "  snapshot of %s at version %d\n", r.Name, r.Version)
	}
	for _, r := range s.Consumers {
		fmt.Fprintf(said, "  %s is at version %d\n", r.Name, r.Version)
	}
	for _, p := range s.Parked {
		fmt.Fprintf(said, "  PARKED for %s at version %d since %s: %.80q\n", p.Consumer, p.Version, p.Since().Format(time.RFC3339), p.Error)
	}
	for _, e := range s.Timers {
		fmt.Fprintf(said, "  timer %s, due %s\n", e.Command, e.Due.Format(time.RFC3339))
	}
	_, err := fmt.Fprintln(w, said)
	return err
}

// changed shows what an event changed in the states.
func changed(w io.Writer, was *engine.Step, step engine.Step) error {
	fmt.Fprintf(w, "%d  %s  %s  by %s\n", step.Version, step.Type, step.Time.Format(time.RFC3339), orSigns(orNobody(step.Invoker)))
	for _, name := range slices.Sorted(maps.Keys(step.States)) {
		before := []byte("{}")
		if was != nil {
			before = was.States[name]
		}
		patch, err := jsondiff.CompareJSON(before, step.States[name])
		if err != nil {
			return fmt.Errorf("compare %s at version %d with what was before: %w", name, step.Version, err)
		}
		for _, o := range patch {
			if err := operation(w, name, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// operation shows one change: + for what is there since, - for what is not any more, ~ for what is something else.
func operation(w io.Writer, name string, o jsondiff.Operation) error {
	was, err := es.Encode(o.OldValue)
	if err != nil {
		return err
	}
	is, err := es.Encode(o.Value)
	if err != nil {
		return err
	}
	path := name + orSigns(o.Path)
	switch o.Type {
	case jsondiff.OperationAdd:
		_, err = fmt.Fprintf(w, "    + %s %s\n", path, is)
	case jsondiff.OperationRemove:
		_, err = fmt.Fprintf(w, "    - %s %s\n", path, was)
	default:
		_, err = fmt.Fprintf(w, "    ~ %s %s → %s\n", path, was, is)
	}
	return err
}
