package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine/portable"
)

// exporting is what of a store goes where.
type exporting struct {
	dry, lines bool
	until      uint64
	keys       string
}

func export(at *site) *cobra.Command {
	var how exporting
	c := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the whole store to a file, to bring it elsewhere",
		Long: "Write the whole store to a file, or to standard output: all commits in the order of the feed, what has been archived too, and\n" +
			"the timers that are set, as JSON lines with checksums. A file's name that ends in .gz has it compressed. Others may go on to\n" +
			"write: the file has what was there when the export began. It is under its name when it is whole, and at FILE.part until then.\n\n" +
			"What is personal is in the file as it is stored, sealed under keys that are not in it: --keys writes those to a file of their\n" +
			"own. Neither file has the system's secret or the key that signs tokens: see foldstream import --help. What is left to be done\n" +
			"by sagas and listeners is not in the file either. The summary tells of it: stop the writes, wait, and export once more.",
		Example: "  foldstream export store.jsonl.gz\n  foldstream export store.jsonl --keys store.keys\n" +
			"  foldstream export --stage prod | foldstream import - --data copy",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file := ""
			if len(args) > 0 && args[0] != "-" {
				file = args[0]
			}
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, file) })
		},
	}
	c.Flags().BoolVar(&how.dry, "dry-run", false, "read everything, and write nothing")
	c.Flags().BoolVar(&how.lines, "json", false, "the summary as one line of JSON")
	c.Flags().Uint64Var(&how.until, "until", 0, "position of the feed to end at; 0 for the last")
	c.Flags().StringVar(&how.keys, "keys", "", "file for the keys of what is personal")
	return c
}

func (how exporting) run(c *cobra.Command, s *station, file string) error {
	m := newProgress(c.ErrOrStderr(), how.lines)
	x := &portable.Export{
		App: s.App, Feed: s.Feed, Agenda: s.Agenda, Lot: s.Lot, Backlogs: s.Backlogs, Keys: s.Keys, Now: s.World.Time(),
		Progress: func(done, total uint64) { m.at("export", "commits", done, total) },
	}
	var t portable.Trailer
	write := func(to io.Writer) (err error) {
		t, err = x.Run(c.Context(), to, how.until)
		return err
	}
	summary := c.OutOrStdout()
	var err error
	switch {
	case how.dry:
		err = write(io.Discard)
	case file == "":
		summary = c.ErrOrStderr()
		err = write(c.OutOrStdout())
	default:
		err = create(file, write)
	}
	m.end()
	if err != nil {
		return err
	}
	keys := uint64(0)
	if how.keys != "" && !how.dry {
		if keys, err = how.writeKeys(c.Context(), s); err != nil {
			return err
		}
	}
	if how.lines {
		return line(summary, t)
	}
	how.show(summary, t, file, keys)
	return nil
}

// writeKeys writes the keys to their file. They are read behind the commits, so that each that has been used is there.
func (how exporting) writeKeys(ctx context.Context, s *station) (n uint64, err error) {
	err = create(how.keys, func(to io.Writer) error {
		n, err = portable.ExportKeys(ctx, s.Keys, to)
		return err
	})
	return n, err
}

func (how exporting) show(w io.Writer, t portable.Trailer, file string, keys uint64) {
	where := "Written"
	switch {
	case how.dry:
		where = "Nothing is written. There are"
	case file != "":
		where = file + " holds"
	}
	fmt.Fprintf(w, "%s: %d commits, %d events, %d timers, %d notes of forgotten persons.\n", where, t.Commits, t.Events, t.Timers, t.Forgotten)
	fmt.Fprintf(w, "  contents %s\n  sha256   %s\n", t.Contents, t.SHA256)
	if how.keys != "" && !how.dry {
		fmt.Fprintf(w, "%s holds %d keys. Whoever has both files can read everything.\n", how.keys, keys)
	}
	showLeft(w, t.Left)
}

// showLeft tells what a store had yet to do.
func showLeft(w io.Writer, l portable.Left) {
	if l.Nothing() {
		return
	}
	fmt.Fprintln(w, "The store had something left to do that is not in the file. Stop the writes, wait, and export once more:")
	for name, n := range l.Waiting {
		fmt.Fprintf(w, "  %s: %d commits wait\n", name, n)
	}
	for _, p := range l.Parked {
		fmt.Fprintf(w, "  %s: %s is parked at version %d\n", p.Consumer, p.Stream, p.Version)
	}
	if l.Soon > 0 {
		fmt.Fprintf(w, "  about %d timers are due within minutes, and cannot be listed\n", l.Soon)
	}
}
