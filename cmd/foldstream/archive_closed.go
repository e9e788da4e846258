package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func archiveClosed(at *site) *cobra.Command {
	var how booking
	var patience time.Duration
	c := &cobra.Command{
		Use:   "closed [STREAM…]",
		Short: "Move the closed eras of streams from the store to the archive",
		Long: "Move the closed eras of streams from the store to the archive: they are copied, read back and held against the store, and\n" +
			"only then taken out of it, all but their tombstones. It may be broken off, and goes on when it is called again. Nothing is\n" +
			"moved that a view, a saga or anybody else has yet to deal with. Rebuilds and replays by this program read the archive\n" +
			"as if it were the store; commands never need it. On AWS an era stays for a day behind its closing.",
		Example: "  foldstream archive closed wallet-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --dry-run\n  foldstream archive closed --category wallet",
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error {
				return how.archive(c, &engine.Bookkeeper{Installation: s.Installation, Patience: patience}, args)
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	how.flags(c)
	c.Flags().DurationVar(&patience, "patience", 30*time.Second, "how long views, sagas and others may take in all to deal with what is to be moved")
	return c
}

func (how *booking) archive(c *cobra.Command, books *engine.Bookkeeper, args []string) error {
	streams, err := how.among(args, how.all(engine.StreamsOf(c.Context(), books.Directory, how.rule.Category)))
	if err != nil {
		return err
	}
	var eras, commits, bytes int
	err = how.each(c, "archive", streams, func(stream es.StreamID) error {
		done, err := books.Run(c.Context(), stream, how.dry)
		for _, a := range done {
			eras, commits, bytes = eras+1, commits+a.Commits, bytes+a.Bytes
			if how.lines {
				if err := line(c.OutOrStdout(), a); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: era %d, %d commits: %s to %s\n", stream, a.Era, a.Commits, how.verb("moved", "would be moved"), a.Copy)
		}
		return err
	})
	if !how.lines {
		fmt.Fprintf(c.OutOrStdout(), "%d eras %s, of %d commits, in %d bytes.\n", eras, how.verb("are archived", "would be archived"), commits, bytes)
	}
	return how.end(err)
}

func (*booking) all(begun iter.Seq2[engine.Begun, error]) iter.Seq2[es.StreamID, error] {
	return func(yield func(es.StreamID, error) bool) {
		for b, err := range begun {
			if !yield(b.Stream, err) {
				return
			}
		}
	}
}
