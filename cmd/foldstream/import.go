package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
)

// importing is how a file comes into a store.
type importing struct {
	dry, lines, more, leave bool
	keys                    string
}

func imports(at *site) *cobra.Command {
	var how importing
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Bring an exported store into this one",
		Long: "Bring an exported store into this one, which must be empty: here, or on a stage. FILE is - for standard input. Each line is made\n" +
			"sure of as it is read, and all of them at the end. Commits come in the order that they had, sagas and listeners pass over them\n" +
			"without a mail or a command, and nobody is told of them; timers are set. All views are rebuilt at the end. A run that was broken\n" +
			"off goes on when it is called again, and so does a later export of the same store behind an earlier one, as long as nothing else\n" +
			"was written: --more says that one will follow, and leaves timers and views to that.\n\n" +
			"What is personal can be read with the keys of foldstream export --keys; bring them first, or with the same call. The system's\n" +
			"secret is not brought over: one-time passwords that are under way must be asked for again. Nor is the key that signs tokens:\n" +
			"people sign in again. Accounts, passwords and roles are events, and come along; traces and parked streams do not.",
		Example: "  foldstream import store.jsonl.gz --dry-run\n  foldstream import store.jsonl.gz --keys store.keys --stage prod",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, args[0]) })
		},
	}
	c.Flags().BoolVar(&how.dry, "dry-run", false, "make sure of the file, and tell what would be written")
	c.Flags().BoolVar(&how.lines, "json", false, "the summary as one line of JSON")
	c.Flags().BoolVar(&how.more, "more", false, "a later export of the same store will follow, which sets the timers")
	c.Flags().BoolVar(&how.leave, "leave-views", false, "leave the views to those who project, who are brought all commits")
	c.Flags().StringVar(&how.keys, "keys", "", "file with the keys of what is personal")
	return c
}

func (how importing) run(c *cobra.Command, s *station, name string) (err error) {
	from, end, err := opened(c.InOrStdin(), name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	r, err := portable.NewReader(from)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m := newProgress(c.ErrOrStderr(), how.lines)
	i := &portable.Import{
		Installation: s.Installation, Importer: s.Importer, Keys: s.Keys, More: how.more, Dry: how.dry,
		Progress: func(done, total uint64) { m.at("import", "commits", done, total) },
	}
	if how.keys != "" && !how.dry {
		if err := how.readKeys(c.Context(), s); err != nil {
			return err
		}
	}
	done, err := i.Run(c.Context(), r)
	m.end()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if views := how.rebuilt(s, done); len(views) > 0 {
		err = how.views(c.Context(), s, m, views)
		for _, f := range done.Shown {
			if err == nil {
				err = s.Keys.Forget(c.Context(), f)
			}
		}
		m.end()
		if err != nil {
			return fmt.Errorf("everything is imported, but not all views are rebuilt; call it again: %w", err)
		}
	}
	if how.lines {
		return line(c.OutOrStdout(), done)
	}
	how.show(c.OutOrStdout(), done, name)
	return nil
}

func (how importing) readKeys(ctx context.Context, s *station) error {
	from, end, err := opened(nil, how.keys)
	if err != nil {
		return err
	}
	_, err = portable.ImportKeys(ctx, s.Keys, from)
	return errors.Join(err, end())
}

// opened opens a file, which is compressed or not; - stands for what comes in.
func opened(stdin io.Reader, name string) (io.Reader, func() error, error) {
	end := func() error { return nil }
	from := stdin
	if name != "-" || stdin == nil {
		file, err := os.Open(name)
		if err != nil {
			return nil, end, err
		}
		from, end = file, file.Close
	}
	text := bufio.NewReaderSize(from, 256<<10)
	magic, _ := text.Peek(2) // a file that is too short for that is for others to complain of
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return text, end, nil
	}
	zip, err := gzip.NewReader(text)
	if err != nil {
		return nil, end, errors.Join(fmt.Errorf("%s: %w: %w", name, portable.ErrDamaged, err), end())
	}
	return zip, end, nil
}

// atATime is how many views are rebuilt at the same time: most of it is waiting.
const atATime = 8

// rebuilt are the views to be rebuilt. Who leaves them has those of persons rebuilt if somebody may be shown who is forgotten.
func (how importing) rebuilt(s *station, done portable.Imported) []*es.ViewDecl {
	views := s.App.Views()
	switch {
	case how.dry || how.more:
		return nil
	case !how.leave:
		return views
	case len(done.Shown) == 0:
		return nil
	}
	return slices.DeleteFunc(views, func(view *es.ViewDecl) bool { return !s.App.IsPersonal(view) })
}

// views rebuilds views. What projectors have made of the commits by then does not matter.
func (how importing) views(ctx context.Context, s *station, m *progress, views []*es.ViewDecl) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atATime)
	rebuilt := make(chan struct{}, len(views))
	for _, view := range views {
		all.Go(func() error {
			r, err := s.Rebuild(view)
			if err != nil {
				return err
			}
			r.Patience, r.Bound = time.Millisecond, s.bound
			if _, err := r.Run(ctx, false); err != nil {
				return fmt.Errorf("rebuild %s: %w", view.Name, err)
			}
			rebuilt <- struct{}{}
			m.at("rebuild the views", "views", uint64(len(rebuilt)), uint64(len(views)))
			return nil
		})
	}
	return all.Wait()
}

func (how importing) show(w io.Writer, done portable.Imported, name string) {
	verb := "Imported"
	if how.dry {
		verb = "Nothing is written. The file is whole, and would import"
	}
	fmt.Fprintf(w, "%s %d commits of %s; %d were there before. %d timers are set.\n", verb, done.Commits-done.Before, name, done.Before, done.Set)
	fmt.Fprintf(w, "  contents %s\n  written  %s\n", done.Contents, done.Time.Format(time.RFC3339))
	switch {
	case how.dry:
	case how.more:
		fmt.Fprintln(w, "Timers and views are left to the export that follows.")
		if len(done.Shown) > 0 {
			fmt.Fprintf(w, "Until then views may show %d persons who have been forgotten (foldstream forget --list).\n", len(done.Shown))
		}
	case how.leave && len(done.Shown) > 0:
		fmt.Fprintf(w, "%d persons have been forgotten: the views of persons are rebuilt. The others are left to those who project.\n", len(done.Shown))
	case how.leave:
		fmt.Fprintln(w, "The views are left to those who project.")
	default:
		fmt.Fprintln(w, "All views are rebuilt.")
	}
	showLeft(w, done.Left)
}
