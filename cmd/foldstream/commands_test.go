package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// TestCommandsKeepTheirManners holds every command against what is promised of all: that its help has examples, that whatever
// looks into a store or changes it can say so as JSON, and that whatever changes it can be tried first.
func TestCommandsKeepTheirManners(t *testing.T) {
	var walk func(c *cobra.Command, group string)
	walk = func(c *cobra.Command, group string) {
		for _, inner := range c.Commands() {
			walk(inner, group+inner.GroupID)
		}
		if !c.Runnable() || group == "" {
			return
		}
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s is explained by %q and the examples %q", c.CommandPath(), c.Short, c.Example)
		}
		looks := group == "look" || slices.Contains([]string{"list", "show", "status"}, c.Name())
		if group != "run" && c.Name() != "follow" && c.Flags().Lookup("json") == nil {
			t.Errorf("%s has no --json", c.CommandPath())
		}
		if group != "run" && !looks && c.Flags().Lookup("dry-run") == nil {
			t.Errorf("%s has no --dry-run", c.CommandPath())
		}
	}
	walk(root(), "")
}
