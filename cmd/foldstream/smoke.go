package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func smoke(at *site) *cobra.Command {
	var how rebuilding
	c := &cobra.Command{
		Use:   "smoke",
		Short: "Replay every view, and compare with what readers see",
		Long: "Replay every view into a generation that nobody reads, compare it with the live one, and drop it. It fails when a row is not\n" +
			"what this program makes of the events: after a deploy, or whenever there is doubt. Events may come in meanwhile.",
		Example: "  foldstream smoke\n  foldstream smoke --json --stage prod",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return how.all(c, s) })
		},
	}
	how.flags(c)
	return c
}

// all tries every view, whatever comes of the others.
func (how rebuilding) all(c *cobra.Command, s *station) error {
	different := uint64(0)
	var failures []error
	for _, view := range s.App.Views() {
		r, m, err := how.rebuild(c, s, view)
		if err != nil {
			return err
		}
		n, err := how.trial(c, r, m)
		if c.Context().Err() != nil {
			return err
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", view.Name, err))
		}
		different += n
	}
	return errors.Join(append(failures, differing(different, nil))...)
}
