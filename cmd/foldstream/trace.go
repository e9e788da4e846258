package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/xlab/treeprint"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// tracing is how a trace is found and shown.
type tracing struct {
	search, timers, json bool
	since                time.Duration
}

func trace(at *site) *cobra.Command {
	var how tracing
	c := &cobra.Command{
		Use:   "trace ID",
		Short: "Show what one request has caused, as a tree",
		Long: "Show what one request has caused, as a tree: commands, their events or what refused them, the commands that were sent upon\n" +
			"these, and so on, with the milliseconds since the first. The ID is a trace's, or the name of one of its events, as match-0192…@3.\n" +
			"Mails that were sent are not noted in traces.\n\n" +
			"A deployed stage forgets its traces after 30 days. With --search the feed is looked through instead, from an hour before the id was\n" +
			"made, where it tells that, else all of it or as far back as --since: that also finds the id of a command. On a stage it costs a\n" +
			"read unit for each 4 KB of a commit.",
		Example: "  foldstream trace 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f\n  foldstream trace match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f@3 --timers\n" +
			"  foldstream trace 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --search",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, args[0]) })
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().BoolVar(&how.search, "search", false, "look through the feed")
	c.Flags().DurationVar(&how.since, "since", 0, "how far back to look with --search")
	c.Flags().BoolVar(&how.timers, "timers", false, "look for timers that the trace has set as well, among all; of a stage each costs a request")
	c.Flags().BoolVar(&how.json, "json", false, "the tree as one line of JSON")
	return c
}

func (how tracing) run(c *cobra.Command, s *station, id string) error {
	if strings.Contains(id, "@") {
		trace, err := engine.TraceOf(c.Context(), s.Whole(), id)
		if err == nil && trace == "" {
			err = fmt.Errorf("there is no event %s", id)
		}
		if err != nil {
			return err
		}
		id = trace
	}
	outcomes, err := how.find(c, s, id)
	if err != nil {
		return err
	}
	if len(outcomes) == 0 {
		if how.search {
			return fmt.Errorf("there is nothing of a trace or a command %q in the feed", id)
		}
		return fmt.Errorf("there is no trace %q, or it is forgotten; --search looks for it in the feed", id)
	}
	tree := engine.NewTraceTree(outcomes)
	if how.timers {
		if tree.Waiting, err = upcoming(c, s, func(e engine.Errand) bool { return e.TraceID == tree.TraceID }); err != nil {
			return err
		}
	}
	if how.json {
		return line(c.OutOrStdout(), tree)
	}
	return showTrace(c.OutOrStdout(), tree)
}

func (how tracing) find(c *cobra.Command, s *station, id string) ([]engine.Outcome, error) {
	if !how.search {
		return s.Traces.Trace(c.Context(), id)
	}
	from := engine.Born(id)
	if how.since > 0 {
		from = time.Now().Add(-how.since)
	} else if !from.IsZero() {
		from = from.Add(-time.Hour) // the clock of whoever made it may be ahead
	}
	after, err := engine.Since(c.Context(), s.Log, from)
	if err != nil {
		return nil, err
	}
	m := newProgress(c.ErrOrStderr(), how.json)
	defer m.end()
	return engine.SearchTrace(c.Context(), s.Log, id, after, func(position, end uint64) { m.at("search", "commits", position-after, end-after) })
}

// upcoming lists the timers that are set and wanted, the soonest first.
func upcoming(c *cobra.Command, s *station, wanted func(engine.Errand) bool) (found []engine.Errand, err error) {
	for cursor, more := "", true; more; {
		page, err := s.Agenda.Upcoming(c.Context(), cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Errands {
			if wanted(e) {
				found = append(found, e)
			}
		}
		cursor, more = page.Next, page.Next != ""
	}
	slices.SortStableFunc(found, func(a, b engine.Errand) int { return a.Due.Compare(b.Due) })
	return found, nil
}

func showTrace(w io.Writer, t *engine.TraceTree) error {
	tree := treeprint.NewWithRoot(fmt.Sprintf("trace %s, begun %s, took %d ms", orSigns(t.TraceID), t.Begun.Format(time.RFC3339), t.Took))
	for _, d := range t.Commands {
		addCommand(tree, d)
	}
	for _, e := range t.Waiting {
		tree.AddNode(fmt.Sprintf("timer: %s for %s, due %s", e.Command, e.Stream, e.Due.Format(time.RFC3339)))
	}
	_, err := io.WriteString(w, tree.String())
	return err
}

func addCommand(to treeprint.Tree, d *engine.Decision) {
	said := fmt.Sprintf("+%d ms  command %s", d.After, orSigns(d.CommandID))
	if by := d.Outcomes[0].Invoker; by != "" {
		said += " by " + orSigns(by)
	}
	if d.Cause != "" {
		said += ", upon " + orSigns(d.Cause) + ", which is not in this trace"
	}
	branch := to.AddBranch(said)
	for _, e := range d.Outcomes {
		told := fmt.Sprintf("%s  %s@%d", e.Type, orSigns(string(e.AggregateID)), e.Version)
		if refused, ok := refusedBy(e.Outcome); ok {
			told = fmt.Sprintf("REFUSED %s by %s: %s  (%s@%d)", refused.Command, refused.AggregateID, reasonOf(refused), e.AggregateID, e.Version)
		}
		effect := branch.AddBranch(told)
		for _, next := range e.Commands {
			addCommand(effect, next)
		}
	}
}

// refusedBy reads an outcome that is a refusal.
func refusedBy(o engine.Outcome) (refused es.CommandRejected, ok bool) {
	if o.Type != "CommandRejected" || es.Decode(o.Payload, &refused) != nil {
		return refused, false
	}
	return refused, true
}

func reasonOf(r es.CommandRejected) string {
	if r.Rejection == nil {
		return "for no reason that is known"
	}
	return orSigns(r.Rejection.Error())
}
