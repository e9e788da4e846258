package main

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// booking is which streams are to be closed or archived, and how that is shown.
type booking struct {
	rule       engine.Due
	dry, lines bool
	failed     int
}

func closeStreams(at *site) *cobra.Command {
	var how booking
	c := &cobra.Command{
		Use:   "close [STREAM…]",
		Short: "Close the books of streams, which go on with what they have come to",
		Long: "Close the books of streams, which go on with what they have come to.\n\n" +
			"The stream ends with a tombstone, and goes on in its next era with events that carry the state over, in one transaction.\n" +
			"Its name stays, and its versions count on. Whoever writes to it at that moment goes on in the new era; nobody has to be\n" +
			"told. What ended can be archived then: see `archive closed`. The aggregate must declare how it is carried over.",
		Example: "  foldstream close wallet-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f\n" +
			"  foldstream close --category wallet --longer-than 1000 --older-than 720h --dry-run",
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.close(c, s, args) })
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	how.flags(c)
	c.Flags().Uint64Var(&how.rule.LongerThan, "longer-than", 1000, "with --category: the number of events since a stream began, or was closed last")
	c.Flags().DurationVar(&how.rule.OlderThan, "older-than", 0, "with --category: how long that is ago at least, as 720h")
	return c
}

func (how *booking) flags(c *cobra.Command) {
	c.Flags().StringVar(&how.rule.Category, "category", "", "instead of streams: all of a category that it is time for")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "tell what would be done, and do nothing")
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON for each stream")
}

// among gives the streams that are named, or those of a category.
func (how *booking) among(args []string, category iter.Seq2[es.StreamID, error]) (iter.Seq2[es.StreamID, error], error) {
	switch {
	case len(args) > 0 && how.rule.Category != "":
		return nil, errors.New("name streams or a category, not both")
	case len(args) == 0 && how.rule.Category == "":
		return nil, errors.New("name a stream, or a category by --category")
	case how.rule.Category != "":
		return category, nil
	}
	return func(yield func(es.StreamID, error) bool) {
		for _, name := range args {
			if !yield(es.StreamID(name), nil) {
				return
			}
		}
	}, nil
}

// each does something with each of the streams. One that it fails with is told of, and keeps none of the others from it.
func (how *booking) each(c *cobra.Command, task string, streams iter.Seq2[es.StreamID, error], do func(es.StreamID) error) error {
	m, n := newProgress(c.ErrOrStderr(), how.lines), uint64(0)
	defer m.end()
	for stream, err := range streams {
		if err != nil {
			return err
		}
		n++
		m.at(task, "streams", n, 0)
		if err := do(stream); err != nil {
			if c.Context().Err() != nil {
				return err
			}
			m.end()
			how.failed++
			fmt.Fprintln(c.ErrOrStderr(), err)
		}
	}
	return nil
}

func (how *booking) close(c *cobra.Command, s *station, args []string) error {
	closer := &engine.Closer{App: s.App, Commands: s.Commands, Invoker: operator()}
	due := engine.Closable(c.Context(), s.Directory, s.Commands.Store, s.Books, how.rule, time.Now())
	streams, err := how.among(args, due)
	if err != nil {
		return err
	}
	var done, commits int
	err = how.each(c, "close", streams, func(stream es.StreamID) error {
		closed, err := closer.Close(c.Context(), stream, how.dry)
		if errors.Is(err, engine.ErrNothingToClose) && len(args) > 0 && !how.lines {
			fmt.Fprintf(c.OutOrStdout(), "%s: %v\n", stream, engine.ErrNothingToClose)
			return nil
		}
		if err != nil {
			return err
		}
		done, commits = done+1, commits+closed.Commits
		if how.lines {
			return line(c.OutOrStdout(), closed)
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: %s at version %d, after %d commits; era %d begins with %d bytes\n",
			stream, how.verb("closed", "would be closed"), closed.Version, closed.Commits, closed.Era, closed.Carried)
		return nil
	})
	if !how.lines {
		fmt.Fprintf(c.OutOrStdout(), "%d streams %s, of %d commits.\n", done, how.verb("are closed", "would be closed"), commits)
	}
	return how.end(err)
}

func (how *booking) verb(done, would string) string {
	if how.dry {
		return would
	}
	return done
}

// end makes an error of those that were told of.
func (how *booking) end(err error) error {
	if err == nil && how.failed > 0 {
		err = fmt.Errorf("%d streams stay as they are", how.failed)
	}
	return err
}
