package main

import (
	"fmt"
	"io"
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
	}
	one := func(use, short string, act func(c *cobra.Command, s *station, p engine.Parked) error) *cobra.Command {
		return &cobra.Command{
			Use: use + " CONSUMER STREAM", Short: short, Args: cobra.ExactArgs(2),
			Example: "  foldstream parked " + use + " matches match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f",
			RunE: func(c *cobra.Command, args []string) error {
				return at.open(c.Context(), func(s *station) error {
					p, err := find(c, s, args[0], es.StreamID(args[1]))
					if err != nil {
						return err
					}
					return act(c, s, p)
				})
			},
		}
	}
	c.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List what is parked", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return at.open(c.Context(), func(s *station) error { return list(c, s) })
			},
		},
		one("show", "Show the commit that failed, and why", show),
		one("retry", "Go on with the stream, now that the cause is mended", func(c *cobra.Command, s *station, p engine.Parked) error {
			again, err := s.Consumers[p.Consumer].Retry(c.Context(), p.Stream)
			return report(c.OutOrStdout(), p, again, err)
		}),
		one("skip", "Leave the failed commit out, and go on behind it", func(c *cobra.Command, s *station, p engine.Parked) error {
			again, err := s.Consumers[p.Consumer].Skip(c.Context(), p.Stream, p.Version)
			return report(c.OutOrStdout(), p, again, err)
		}),
	)
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

func list(c *cobra.Command, s *station) error {
	all, err := s.Lot.Parked(c.Context())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(c.OutOrStdout(), "Nothing is parked.")
		return nil
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONSUMER\tSTREAM\tVERSION\tSINCE\tERROR")
	for _, p := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%.80q\n", p.Consumer, p.Stream, p.Version, p.Time.Format(time.RFC3339), p.Error)
	}
	return table.Flush()
}

func show(c *cobra.Command, s *station, p engine.Parked) error {
	w := c.OutOrStdout()
	fmt.Fprintf(w, "%s cannot take %s at version %d, tried %d times, last at %s:\n%s\n",
		p.Consumer, p.Stream, p.Version, p.Attempts, p.Time.Format(time.RFC3339), p.Error)
	for commit, err := range engine.Read(c.Context(), s.Consumers[p.Consumer].Store, p.Stream, p.Version-1) {
		if err != nil {
			return err
		}
		text, err := es.Encode(commit)
		if err != nil {
			return err
		}
		if err := text.Indent(); err != nil {
			return err
		}
		fmt.Fprintln(w, string(text))
		break
	}
	return nil
}

func report(w io.Writer, p engine.Parked, again *engine.Parked, err error) error {
	switch {
	case err != nil:
		return err
	case again != nil:
		return fmt.Errorf("%s is parked again, at version %d: %s", p.Stream, again.Version, again.Error)
	}
	fmt.Fprintf(w, "%s is up to date with %s.\n", p.Consumer, p.Stream)
	return nil
}
