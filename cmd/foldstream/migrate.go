package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// migrating is how a store is moved into another one.
type migrating struct {
	to, toStage, url string
	dry, json        bool
	patience         time.Duration
	anyway           bool
	follow           bool
	yes              bool
	lose             uint64
}

func migrate(at *site) *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Rewrite the history into another store, and let that one take this one's place",
		Long: "Rewrite the history into another store, green, and let that one take the place of this one, blue, which goes on meanwhile.\n\n" +
			"  start        green is filled with the rewritten history         copying\n" +
			"  compare      green's views are compared with blue's             compared\n" +
			"  cut-reads    queries are answered by green                      reads-cut\n" +
			"  stop-writes  blue finishes what it has accepted, and no more    stopped\n" +
			"  catch-up     green is given the last of it                      caught-up\n" +
			"  cut-writes   commands are carried out by green                  writes-cut\n" +
			"  destroy      blue is given up                                   destroyed\n\n" +
			"Each may be called again, and goes on where it was interrupted. back returns from each but the last. Green serves beside\n" +
			"blue, with a server of its own, from start on: its projectors fold what is copied, and its sagas, mails and pushes do not\n" +
			"act on it. Blue's server sends on to green what is green's.",
	}
	c.AddCommand(
		migrateList(at), migrateStart(at),
		phase(at, "compare", "Compare green's views with blue's", migrating.compare, func(how *migrating, c *cobra.Command) {
			c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long rows may take to become the same")
			c.Flags().BoolVar(&how.anyway, "anyway", false, "go on although there are differences that the rewrite does not declare")
		}),
		phase(at, "cut-reads", "Have queries answered by green", migrating.cutReads, func(how *migrating, c *cobra.Command) {
			c.Flags().StringVar(&how.url, "to-url", "", "URL of green's API")
			c.Flags().BoolVar(&how.follow, "follow", false, "stay, and copy on, until blue's writes are stopped")
		}),
		phase(at, "stop-writes", "Stop blue's writes, when it has finished what it has accepted", migrating.stopWrites, func(how *migrating, c *cobra.Command) {
			c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long blue may take to finish")
		}),
		phase(at, "catch-up", "Give green what blue has accepted last", migrating.catchUp, func(how *migrating, c *cobra.Command) {
			c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long what blue holds may take to come into its feed")
		}),
		phase(at, "cut-writes", "Have commands carried out by green, and hand blue's timers over", migrating.cutWrites, func(how *migrating, c *cobra.Command) {
			c.Flags().DurationVar(&how.patience, "patience", 30*time.Second, "how long green's views may take to show what was copied last")
		}),
		phase(at, "back", "Go back to blue", migrating.back, func(how *migrating, c *cobra.Command) {
			c.Flags().Uint64Var(&how.lose, "lose-writes", 0, "give up so many commits that green has accepted by itself, exactly")
		}),
		migrateDestroy(at),
		phase(at, "status", "Say how far the migration is", migrating.status, nil),
	)
	return c
}

// flags are those of all phases.
func (how *migrating) flags(c *cobra.Command) {
	c.Flags().BoolVar(&how.json, "json", false, "one line of JSON")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "say what would be done, and change nothing")
}

func migrateList(at *site) *cobra.Command {
	lines := false
	c := &cobra.Command{
		Use: "list", Short: "List the rewrites that are declared", Args: cobra.NoArgs,
		Example: "  foldstream migrate list --json",
		RunE: func(c *cobra.Command, _ []string) error {
			for _, r := range at.App.Rewrites {
				rules := make([]string, len(r.Steps))
				for i, s := range r.Steps {
					rules[i] = s.Rule
				}
				if lines {
					if err := line(c.OutOrStdout(), map[string]any{"rewrite": r.Name, "about": r.About, "rules": rules}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %s\n  %s\n", r.Name, r.About, strings.Join(rules, "\n  "))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&lines, "json", false, "one line of JSON for each rewrite")
	return c
}

func migrateStart(at *site) *cobra.Command {
	var how migrating
	c := &cobra.Command{
		Use:   "start REWRITE",
		Short: "Fill green with the rewritten history",
		Long: "Fill green, which is empty, with the rewritten history, up to blue's last commit. Called again it copies what has been added\n" +
			"since; with --follow it stays and copies on until blue's writes are stopped.",
		Example: "  foldstream migrate start leaner --to .green --dry-run\n  foldstream migrate start leaner --to .green --to-url http://127.0.0.1:8081",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rewrite := at.App.Rewrite(args[0])
			if rewrite == nil {
				return fmt.Errorf("no rewrite %q is declared; `foldstream migrate list` lists them", args[0])
			}
			return how.start(c, at, rewrite)
		},
	}
	c.Flags().StringVar(&how.to, "to", "", "folder of green's data")
	c.Flags().StringVar(&how.toStage, "to-stage", "", "stage that green is")
	c.Flags().StringVar(&how.url, "to-url", "", "URL of green's API; may be told to cut-reads instead")
	c.Flags().BoolVar(&how.follow, "follow", false, "stay, and copy on, until blue's writes are stopped")
	how.flags(c)
	c.MarkFlagsMutuallyExclusive("to", "to-stage")
	c.MarkFlagsOneRequired("to", "to-stage")
	return c
}

// phase is the command of a phase behind the first.
func phase(at *site, name, short string, run func(migrating, *move) error, flags func(*migrating, *cobra.Command)) *cobra.Command {
	var how migrating
	c := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs, Example: "  foldstream migrate " + name,
		RunE: func(c *cobra.Command, _ []string) error {
			return how.under(c, at, func(m *move) error { return run(how, m) })
		},
	}
	if flags != nil {
		flags(&how, c)
	}
	how.flags(c)
	return c
}

// migrateDestroy removes blue's folder behind all the rest, when nobody has it open.
func migrateDestroy(at *site) *cobra.Command {
	c := phase(at, "destroy", "Give blue up", migrating.destroy, func(how *migrating, c *cobra.Command) {
		c.Flags().BoolVar(&how.yes, "yes", false, "it is to be done")
	})
	give := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := give(c, args); err != nil || at.stage != "" {
			return err
		}
		dry, err := c.Flags().GetBool("dry-run")
		if err != nil || dry {
			return err
		}
		return os.RemoveAll(at.Data)
	}
	return c
}

// move is a migration that a command is about.
type move struct {
	*engine.Migration
	c    *cobra.Command
	ctx  context.Context
	out  io.Writer
	bar  *progress
	json bool
	at   *site
	both [2]*station
}

// heeded makes sure that both stores can be closed.
func (m *move) heeded() error {
	for _, s := range m.both {
		if s.Heeds == nil {
			continue
		}
		if err := s.Heeds(m.ctx); err != nil {
			return err
		}
	}
	return nil
}

// tell ends the bar, and says what has been done: as a line of JSON, or a sentence.
func (m *move) tell(result any, sentence string, args ...any) error {
	m.bar.end()
	if m.json {
		return line(m.out, result)
	}
	_, err := fmt.Fprintf(m.out, sentence+"\n", args...)
	return err
}

// nextCommand is what comes behind each phase.
var nextCommand = map[engine.MovePhase]string{
	engine.MoveNone: "start", engine.MoveCopying: "compare", engine.MoveCompared: "cut-reads", engine.MoveReadsCut: "stop-writes",
	engine.MoveStopping: "stop-writes", engine.MoveStopped: "catch-up", engine.MoveCaughtUp: "cut-writes", engine.MoveWritesCut: "destroy",
}

// explained makes errors of a migration sentences that say what to do.
func explained(err error) error {
	var early *engine.NotNext
	var own *engine.OwnWrites
	var unfed *engine.Unfed
	var behind *engine.Behind
	switch {
	case errors.As(err, &early) && early.Phase == engine.MoveNone:
		return errors.New("nothing moves; `foldstream migrate start` comes first")
	case errors.As(err, &early) && early.Phase == engine.MoveDestroyed:
		return errors.New("the migration has ended: blue is given up")
	case errors.As(err, &early):
		return fmt.Errorf("the migration is at %s; what comes next is `foldstream migrate %s`", early.Phase, nextCommand[early.Phase])
	case errors.As(err, &own):
		return fmt.Errorf("%w: to go back and lose them, and green with them, say --lose-writes %d", err, own.Commits)
	case errors.As(err, &unfed):
		return fmt.Errorf("%w: see `foldstream redrive --help`, and call this again", err)
	case errors.As(err, &behind):
		return fmt.Errorf("%w; serve it, or rebuild the view there, and call this again", err)
	case errors.Is(err, engine.ErrStale):
		return fmt.Errorf("%w: somebody else is at the same migration; see `foldstream migrate status`", err)
	default:
		return err
	}
}

// rewriteOf finds what a store moves by.
func rewriteOf(app *es.App, move engine.Move) (*es.Rewrite, error) {
	if move.Phase == engine.MoveNone {
		return nil, &engine.NotNext{}
	}
	if r := app.Rewrite(move.Rewrite); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("the store moves by the rewrite %q, which this program does not declare", move.Rewrite)
}
