package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/folder"
	"github.com/foldstream/foldstream/engine"
)

// archiving is how the feed is to be archived.
type archiving struct{ verify, dry, lines bool }

func archive(at *site) *cobra.Command {
	var how archiving
	c := &cobra.Command{
		Use:   "archive",
		Short: "Copy the feed to files, as far as it has not been yet",
		Long: "Copy the feed to the folder archive/ of the data, as far as it has not been copied yet: compressed files of one JSON object\n" +
			"a commit, for each category and day. Every commit is there once, however often this is broken off. A server may be running\n" +
			"beside it. A deployed stage has an archivist of its own, where it was asked for.",
		Example: "  foldstream archive --dry-run\n  foldstream archive\n  foldstream archive --verify",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if at.stage != "" {
				return errors.New("a stage's archive is the business of its archivist: see docs/archive.md")
			}
			to := &folder.Archive{Dir: at.ArchiveDir()}
			return at.open(c.Context(), func(s *station) error {
				if how.verify {
					return how.prove(c, s, to)
				}
				return how.run(c, s, to)
			})
		},
	}
	c.AddCommand(archiveClosed(at))
	c.Flags().BoolVar(&how.verify, "verify", false, "instead, read the archive, and make sure that it is whole")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "tell how much would be copied, and copy nothing")
	c.Flags().BoolVar(&how.lines, "json", false, "the summary as one line of JSON")
	c.MarkFlagsMutuallyExclusive("verify", "dry-run")
	return c
}

// archivedSummary is what an archive has been given, would be given, or has.
type archivedSummary struct {
	Archive string `json:"archive"`
	Commits uint64 `json:"commits"`
	Would   bool   `json:"would,omitzero"`
}

func (how archiving) run(c *cobra.Command, s *station, to *folder.Archive) error {
	bar := newProgress(c.ErrOrStderr(), how.lines)
	a := &engine.Archivist{Feed: s.Feed, Archive: to, Checkpoints: s.Checkpoints}
	behind, err := a.Behind(c.Context())
	if err != nil {
		return err
	}
	if how.dry {
		return how.tell(c, to, behind, "would go to")
	}
	a.Progress = func(w engine.Working) { bar.at(w.Doing, w.Unit, w.Done, max(w.Done, behind)) }
	n, err := a.Run(c.Context())
	bar.end()
	return errors.Join(err, how.tell(c, to, uint64(n), "went to"))
}

func (how archiving) tell(c *cobra.Command, to *folder.Archive, commits uint64, what string) error {
	if how.lines {
		return line(c.OutOrStdout(), archivedSummary{Archive: to.Dir, Commits: commits, Would: how.dry})
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%d commits %s %s\n", commits, what, to.Dir)
	return err
}

// prove makes sure that every segment is what its manifest says, and that there is each commit that was archived.
func (how archiving) prove(c *cobra.Command, s *station, archive *folder.Archive) error {
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
	if how.lines {
		return how.tell(c, archive, n, "")
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
