package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// lending has green know the keys of those of whom it is given something sealed, before it is given that. What was stored
// before it was declared to be personal is sealed on the way.
type lending struct {
	blue, green Keys
	seals       *Seals // by blue's keys
	app         *es.App
	lent        *lru.Cache[string, bool]
}

// lend prepares lending. Who is forgotten in blue is forgotten in green, whatever was lent before. Nothing is lent where
// nothing is sealed.
func (m *Migration) lend(ctx context.Context) (*lending, error) {
	if m.Blue.Keys == nil {
		return nil, nil
	}
	lent, err := lru.New[string, bool](heldKeys)
	if err != nil {
		return nil, err
	}
	forgotten, err := m.Blue.Keys.Forgettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("list who is forgotten in %s: %w", m.Blue.Name, err)
	}
	known, err := m.Green.Keys.Forgettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("list who is forgotten in %s: %w", m.Green.Name, err)
	}
	for _, f := range forgotten {
		if err := m.forget(ctx, f, known); err != nil {
			return nil, fmt.Errorf("forget in %s who is forgotten in %s: %w", m.Green.Name, m.Blue.Name, err)
		}
	}
	return &lending{m.Blue.Keys, m.Green.Keys, m.Blue.Seals, m.Green.App, lent}, nil
}

// forget has green forget somebody. Where a key was lent green's views may show the person: they are folded again then, and
// once more when nobody can know the key.
func (m *Migration) forget(ctx context.Context, f Forgetting, known []Forgetting) error {
	i := slices.IndexFunc(known, func(k Forgetting) bool { return k.Subject == f.Subject })
	if i < 0 {
		lent, err := m.Green.Keys.Keys(ctx, []string{f.Subject}, false)
		if err != nil {
			return err
		}
		if len(lent) == 0 {
			return m.Green.Keys.Forget(ctx, f)
		}
	} else if !known[i].Done.IsZero() || f.Done.IsZero() || m.Green.World.Time().Before(known[i].At.Add(ForgetBound)) {
		return nil
	}
	move, err := m.Green.Moves.Move(ctx)
	if err != nil {
		return err
	}
	_, err = (&Forget{
		Installation: m.Green.Installation, Subject: f.Subject, By: f.By, Why: f.Why, elsewhere: move.Phase == MoveFilling,
	}).Run(ctx, false)
	if errors.Is(err, ErrPlain) {
		return nil // who asks green to forget is told
	}
	return err
}

// seal seals what is personal in drafts and is not sealed yet, and lends the keys.
func (l *lending) seal(ctx context.Context, drafts []es.Draft) ([]es.Draft, error) {
	if l == nil {
		return drafts, nil
	}
	for _, d := range drafts {
		for i, e := range d.Events {
			for _, a := range l.app.FoldersOf(d.Stream.Category()) {
				p := a.Personal(e.Type, e.Schema)
				_, err := p.Replace(d.Stream, e.Data, func(es.PersonalText) (jsontext.Value, error) { return nil, nil })
				if p != nil && !errors.Is(err, es.ErrNobodys) {
					d.Events[i].Personal = p
				}
			}
		}
	}
	drafts, err := l.seals.Seal(ctx, drafts)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if err := l.commit(ctx, d.Commit()); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

// commit lends the keys of a commit's subjects.
func (l *lending) commit(ctx context.Context, c es.Commit) error {
	if l == nil || !isSealed(c) {
		return nil
	}
	subjects, err := SubjectsOf(c)
	if err != nil {
		return err
	}
	var missing []string
	for _, s := range subjects {
		if !l.lent.Contains(s) {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	keys, err := l.blue.Keys(ctx, missing, false)
	if err != nil {
		return fmt.Errorf("find the keys of subjects: %w", err)
	}
	for subject, key := range keys {
		if key.Key != nil {
			if err := l.green.Adopt(ctx, key); err != nil {
				return fmt.Errorf("bring over the key of %s: %w", subject, err)
			}
		}
		l.lent.Add(subject, true)
	}
	return nil
}
