package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
)

// counting is what is statistics, and how.
type counting struct {
	top       int
	sample    uint64
	yes, json bool
}

// freely is how many read units are spent without being asked: about a cent and a half.
const freely = 100_000

func stats(at *site) *cobra.Command {
	var how counting
	c := &cobra.Command{
		Use:   "stats",
		Short: "Count what there is: events, streams, sizes, rates",
		Long: "Count what there is: commits, events and bytes, by category and type; what happened lately; the streams that the most is of;\n" +
			"what the store keeps; how the views stand, and what waits. All of the feed is read, in memory that does not grow with it.\n\n" +
			"With up to 20,000 streams all figures of the feed are exact; with more, those of the biggest and hottest streams may be too high\n" +
			"by what is said with each. With --sample the feed's figures are those of so many of its last commits. Of a stage, DynamoDB tells\n" +
			"what tables keep as it was up to six hours ago, and to read the feed costs at most a read unit for each 4 KB of a commit: of more\n" +
			"than 100,000 it asks for --yes or --sample.",
		Example: "  foldstream stats\n  foldstream stats --top 3 --json | jq .feed.mostBytes\n  foldstream stats --stage prod --sample 10000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s) })
		},
	}
	c.Flags().IntVar(&how.top, "top", 10, "how many of the biggest and hottest streams")
	c.Flags().Uint64Var(&how.sample, "sample", 0, "read only so many of the last commits")
	c.Flags().BoolVar(&how.yes, "yes", false, "read all of the feed, whatever it costs")
	c.Flags().BoolVar(&how.json, "json", false, "one line of JSON")
	return c
}

// statistics is all that is told.
type statistics struct {
	Feed   *engine.Stats      `json:"feed"`
	Sample bool               `json:"sample,omitzero"` // whether the feed's figures are of its last commits only
	End    uint64             `json:"end"`             // of the feed
	Keeps  []engine.Size      `json:"keeps"`
	Exact  bool               `json:"exact"` // whether what is kept is told as it is now
	Views  []engine.ViewState `json:"views"`
	Parked int                `json:"parked"`
}

func (how counting) run(c *cobra.Command, s *station) error {
	all := statistics{Exact: s.Sizes.Exact()}
	var err error
	if all.Keeps, err = s.Sizes.Sizes(c.Context()); err != nil {
		return err
	}
	overview := &engine.Overview{App: s.App, Feed: s.Feed, Generations: s.Generations, Checkpoints: s.Checkpoints, Backlogs: s.Backlogs}
	if all.Views, all.End, err = overview.Views(c.Context()); err != nil {
		return err
	}
	lot, err := s.Lot.Parked(c.Context())
	if err != nil {
		return err
	}
	all.Parked = len(lot)
	after := uint64(0)
	if how.sample > 0 && how.sample < all.End {
		after, all.Sample = all.End-how.sample, true
	} else if err := how.afford(all); err != nil {
		return err
	}
	m := newProgress(c.ErrOrStderr(), how.json)
	defer m.end()
	all.Feed, err = engine.Count(c.Context(), s.Feed, after, time.Now(), how.top, func(position uint64) {
		m.at("count", "commits", position-after, all.End-after)
	})
	if err != nil {
		return err
	}
	m.end()
	if how.json {
		return line(c.OutOrStdout(), all)
	}
	return all.print(c.OutOrStdout())
}

// afford refuses to read a whole feed that costs more than is spent freely.
func (how counting) afford(all statistics) error {
	if all.Exact || how.yes {
		return nil
	}
	for _, k := range all.Keeps {
		units := k.Items + k.Bytes>>12 // each item is rounded up to 4 KB
		if k.What == "events" && units > freely {
			return fmt.Errorf("to read the feed takes up to %s read units: give --yes, or --sample", humanize.Comma(int64(units)))
		}
	}
	return nil
}

func (all statistics) print(w io.Writer) error {
	f, of := all.Feed, ""
	if all.Sample {
		of = fmt.Sprintf(", of the last %d of %d commits", f.Commits, all.End)
	}
	fmt.Fprintf(w, "%s commits, %s events, %s of data, %s streams begun%s\n", humanize.Comma(int64(f.Commits)),
		humanize.Comma(int64(f.Events)), humanize.IBytes(f.Bytes), humanize.Comma(int64(f.Streams)), of)
	if f.Commits > 0 {
		fmt.Fprintf(w, "from %s to %s\n", f.First.Format(time.RFC3339), f.Last.Format(time.RFC3339))
	}
	for _, name := range []string{"minute", "hour", "day"} {
		fmt.Fprintf(w, "in the last %s: %d commits, %d events\n", name, f.Lately[name].Commits, f.Lately[name].Events)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nCATEGORY\tSTREAMS\tCOMMITS\tEVENTS\tDATA")
	for _, name := range slices.Sorted(maps.Keys(f.Categories)) {
		t := f.Categories[name]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\n", name, t.Streams, t.Commits, t.Events, humanize.IBytes(t.Bytes))
	}
	fmt.Fprintln(table, "\nTYPE\tEVENTS\tDATA\t\t")
	for _, name := range slices.Sorted(maps.Keys(f.Types)) {
		fmt.Fprintf(table, "%s\t%d\t%s\t\t\n", name, f.Types[name].Events, humanize.IBytes(f.Types[name].Bytes))
	}
	heaviest(table, "MOST EVENTS", f.ByEvents, humanize.Comma)
	heaviest(table, "MOST DATA", f.ByBytes, func(n int64) string { return humanize.IBytes(uint64(n)) })
	heaviest(table, "MOST COMMITS IN A DAY", f.Hottest, humanize.Comma)
	fmt.Fprintln(table, "\nVIEW\tLIVE\tNEXT\tKEPT\tWAITING")
	for _, v := range all.Views {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%d\n", v.View, v.Live, orDash(v.Next), orDash(v.Kept), v.Backlog.Waiting)
	}
	keeps := "\nKEPT"
	if !all.Exact {
		keeps += ", HOURS AGO"
	}
	fmt.Fprintln(table, keeps+"\tITEMS\tBYTES\t\t")
	for _, k := range all.Keeps {
		fmt.Fprintf(table, "%s\t%d\t%s\t\t\n", k.What, k.Items, orUnknown(k.Bytes))
	}
	fmt.Fprintf(table, "\n%d streams are parked.\n", all.Parked)
	return table.Flush()
}

func heaviest(w io.Writer, title string, all []engine.Heavy, format func(int64) string) {
	fmt.Fprintf(w, "\n%s\t\t\t\t\n", title)
	for _, h := range all {
		bound := ""
		if h.Error > 0 {
			bound = "at least " + format(int64(h.Count-h.Error))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t\t\n", orSigns(string(h.Stream)), format(int64(h.Count)), bound)
	}
}

func orUnknown(bytes uint64) string {
	if bytes == 0 {
		return "-"
	}
	return humanize.IBytes(bytes)
}
