package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// rebuilding is how a view is to be rebuilt.
type rebuilding struct {
	keep, compare, back, drop, lines bool
	patience                         time.Duration
}

func rebuild(at *site) *cobra.Command {
	var how rebuilding
	c := &cobra.Command{
		Use:   "rebuild VIEW",
		Short: "Make a view anew from the events, and let readers have it",
		Long: "Make a view anew from the events, and let readers have it.\n\n" +
			"The rows become a generation of their own, beside the live one, while events come in and queries are answered. When it is\n" +
			"up to date it is compared with the live one, and takes its place. Only the view's fold runs: no saga, no mail. The fold is\n" +
			"this program's, so that what serves the view should be of the same version. A rebuild that was interrupted goes on when it\n" +
			"is called again, from the position of the feed up to which rows were saved, a few seconds of work before. The command\n" +
			"views shows from elsewhere how far it is.",
		Example: "  foldstream rebuild matches --compare-only\n  foldstream rebuild matches --keep\n  foldstream rebuild matches --back\n" +
			"  foldstream rebuild matches --drop",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: arguments(at, viewNames),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, args[0]) })
		},
	}
	c.Flags().BoolVar(&how.keep, "keep", false, "keep the generation that was live, to go back to")
	c.Flags().BoolVar(&how.compare, "compare-only", false, "a dry run: fill a generation that nobody reads, compare, and drop it")
	c.Flags().BoolVar(&how.compare, "dry-run", false, "the same as --compare-only")
	c.Flags().BoolVar(&how.back, "back", false, "let readers have the generation that was kept")
	c.Flags().BoolVar(&how.drop, "drop", false, "give up all generations but the live one")
	how.flags(c)
	c.MarkFlagsMutuallyExclusive("keep", "compare-only", "dry-run", "back", "drop")
	return c
}

// flags are those of all commands that compare.
func (how *rebuilding) flags(c *cobra.Command) {
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON for each view")
	c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long rows may take to come to the same version")
}

func (how rebuilding) run(c *cobra.Command, s *station, name string) error {
	view, err := s.view(name)
	if err != nil {
		return err
	}
	r, m, err := how.rebuild(c, s, view)
	if err != nil {
		return err
	}
	switch {
	case how.drop:
		err = r.Drop(c.Context())
		m.end()
		return how.done(c, r, err, "All generations but the live one are dropped.")
	case how.back:
		_, err := r.Back(c.Context())
		return how.done(c, r, err, "Within seconds readers have the generation that was kept. What was live is kept.")
	case how.compare:
		different, err := how.trial(c, r, m)
		return differing(different, err)
	}
	report, err := r.Run(c.Context(), how.keep)
	m.end()
	if report == nil {
		return err
	}
	then := "the one that was live is dropped"
	if how.keep {
		then = "the one that was live is kept, for --back"
	}
	return errors.Join(err, how.show(c.OutOrStdout(), report, fmt.Sprintf("generation %d is live, %s", report.Generation, then)))
}

// rebuild prepares a view's rebuild, that shows how far it is.
func (how rebuilding) rebuild(c *cobra.Command, s *station, view *es.ViewDecl) (*engine.Rebuild, *progress, error) {
	r, err := s.Rebuild(view)
	if err != nil {
		return nil, nil, err
	}
	m := newProgress(c.ErrOrStderr(), how.lines)
	r.Patience, r.Bound, r.Progress = how.patience, s.bound, m.rebuild
	return r, m, nil
}

// trial compares a view with a replay of its own, and gives how many rows differ.
func (how rebuilding) trial(c *cobra.Command, r *engine.Rebuild, m *progress) (different uint64, err error) {
	report, err := r.Trial(c.Context())
	m.end()
	if report == nil {
		return 0, err
	}
	return report.Comparison.Different, errors.Join(err, how.show(c.OutOrStdout(), report, "nothing is changed"))
}

// differing makes rows that differ the command's error.
func differing(different uint64, err error) error {
	if err == nil && different > 0 {
		err = fmt.Errorf("%d rows differ from what the events say", different)
	}
	return err
}

// done tells what has become of a view's generations.
func (how rebuilding) done(c *cobra.Command, r *engine.Rebuild, err error, said string) error {
	if err != nil {
		return err
	}
	if !how.lines {
		fmt.Fprintln(c.OutOrStdout(), said)
		return nil
	}
	standing, err := r.Generations.Standing(c.Context(), r.View.Name)
	if err != nil {
		return err
	}
	return line(c.OutOrStdout(), generations{View: r.View.Name, Standing: standing})
}

func (how rebuilding) show(w io.Writer, report *engine.Rebuilt, then string) error {
	if how.lines {
		return line(w, report)
	}
	found := report.Comparison
	fmt.Fprintf(w, "%s: %d events folded, up to position %d of the feed; of %d rows %s; %s.\n",
		report.View, report.Events, report.Position, found.Rows, differ(found.Different), then)
	for _, d := range found.Examples {
		fmt.Fprintf(w, "  %s: %s\n    live     at version %d: %s%s\n    replayed at version %d: %s%s\n", d.Row, d.What,
			d.Live.Version, orNone(d.Live.Doc), places(d.Live), d.Other.Version, orNone(d.Other.Doc), places(d.Other))
	}
	if more := found.Different - uint64(len(found.Examples)); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
	for _, p := range found.Parked {
		fmt.Fprintf(w, "  parked: %s at version %d: %.80q\n", p.Stream, p.Version, p.Error)
	}
	for _, s := range found.Stuck {
		fmt.Fprintf(w, "  stuck: %s at version %d: %.80q\n", s.Stream, s.Version, s.Error)
	}
	for _, s := range found.Skipped {
		fmt.Fprintf(w, "  left out, as before: %s at version %d: %.80q\n", s.Stream, s.Version, s.Error)
	}
	for _, p := range report.Mended {
		fmt.Fprintf(w, "  no longer parked: %s\n", p.Stream)
	}
	return nil
}

func differ(n uint64) string {
	switch n {
	case 0:
		return "none differs"
	case 1:
		return "1 differs"
	default:
		return fmt.Sprintf("%d differ", n)
	}
}

func orNone(doc []byte) string {
	if len(doc) == 0 {
		return "no document"
	}
	return string(doc)
}

func places(s engine.Side) string {
	var all []string
	for _, k := range s.Keys {
		all = append(all, fmt.Sprintf("%s/%s/%q", k.Index, k.Partition, k.Sort))
	}
	slices.Sort(all)
	if len(all) == 0 {
		return ""
	}
	return " in " + strings.Join(all, ", ")
}

func line(w io.Writer, v any) error {
	text, err := es.Encode(v)
	if err == nil {
		_, err = fmt.Fprintln(w, string(text))
	}
	return err
}

// view finds a declared view.
func (s *station) view(name string) (*es.ViewDecl, error) {
	if d := s.View(name); d != nil {
		return d, nil
	}
	var names []string
	for _, d := range s.App.Views() {
		names = append(names, d.Name)
	}
	return nil, fmt.Errorf("there is no view %q; there are: %s", name, strings.Join(names, ", "))
}
