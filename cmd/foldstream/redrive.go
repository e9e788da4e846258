package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

// redriving is what is done with the messages of last nets.
type redriving struct {
	ids        []string
	most       int
	reason     string
	json, raw  bool
	dry, every bool
}

func redrive(at *site) *cobra.Command {
	c := &cobra.Command{
		Use:   "redrive",
		Short: "What a stage's dead-letter queues hold: list, show, run, drop",
		Long: "What a stage's dead-letter queues hold, and those for what the relay and the schedules gave up. Consumers mind neither order\n" +
			"nor repetition, and no command is carried out twice, so that messages can be brought back at any time; mend the cause first.\n" +
			"What is done is noted with the name of who works here: GET /admin/jobs lists it.\n\n" +
			"This machine's store has no such queues: its messages stay in their queues, and come again, until they are taken. What a\n" +
			"consumer cannot take is under `foldstream parked`.",
	}
	c.AddCommand(redriveList(at), redriveShow(at), redriveRun(at), redriveDrop(at))
	return c
}

const exampleNet = "matches-dead"

func redriveList(at *site) *cobra.Command {
	var how redriving
	c := &cobra.Command{
		Use: "list [QUEUE]", Short: "List the queues with how much they hold, or what one holds", Args: cobra.MaximumNArgs(1),
		Long: "List the queues with about how much they hold, or the messages of one: what they are, since when, how often they have been\n" +
			"received, and why they may be there. To look at a message counts as a receipt, and hides it from others for up to two minutes. Of\n" +
			"one stream no more than ten may be seen.",
		Example:           "  foldstream redrive list --stage prod\n  foldstream redrive list " + exampleNet + " --stage prod",
		ValidArgsFunction: arguments(at, nets),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error {
				if len(args) == 0 {
					return how.nets(c, s)
				}
				return how.walk(c, s, args[0])
			})
		},
	}
	c.Flags().IntVarP(&how.most, "last", "n", 100, "how many messages to list")
	c.Flags().BoolVar(&how.json, "json", false, "one line of JSON for each")
	return c
}

func redriveShow(at *site) *cobra.Command {
	how := redriving{raw: true, most: 1}
	c := &cobra.Command{
		Use: "show QUEUE ID", Short: "Show one message as it is", Args: cobra.ExactArgs(2),
		Long:              "Show one message as it is: its data may be personal. What is not JSON is shown quoted.",
		Example:           "  foldstream redrive show timers-dead 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --stage prod",
		ValidArgsFunction: arguments(at, nets),
		RunE: func(c *cobra.Command, args []string) error {
			how.ids = args[1:]
			return at.open(c.Context(), func(s *station) error { return how.walk(c, s, args[0]) })
		},
	}
	c.Flags().BoolVar(&how.json, "json", false, "one line of JSON")
	return c
}

func redriveRun(at *site) *cobra.Command {
	var how redriving
	c := &cobra.Command{
		Use: "run QUEUE", Short: "Bring messages back to the queue that they are from", Args: cobra.ExactArgs(1),
		Long: "Bring messages back to the queue that they are from. Each is sent there before it is deleted here: one that is brought back when\n" +
			"this is broken off may come twice, none is lost. What " + engine.LetterUnreadable + " is stays. The queue of the relay holds no commits:\n" +
			"they are looked for in the events table, half a read unit for each 4 KB of it, and brought on; then the messages go.",
		Example:           "  foldstream redrive run " + exampleNet + " --dry-run\n  foldstream redrive run timers-dead --id 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f",
		ValidArgsFunction: arguments(at, nets),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error { return how.carry(c, s, args[0], engine.JobRedrive) })
		},
	}
	how.flags(c, "bring back")
	return c
}

func redriveDrop(at *site) *cobra.Command {
	var how redriving
	c := &cobra.Command{
		Use: "drop QUEUE", Short: "Delete messages", Args: cobra.ExactArgs(1),
		Long: "Delete messages. A commit stays in the event store, where its consumer finds it with the next one of the stream; a command or a\n" +
			"job stands nowhere else.",
		Example:           "  foldstream redrive drop timers-dead --id 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --reason 'its match is over'",
		ValidArgsFunction: arguments(at, nets),
		RunE: func(c *cobra.Command, args []string) error {
			if how.reason == "" {
				return errors.New("say why, by --reason: it is noted")
			}
			if how.every == (len(how.ids) > 0) {
				return errors.New("name messages by --id, or give --all")
			}
			return at.open(c.Context(), func(s *station) error { return how.carry(c, s, args[0], engine.JobDiscard) })
		},
	}
	how.flags(c, "delete")
	c.Flags().StringVar(&how.reason, "reason", "", "why, which is noted")
	c.Flags().BoolVar(&how.every, "all", false, "all that the queue holds")
	return c
}

func (how *redriving) flags(c *cobra.Command, do string) {
	c.Flags().StringArrayVar(&how.ids, "id", nil, "a message to "+do+"; may be given more than once")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "only tell what would be done")
	c.Flags().BoolVar(&how.json, "json", false, "the summary as one line of JSON")
}

func nets(_ *cobra.Command, at *site, begun string) []string {
	var names []string
	for _, n := range topology.Nets(at.App) {
		names = append(names, n.Name)
	}
	return beginning(names, begun)
}

// redrive looks after the last nets of a stage.
func (s *station) redrive() (*engine.Redrive, error) {
	if s.Letters == nil {
		return nil, errors.New("this machine's store sets nothing aside: its messages come again until they are taken; see: foldstream parked list")
	}
	return &engine.Redrive{Nets: topology.Nets(s.App), Letters: s.Letters, Jobs: s.upkeep(), Sweeper: s.Sweeper}, nil
}

// netState is how much a last net holds.
type netState struct {
	engine.Net
	Waiting uint64 `json:"waiting"`
	Missing bool   `json:"missing,omitzero"` // there is no such queue
}

func (how redriving) nets(c *cobra.Command, s *station) error {
	r, err := s.redrive()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !how.json {
		fmt.Fprintln(table, "QUEUE\tOF\tHOLDS")
	}
	for _, n := range r.Nets {
		waiting, err := r.Letters.Waiting(c.Context(), n)
		missing := errors.Is(err, engine.ErrNoNet)
		switch {
		case err != nil && !missing:
			return err
		case how.json:
			err = line(c.OutOrStdout(), netState{Net: n, Waiting: waiting, Missing: missing})
		case missing:
			_, err = fmt.Fprintf(table, "%s\t%s\tis not there\n", n.Name, n.Of)
		default:
			_, err = fmt.Fprintf(table, "%s\t%s\t%d\n", n.Name, n.Of, waiting)
		}
		if err != nil {
			return err
		}
	}
	return table.Flush()
}

// shownLetter is a message with its body, which may be anything.
type shownLetter struct {
	engine.Letter
	Body string `json:"body,omitempty"`
}

// walk shows messages.
func (how redriving) walk(c *cobra.Command, s *station, name string) error {
	r, err := s.redrive()
	if err != nil {
		return err
	}
	net, err := r.Find(name)
	if err != nil {
		return err
	}
	n := 0
	var shown error
	err = r.Walk(c.Context(), net, func(d engine.DeadLetter, l engine.Letter) bool {
		if !how.wants(l) {
			return true
		}
		n++
		shown = how.show(c.OutOrStdout(), d, l)
		return shown == nil && n < how.most
	})
	if err == nil && shown == nil && n == 0 {
		if len(how.ids) > 0 {
			return fmt.Errorf("%s holds no message %s, or somebody else has it just now", name, how.ids[0])
		}
		if !how.json {
			fmt.Fprintf(c.OutOrStdout(), "%s holds nothing.\n", name)
		}
	}
	return errors.Join(err, shown)
}

func (how redriving) wants(l engine.Letter) bool {
	return len(how.ids) == 0 || slices.Contains(how.ids, l.ID)
}

func (how redriving) show(w io.Writer, d engine.DeadLetter, l engine.Letter) error {
	if how.json {
		whole := shownLetter{Letter: l}
		if how.raw {
			whole.Body = d.Body
		}
		return line(w, whole)
	}
	_, err := fmt.Fprintf(w, "%s  %s  since %s, received %d times, %d bytes\n  %s\n",
		orSigns(l.ID), about(l), l.Since.Format(time.RFC3339), l.Receives, l.Bytes, orSigns(l.Why))
	if err == nil && how.raw {
		_, err = fmt.Fprintln(w, d.Pretty())
	}
	return err
}

// about is what a message is, in some words.
func about(l engine.Letter) string {
	switch l.Kind {
	case engine.LetterCommit:
		return orSigns(fmt.Sprintf("%s %s@%d %v", l.Kind, l.Stream, l.Version, l.Events))
	case engine.LetterCommand, engine.LetterJob:
		return orSigns(fmt.Sprintf("%s %s for %s", l.Kind, l.Command, l.Stream))
	default:
		return l.Kind
	}
}

func (how redriving) carry(c *cobra.Command, s *station, name, kind string) error {
	r, err := s.redrive()
	if err != nil {
		return err
	}
	net, err := r.Find(name)
	if err != nil {
		return err
	}
	wanted := how.wants
	if kind == engine.JobRedrive {
		wanted = func(l engine.Letter) bool { return how.wants(l) && l.Kind != engine.LetterUnreadable }
	}
	if how.dry {
		return how.would(c, r, net, wanted)
	}
	do := r.Run
	if kind == engine.JobDiscard {
		do = r.Drop
	}
	done, err := do(c.Context(), net, wanted, engine.Job{Reason: how.reason, By: operator()}, callers)
	if how.json {
		return errors.Join(err, line(c.OutOrStdout(), done))
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %d went back, %d deleted, %d left\n", name, done.PutBack, done.Dropped, done.Kept)
	if done.Swept > 0 {
		fmt.Fprintf(c.OutOrStdout(), "commits of %d streams were brought on\n", done.Swept)
	}
	return err
}

// would tells what would be done.
func (how redriving) would(c *cobra.Command, r *engine.Redrive, net engine.Net, wanted func(engine.Letter) bool) error {
	n, left := 0, 0
	err := r.Walk(c.Context(), net, func(_ engine.DeadLetter, l engine.Letter) bool {
		if wanted(l) {
			n++
			fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", orSigns(l.ID), about(l))
		} else {
			left++
		}
		return true
	})
	fmt.Fprintf(c.OutOrStdout(), "%s: would be done with %d, would leave %d\n", net.Name, n, left)
	return err
}
