package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
)

// completion gives what an argument or a flag may begin with a text like this. It is empty when the system cannot be asked.
type completion func(c *cobra.Command, at *site, begun string) []string

// completes has the shell complete the values of flags.
func completes(c *cobra.Command, at *site, flags map[string]completion) {
	for name, values := range flags {
		err := c.RegisterFlagCompletionFunc(name, func(c *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return values(c, at, begun), cobra.ShellCompDirectiveNoFileComp
		})
		if err != nil {
			panic(err) // there is no such flag
		}
	}
}

// arguments has the shell complete the arguments of a command, each by its own completion.
func arguments(at *site, each ...completion) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(each) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return each[len(args)](c, at, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// mostCompleted is how many streams are offered.
const mostCompleted = 100

func streams(c *cobra.Command, at *site, begun string) (ids []string) {
	_ = at.open(c.Context(), func(s *station) error { // who types sees nothing offered; the command itself will say why
		found, err := s.Directory.Streams(c.Context(), engine.Streams{Prefix: begun, Limit: mostCompleted})
		for _, b := range found {
			ids = append(ids, string(b.Stream))
		}
		return err
	})
	return ids
}

func viewNames(_ *cobra.Command, at *site, begun string) []string {
	var names []string
	for _, v := range at.App.Views() {
		names = append(names, v.Name)
	}
	return beginning(names, begun)
}

func consumers(c *cobra.Command, at *site, begun string) []string {
	names := append(viewNames(c, at, ""), engine.NotifierName)
	for _, d := range at.App.Sagas() {
		names = append(names, d.Name)
	}
	for _, d := range at.App.Listeners() {
		names = append(names, d.Name)
	}
	return beginning(names, begun)
}

func categories(_ *cobra.Command, at *site, begun string) []string {
	return beginning(slices.Collect(maps.Keys(at.App.Catalogue())), begun)
}

func eventTypes(_ *cobra.Command, at *site, begun string) []string {
	var names []string
	for _, entry := range at.App.Catalogue() {
		names = append(names, entry.Events...)
	}
	return beginning(names, begun)
}

// beginning gives the names that begin with a text, each once and in order.
func beginning(names []string, begun string) []string {
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, begun) })
	slices.Sort(names)
	return slices.Compact(names)
}

// parkedStreams are those that are parked for the consumer before them.
func parkedStreams(c *cobra.Command, at *site, begun string) (ids []string) {
	_ = at.open(c.Context(), func(s *station) error {
		all, err := s.Lot.Parked(c.Context())
		for _, p := range all {
			if p.Consumer == c.Flags().Arg(0) {
				ids = append(ids, string(p.Stream))
			}
		}
		return err
	})
	return beginning(ids, begun)
}
