package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
)

// generations are those of a view, as they are shown.
type generations struct {
	View string `json:"view"`
	engine.Standing
}

func views(at *site) *cobra.Command {
	lines := false
	c := &cobra.Command{
		Use:   "views",
		Short: "List the views with their generations, and what waits for them",
		Long: "List the views with their generations: which one queries read, which one a rebuild fills and how many commits of the\n" +
			"feed that is behind, and which one is kept; and how many commits wait for them, on this machine also for how long.",
		Example: "  foldstream views\n  foldstream views --json --stage prod",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return listViews(c, s, lines) })
		},
	}
	c.Flags().BoolVar(&lines, "json", false, "one line of JSON for each view")
	return c
}

func listViews(c *cobra.Command, s *station, lines bool) error {
	overview := &engine.Overview{App: s.App, Feed: s.Feed, Generations: s.Generations, Checkpoints: s.Checkpoints, Backlogs: s.Backlogs}
	states, _, err := overview.Views(c.Context())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !lines {
		fmt.Fprintln(table, "VIEW\tLIVE\tNEXT\tBEHIND\tKEPT\tWAITING\tOLDEST\tOF")
	}
	for _, v := range states {
		if lines {
			if err := line(c.OutOrStdout(), v); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%d\t%s\t%s\n", v.View, v.Live, orDash(v.Next), behind(v), orDash(v.Kept),
			v.Backlog.Waiting, age(v.Backlog), strings.Join(s.View(v.View).Categories, ", "))
	}
	return table.Flush()
}

// age is how long the oldest commit of a backlog has waited, as far as that is known.
func age(b engine.Backlog) string {
	if b.OldestSeconds == 0 {
		return "-"
	}
	return time.Duration(b.OldestSeconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}

// behind is how far the next generation of a view is from the feed's end.
func behind(v engine.ViewState) string {
	if v.Next == 0 {
		return "-"
	}
	return fmt.Sprint(v.Behind)
}

func orDash(generation uint64) string {
	if generation == 0 {
		return "-"
	}
	return fmt.Sprint(generation)
}
