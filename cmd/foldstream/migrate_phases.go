package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func (how migrating) start(c *cobra.Command, at *site, rewrite *es.Rewrite) error {
	to := *at
	to.Data, to.stage = how.to, how.toStage
	return at.open(c.Context(), func(blue *station) error {
		if how.dry {
			return how.try(c, at, blue, rewrite)
		}
		if err := prepare(at, &to); err != nil {
			return fmt.Errorf("prepare green: %w", err)
		}
		return how.between(c, at, blue, &to, rewrite, func(m *move) error {
			if err := m.heeded(); err != nil {
				return err
			}
			if err := m.Start(m.ctx); err != nil {
				return err
			}
			s, err := m.Status(m.ctx)
			if err != nil {
				return err
			}
			if err := m.tell(s, "%s has %d of blue's %d commits. Serve it, for its views to be made; then `foldstream migrate compare`.",
				m.Green.Name, s.Copied, s.End); err != nil || !how.follow {
				return err
			}
			return m.Follow(m.ctx)
		})
	})
}

// try says what a rewrite would come to.
func (how migrating) try(c *cobra.Command, at *site, blue *station, rewrite *es.Rewrite) error {
	here, err := at.name()
	if err != nil {
		return err
	}
	bar := newProgress(c.ErrOrStderr(), how.json)
	m := &engine.Migration{Rewrite: rewrite, Blue: blue.place(here), Progress: func(p engine.Migrating) { bar.at(p.Doing, p.Unit, p.Done, p.Of) }}
	trial, err := m.Try(c.Context())
	bar.end()
	if err != nil {
		return err
	}
	w := c.OutOrStdout()
	if how.json {
		return line(w, trial)
	}
	fmt.Fprintf(w, "%d commits with %d events would become %d events; %d commits would come to nothing. Nothing is written.\n",
		trial.Commits, trial.Events, trial.Become, trial.Empty)
	for _, rule := range trial.Rules {
		fmt.Fprintf(w, "  %s: %d commits\n", rule.Rule, rule.Commits)
		for _, e := range rule.Examples {
			fmt.Fprintf(w, "    %s@%d\n", e.Was.Stream, e.Was.Version)
			for _, r := range e.Was.Events {
				fmt.Fprintf(w, "      - %s %s\n", r.Type, r.Data)
			}
			for _, part := range e.Now {
				for _, r := range part.Events {
					fmt.Fprintf(w, "      + %s: %s %s\n", part.Stream, r.Type, r.Data)
				}
			}
		}
	}
	return nil
}

func (how migrating) compare(m *move) error {
	if how.dry {
		return m.would(engine.MoveCompared, "compare all views, having copied what has been added")
	}
	found, err := m.Compare(m.ctx, how.anyway)
	if err != nil {
		return err
	}
	m.bar.end()
	if how.json {
		err = line(m.out, found)
	} else {
		m.show(found)
	}
	if err == nil && found.Different > 0 && !how.anyway {
		err = fmt.Errorf("%d rows differ otherwise than the rewrite declares; --anyway goes on in spite of them", found.Different)
	}
	return err
}

func (m *move) show(found *engine.ViewsCompared) {
	for _, v := range found.Views {
		fmt.Fprintf(m.out, "%s: of %d rows %s", v.View, v.Rows, differ(v.Different))
		if v.Declared > 0 {
			fmt.Fprintf(m.out, ", %d as the rewrite declares", v.Declared)
		}
		if v.Restless > 0 {
			fmt.Fprintf(m.out, ", %d were never at rest", v.Restless)
		}
		fmt.Fprintln(m.out, ".")
		for _, d := range v.Examples {
			fmt.Fprintf(m.out, "  %s: %s\n    blue  at version %d: %s%s\n    green at version %d: %s%s\n", d.Row, d.What,
				d.Live.Version, orNone(d.Live.Doc), places(d.Live), d.Other.Version, orNone(d.Other.Doc), places(d.Other))
		}
	}
}

func (how migrating) cutReads(m *move) error {
	if how.dry {
		return m.would(engine.MoveReadsCut, "have queries answered by green")
	}
	if err := m.CutReads(m.ctx); err != nil {
		return err
	}
	if err := m.done("Queries are answered by green. Those that wait for a version are answered by blue, as long as it takes writes."); err != nil || !how.follow {
		return err
	}
	return m.Follow(m.ctx)
}

func (how migrating) stopWrites(m *move) error {
	if how.dry {
		if err := m.Allowed(m.ctx, engine.MoveStopped); err != nil {
			return err
		}
		n, err := m.Unsettled(m.ctx)
		if err != nil {
			return err
		}
		return m.would(engine.MoveStopped, fmt.Sprintf("stop blue's writes, when %d reactions of sagas and listeners have been finished", n))
	}
	if err := m.StopWrites(m.ctx); err != nil {
		return err
	}
	return m.done("Blue's writes have stopped: it has finished what it had accepted. Its timers wait. Commands are told to come again.")
}

func (how migrating) catchUp(m *move) error {
	if how.dry {
		return m.would(engine.MoveCaughtUp, "copy the rest")
	}
	if err := m.CatchUp(m.ctx); err != nil {
		return err
	}
	return m.done("Green has everything.")
}

func (how migrating) cutWrites(m *move) error {
	if how.dry {
		n, err := m.Timers(m.ctx)
		if err != nil {
			return err
		}
		return m.would(engine.MoveWritesCut, fmt.Sprintf("hand over %d timers, and have commands carried out by green", n))
	}
	timers, err := m.CutWrites(m.ctx)
	if err != nil {
		return err
	}
	return m.done("Commands are carried out by green, which has been given %d timers. Within seconds blue sends on all that it is asked.", timers)
}

func (how migrating) back(m *move) error {
	if how.dry {
		s, err := m.Status(m.ctx)
		if err != nil {
			return err
		}
		return m.tell(s, "It would go back from %s. Green has %d commits of its own, which blue would not have.", s.Blue.Phase, s.Own)
	}
	phase, err := m.Back(m.ctx, how.lose)
	if err != nil {
		return err
	}
	switch phase {
	case engine.MoveNone:
		return m.done("The migration is given up: blue is as it was, and green, which takes no writes, may be thrown away.")
	case engine.MoveCompared:
		return m.done("Queries are answered by blue.")
	default:
		return m.done("Blue takes writes. Queries are answered by green; back once more has them answered by blue.")
	}
}

func (how migrating) destroy(m *move) error {
	if how.dry || !how.yes {
		if err := m.would(engine.MoveDestroyed, "give blue up"); err != nil || how.dry {
			return err
		}
		return errors.New("blue is not to be had back: say --yes")
	}
	folder := m.at.stage == ""
	if folder {
		served, err := sqlite.IsServed(m.at.Data)
		if err != nil {
			return err
		}
		if served {
			return fmt.Errorf("a server is at work on %s: stop it first", m.at.Data)
		}
	}
	if err := m.Destroy(m.ctx); err != nil {
		return err
	}
	if folder {
		return m.done("Green is on its own. The folder %s is removed.", m.at.Data)
	}
	return m.done("Green is on its own. The stage %s can be destroyed: `make destroy STAGE=%s`.", m.at.stage, m.at.stage)
}

func (how migrating) status(m *move) error {
	s, err := m.Status(m.ctx)
	if err != nil {
		return err
	}
	next := "Nothing comes next."
	if command := nextCommand[s.Blue.Phase]; command != "" {
		next = fmt.Sprintf("Next is `foldstream migrate %s`.", command)
	}
	return m.tell(s, "%s moves to %s by %q: %s. Green has %d of %d commits, and %d of its own. %s",
		m.Blue.Name, m.Green.Name, m.Rewrite.Name, s.Blue.Phase, s.Copied, s.End, s.Own, next)
}

// would says what a command would do, if it may be called now.
func (m *move) would(phase engine.MovePhase, what string) error {
	if err := m.Allowed(m.ctx, phase); err != nil {
		return err
	}
	s, err := m.Status(m.ctx)
	if err != nil {
		return err
	}
	return m.tell(s, "It would %s. Green lacks %d of blue's commits now. Nothing is changed.", what, s.End-min(s.Copied, s.End))
}

// done says what a command has done.
func (m *move) done(sentence string, args ...any) error {
	s, err := m.Status(m.ctx)
	if err != nil {
		return err
	}
	return m.tell(s, sentence, args...)
}
