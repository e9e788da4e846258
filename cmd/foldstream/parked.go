package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func parked(at *site) *cobra.Command {
	c := &cobra.Command{
		Use:   "parked",
		Short: "Streams that a consumer cannot get on with: list, show, retry, skip",
		Long: "A consumer that fails at a commit again and again parks its stream, for itself alone: later commits wait behind it. A retry\n" +
			"and a skip are noted with the name of who works here, and the reason: GET /admin/jobs lists them beside those of admins.",
	}
	c.AddCommand(parkedList(at), parkedShow(at), parkedRetry(at), parkedSkip(at))
	return c
}

const exampleStream = "match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f"

func parkedList(at *site) *cobra.Command {
	lines := false
	c := &cobra.Command{
		Use: "list", Short: "List what is parked", Args: cobra.NoArgs,
		Long:    "List what is parked: for whom, at which version, since when, when it failed last, and why.",
		Example: "  foldstream parked list\n  foldstream parked list --json --stage prod",
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return list(c, s, lines) })
		},
	}
	c.Flags().BoolVar(&lines, "json", false, "one line of JSON for each stream")
	return c
}

func parkedShow(at *site) *cobra.Command {
	lines := false
	c := &cobra.Command{
		Use: "show CONSUMER STREAM", Short: "Show the commit that failed, and why", Args: cobra.ExactArgs(2),
		Long: "Show the commit that failed, why, and when it failed before. Of a panic the error has the stack. The commit is shown as it is:\n" +
			"its data may be personal, or of a private category.",
		Example:           "  foldstream parked show matches " + exampleStream,
		ValidArgsFunction: arguments(at, consumers, parkedStreams),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error {
				p, err := find(c, s, args[0], es.StreamID(args[1]))
				if err != nil {
					return err
				}
				return showParked(c, s, p, lines)
			})
		},
	}
	c.Flags().BoolVar(&lines, "json", false, "one line of JSON")
	return c
}

func parkedRetry(at *site) *cobra.Command {
	var how repairing
	c := &cobra.Command{
		Use: "retry CONSUMER STREAM", Short: "Go on with a stream, now that the cause is mended", Args: cobra.RangeArgs(1, 2),
		Long: "Go on with a stream, now that the cause is mended, by this program's folds and sagas: it should be of the version that serves.\n" +
			"With --all, with all that is parked for the consumer; one that fails again holds up no other.",
		Example:           "  foldstream parked retry matches " + exampleStream + "\n  foldstream parked retry matches --all --dry-run",
		ValidArgsFunction: arguments(at, consumers, parkedStreams),
		RunE: func(c *cobra.Command, args []string) error {
			if how.all == (len(args) == 2) {
				return errors.New("name a stream, or give --all")
			}
			return at.open(c.Context(), func(s *station) error {
				if how.all {
					return how.each(c, s, args[0])
				}
				return how.one(c, s, engine.JobRetry, args[0], es.StreamID(args[1]))
			})
		},
	}
	c.Flags().BoolVar(&how.all, "all", false, "all streams that are parked for the consumer")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "only tell what would be tried")
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON for each stream")
	return c
}

func parkedSkip(at *site) *cobra.Command {
	var how repairing
	c := &cobra.Command{
		Use: "skip CONSUMER STREAM", Short: "Leave the failed commit out, and go on behind it", Args: cobra.ExactArgs(2),
		Long: "Leave the commit that failed out, for this consumer alone, and go on behind it. No retry and no rebuild of a saga brings it back;\n" +
			"a view's rebuild tries it again.",
		Example:           "  foldstream parked skip matches " + exampleStream + " --reason 'a test match, see issue 12'",
		ValidArgsFunction: arguments(at, consumers, parkedStreams),
		RunE: func(c *cobra.Command, args []string) error {
			if how.reason == "" {
				return errors.New("say why, by --reason: it is noted")
			}
			return at.open(c.Context(), func(s *station) error {
				return how.one(c, s, engine.JobSkip, args[0], es.StreamID(args[1]))
			})
		},
	}
	c.Flags().StringVar(&how.reason, "reason", "", "why, which is noted")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "only tell what would be left out")
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON")
	return c
}

func find(c *cobra.Command, s *station, consumer string, stream es.StreamID) (engine.Parked, error) {
	all, err := s.Lot.Parked(c.Context())
	if err != nil {
		return engine.Parked{}, err
	}
	for _, p := range all {
		if p.Consumer == consumer && p.Stream == stream && s.Consumers[consumer] != nil {
			return p, nil
		}
	}
	return engine.Parked{}, fmt.Errorf("%s is not parked for %q; see: foldstream parked list", stream, consumer)
}

func list(c *cobra.Command, s *station, lines bool) error {
	all, err := s.Lot.Parked(c.Context())
	if err != nil {
		return err
	}
	if len(all) == 0 && !lines {
		fmt.Fprintln(c.OutOrStdout(), "Nothing is parked.")
		return nil
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !lines {
		fmt.Fprintln(table, "CONSUMER\tSTREAM\tVERSION\tSINCE\tLAST\tERROR")
	}
	for _, p := range all {
		if lines {
			if err := line(c.OutOrStdout(), p); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%.80q\n", p.Consumer, p.Stream, p.Version, p.Since().Format(time.RFC3339),
			p.Time.Format(time.RFC3339), p.Error)
	}
	return table.Flush()
}

// parkedWhole is a note with the commit that it is about.
type parkedWhole struct {
	engine.Parked
	Since  time.Time  `json:"since"`
	Commit *es.Commit `json:"commit,omitempty"` // absent when it cannot be read
}

func showParked(c *cobra.Command, s *station, p engine.Parked, lines bool) error {
	commit, err := failedCommit(c, s, p)
	if err != nil {
		return err
	}
	if lines {
		return line(c.OutOrStdout(), parkedWhole{Parked: p, Since: p.Since(), Commit: commit})
	}
	w := c.OutOrStdout()
	fmt.Fprintf(w, "%s cannot take %s at version %d, tried %d times, last at %s:\n%s\n",
		p.Consumer, p.Stream, p.Version, p.Attempts, p.Time.Format(time.RFC3339), p.Error)
	for _, was := range p.History {
		fmt.Fprintf(w, "before, at %s, tried %d times: %s\n", was.Time.Format(time.RFC3339), was.Attempts, was.Error)
	}
	if commit == nil {
		return nil
	}
	text, err := es.Encode(*commit)
	if err != nil {
		return err
	}
	if err := text.Indent(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}

// failedCommit reads the commit that a stream is parked at; nil when it is not there.
func failedCommit(c *cobra.Command, s *station, p engine.Parked) (*es.Commit, error) {
	for commit, err := range engine.Read(c.Context(), s.Consumers[p.Consumer].Store, p.Stream, p.Version-1) {
		return &commit, err
	}
	return nil, nil
}
