package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// replayed is how a replay is shown.
type replayed struct {
	step, lines bool
	until       uint64
}

func replay(at *site) *cobra.Command {
	var how replayed
	c := &cobra.Command{
		Use:   "replay STREAM",
		Short: "Step through a stream, event by event, with the state after each",
		Long: "Step through a stream, event by event, with the state after each. The code that folds is this program's: change it,\n" +
			"and watch what it makes of what has happened. Nothing is written, and a server may be running beside it.",
		Example: "  foldstream replay match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --step",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: arguments(at, streams),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, es.StreamID(args[0])) })
		},
	}
	c.Flags().BoolVar(&how.step, "step", false, "wait for the Enter key after each event")
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON for each event")
	c.Flags().Uint64Var(&how.until, "until", 0, "the version to stop at; 0 for the last")
	return c
}

func (how replayed) run(c *cobra.Command, s *station, stream es.StreamID) error {
	folds := s.App.FoldersOf(stream.Category())
	if len(folds) == 0 {
		return fmt.Errorf("no aggregate has streams of the category %q; a stream is named as in match-0192d3c8…", stream.Category())
	}
	keys, seen := bufio.NewReader(c.InOrStdin()), false
	for step, err := range engine.Replay(c.Context(), s.Whole(), folds, stream, 0) {
		if err != nil {
			return err
		}
		seen = true
		if err := how.show(c.OutOrStdout(), step); err != nil {
			return err
		}
		if step.Version == how.until {
			return nil
		}
		if how.step {
			if _, err := keys.ReadString('\n'); err != nil {
				return nil // no more keys: whoever looks on has seen enough
			}
		}
	}
	if !seen {
		return fmt.Errorf("there are no events in %s", stream)
	}
	return nil
}

func (how replayed) show(w io.Writer, step engine.Step) error {
	if how.lines {
		text, err := es.Encode(step)
		if err == nil {
			_, err = fmt.Fprintln(w, string(text))
		}
		return err
	}
	fmt.Fprintf(w, "%d  %s  %s  by %s\n", step.Version, step.Type, step.Time.Format(time.RFC3339), orNobody(step.Invoker))
	if err := indented(w, "event", step.Data); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(step.States)) {
		if err := indented(w, name, step.States[name]); err != nil {
			return err
		}
	}
	fmt.Fprintln(w)
	return nil
}

func indented(w io.Writer, name string, value jsontext.Value) error {
	text := value.Clone()
	if err := text.Indent(jsontext.WithIndentPrefix("    "), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "  %s %s\n", name, text)
	return err
}

func orNobody(user string) string {
	if user == "" {
		return "nobody"
	}
	return user
}
