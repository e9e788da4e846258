package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

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
		Short: "List the views with their generations",
		Long:  "List the views with their generations: which one queries read, which one a rebuild fills, and which one is kept.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return listViews(c, s, lines) })
		},
	}
	c.Flags().BoolVar(&lines, "json", false, "one line of JSON for each view")
	return c
}

func listViews(c *cobra.Command, s *station, lines bool) error {
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !lines {
		fmt.Fprintln(table, "VIEW\tLIVE\tNEXT\tKEPT\tOF")
	}
	for _, view := range s.App.Views() {
		standing, err := s.Generations.Standing(c.Context(), view.Name)
		if err != nil {
			return err
		}
		if lines {
			if err := line(c.OutOrStdout(), generations{View: view.Name, Standing: standing}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n",
			view.Name, standing.Live, orDash(standing.Next), orDash(standing.Kept), strings.Join(view.Categories, ", "))
	}
	return table.Flush()
}

func orDash(generation uint64) string {
	if generation == 0 {
		return "-"
	}
	return fmt.Sprint(generation)
}
