package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/folder"
	"github.com/foldstream/foldstream/engine"
)

func archive(at *site) *cobra.Command {
	var verify bool
	c := &cobra.Command{
		Use:   "archive",
		Short: "Copy the feed to files, as far as it has not been yet",
		Long: "Copy the feed to the folder archive/ of the data, as far as it has not been copied yet: compressed files of one JSON object\n" +
			"a commit, for each category and day. Every commit is there once, however often this is broken off. A server may be running\n" +
			"beside it. A deployed stage has an archivist of its own, where it was asked for.",
		Example: "  foldstream archive\n  foldstream archive --verify",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if at.stage != "" {
				return errors.New("a stage's archive is the business of its archivist: see docs/archive.md")
			}
			to := &folder.Archive{Dir: at.ArchiveDir()}
			return at.open(c.Context(), func(s *station) error {
				if verify {
					return verifyArchive(c, s, to)
				}
				n, err := (&engine.Archivist{Feed: s.Feed, Archive: to, Checkpoints: s.Checkpoints}).Run(c.Context())
				fmt.Fprintf(c.OutOrStdout(), "%d commits went to %s\n", n, to.Dir)
				return err
			})
		},
	}
	c.AddCommand(archiveClosed(at))
	c.Flags().BoolVar(&verify, "verify", false, "instead, read the archive, and make sure that it is whole")
	return c
}

// verifyArchive makes sure that every segment is what its manifest says, and that there is each commit that was archived.
func verifyArchive(c *cobra.Command, s *station, archive engine.Archive) error {
	done, err := s.Checkpoints.Applied(c.Context(), engine.ArchivistName, engine.FeedStream)
	if err != nil {
		return err
	}
	n, err := countArchived(c.Context(), archive, done)
	if err != nil {
		return err
	}
	if n != done {
		return fmt.Errorf("%d commits were archived, of which %d are there", done, n)
	}
	fmt.Fprintf(c.OutOrStdout(), "All %d commits are there.\n", n)
	return nil
}

// countArchived counts the positions up to one that an archive has.
func countArchived(ctx context.Context, archive engine.Archive, until uint64) (uint64, error) {
	seen := make([]uint64, until/64+1) // a bit for each position
	n := uint64(0)
	for commit, err := range engine.ReadArchive(ctx, archive, "") {
		if err != nil {
			return 0, err
		}
		if commit.Position > until {
			continue // a run that broke off left it, and another will find it
		}
		word, bit := &seen[commit.Position/64], uint64(1)<<(commit.Position%64)
		if *word&bit != 0 {
			return 0, fmt.Errorf("the commit at position %d is there twice", commit.Position)
		}
		*word |= bit
		n++
	}
	return n, nil
}
