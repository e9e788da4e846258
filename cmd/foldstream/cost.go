package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

// priced is how costs are shown.
type priced struct {
	use               cost.Use
	idle, lines, page bool
}

func costs() *cobra.Command {
	p := priced{use: cost.Usual()}
	c := &cobra.Command{
		Use:   "cost",
		Short: "What the system costs on AWS: a million commands, and a month without any",
		Long: "What the system costs on AWS, in dollars: a million commands by component, and a month without any. It is computed from\n" +
			"the declarations, from what operations are counted to take, and from list prices of us-east-1 as of " + cost.AsOf + ". No stage\n" +
			"is asked.",
		Example: "  foldstream cost\n  foldstream cost --cold 0.2 --commit-bytes 2000 --connections 50",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	flags := c.Flags()
	flags.BoolVar(&p.idle, "idle", false, "only what stands there costs, used or not")
	flags.BoolVar(&p.lines, "json", false, "all figures as one JSON object")
	flags.BoolVar(&p.page, "markdown", false, "the page docs/cost.md")
	c.MarkFlagsMutuallyExclusive("idle", "json", "markdown")
	flags.IntVar(&p.use.CommitBytes, "commit-bytes", p.use.CommitBytes, "bytes of a commit; by default the mean of the demo's stories")
	flags.IntVar(&p.use.RowBytes, "row-bytes", p.use.RowBytes, "bytes of a view's document; by default the mean of the demo's stories")
	flags.Float64Var(&p.use.Events, "events", p.use.Events, "events of a commit; by default the mean of the demo's stories")
	flags.IntVar(&p.use.Stream, "stream", p.use.Stream, "commits of the stream that a cold command loads")
	flags.Float64Var(&p.use.Cold, "cold", p.use.Cold, "share of the commands that are cold")
	flags.Float64Var(&p.use.Batch, "batch", p.use.Batch, "messages that a consumer gets at once, 1 to 10")
	flags.Float64Var(&p.use.RelayBatch, "relay-batch", p.use.RelayBatch, "commits that the relay gets at once, 1 to 100")
	flags.Float64Var(&p.use.MemoryMB, "memory", p.use.MemoryMB, "MB of a Lambda")
	flags.Float64Var(&p.use.CommandMS, "command-ms", p.use.CommandMS, "milliseconds of a Lambda that answers a request")
	flags.Float64Var(&p.use.ConsumerMS, "consumer-ms", p.use.ConsumerMS, "milliseconds of a Lambda for each commit that it consumes")
	flags.Float64Var(&p.use.LogBytes, "log-bytes", p.use.LogBytes, "bytes that an invocation leaves in the log")
	flags.Float64Var(&p.use.Sealed, "sealed", p.use.Sealed, "share of the commits with something personal, of aggregates that have such")
	flags.Float64Var(&p.use.Traced, "traced", p.use.Traced, "share of the requests that X-Ray records")
	flags.Float64Var(&p.use.Connections, "connections", p.use.Connections, "WebSocket connections that hear of a commit")
	return c
}

func (p priced) run(c *cobra.Command) error {
	e, err := cost.New(domain.App, p.use)
	if err != nil {
		return err
	}
	w, r := c.OutOrStdout(), e.Report()
	switch {
	case p.lines:
		text, err := es.Encode(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, string(text))
		return err
	case p.page:
		return r.Page(w)
	case p.idle:
		return r.Idles(w)
	default:
		return r.Text(w)
	}
}
