package engine

import (
	"context"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// MigrationStatus is how a migration stands.
type MigrationStatus struct {
	Blue   Move   `json:"blue"`
	Green  Move   `json:"green"`
	Copied uint64 `json:"copied"` // position in blue's feed up to which green has everything
	End    uint64 `json:"end"`    // of blue's feed
	Own    uint64 `json:"own"`    // commits that green has accepted by itself
}

// Status tells how the migration stands.
func (m *Migration) Status(ctx context.Context) (s MigrationStatus, err error) {
	if s.Blue, err = m.Blue.Moves.Move(ctx); err != nil {
		return s, err
	}
	if s.Green, err = m.Green.Moves.Move(ctx); err != nil {
		return s, err
	}
	if s.Copied, err = m.Green.Importer.Noted(ctx, m.source()); err != nil {
		return s, err
	}
	if s.End, err = m.Blue.Feed.End(ctx); err != nil || s.Green.From == 0 {
		return s, err
	}
	end, err := m.Green.Feed.End(ctx)
	s.Own = end - min(s.Green.From, end)
	return s, err
}

// Unsettled counts what blue's sagas and listeners have yet to deal with, and tells what is parked. It changes nothing.
func (m *Migration) Unsettled(ctx context.Context) (int, error) {
	s := &settling{Migration: m, open: map[Mark]bool{}}
	err := s.begin(ctx)
	return len(s.open), err
}

// Allowed gives a [*NotNext] unless a phase may be gone to now, or is where the move is.
func (m *Migration) Allowed(ctx context.Context, phase MovePhase) error {
	now, err := m.Blue.Moves.Move(ctx)
	if err != nil {
		return err
	}
	from := []MovePhase{phase}
	for _, p := range bluePhases {
		if p.Next() == phase {
			from = append(from, p)
		}
	}
	if phase == MoveStopped { // which stopping leads to as well
		from = append(from, MoveReadsCut)
	}
	return m.allowed(now, from)
}

// Trial is what a rewrite would make of a feed.
type Trial struct {
	Commits uint64      `json:"commits"` // that were read
	Events  uint64      `json:"events"`
	Become  uint64      `json:"become"` // events
	Empty   uint64      `json:"empty"`  // commits that come to nothing
	Rules   []TrialRule `json:"rules"`
}

// TrialRule is what one step of a rewrite is about.
type TrialRule struct {
	Rule     string         `json:"rule"`
	Commits  uint64         `json:"commits"`
	Examples []TrialExample `json:"examples,omitempty"` // the first
}

// TrialExample is a commit before and behind all steps.
type TrialExample struct {
	Was es.Commit          `json:"was"`
	Now []es.RewrittenPart `json:"now"`
}

// trialExamples is how many there are for each rule.
const trialExamples = 2

// Try rewrites blue's feed, and writes nothing.
func (m *Migration) Try(ctx context.Context) (*Trial, error) {
	trial := &Trial{}
	for _, step := range m.Rewrite.Steps {
		trial.Rules = append(trial.Rules, TrialRule{Rule: step.Rule})
	}
	end, err := m.Blue.Feed.End(ctx)
	if err != nil {
		return nil, err
	}
	for c, err := range CatchUp(ctx, m.Blue.Feed, 0) {
		if err != nil {
			return nil, err
		}
		become, err := m.Rewrite.Of(c.Commit)
		if err != nil {
			return nil, err
		}
		trial.take(c.Commit, become)
		if trial.Commits%1000 == 0 {
			m.tell("try", "commits", c.Position, max(end, c.Position))
		}
	}
	return trial, nil
}

func (t *Trial) take(c es.Commit, become es.Rewritten) {
	t.Commits++
	t.Events += uint64(len(c.Events))
	for _, part := range become.Parts {
		t.Become += uint64(len(part.Events))
	}
	if len(become.Parts) == 0 {
		t.Empty++
	}
	for _, n := range become.Steps {
		rule := &t.Rules[n]
		if rule.Commits++; len(rule.Examples) < trialExamples {
			rule.Examples = append(rule.Examples, TrialExample{c, become.Parts})
		}
	}
}

// Timers counts those that blue has set.
func (m *Migration) Timers(ctx context.Context) (n int, err error) {
	for cursor := ""; ; {
		page, err := m.Blue.Agenda.Upcoming(ctx, cursor, agendaPage)
		if err != nil {
			return n, fmt.Errorf("list the timers of %s: %w", m.Blue.Name, err)
		}
		n += len(page.Errands) + page.Soon
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}
