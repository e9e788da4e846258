package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// movingClub is a migration of the club, whose members are persons. What is copied green's views show at once.
func movingClub(t *testing.T) (m *migrating, rings [2]*keyring) {
	t.Helper()
	m = newMigrating(t)
	m.Rewrite = es.NewRewrite("same", "")
	for n, s := range []*store{m.blue, m.green} {
		rings[n] = newKeyring()
		m.join(s, rings[n])
	}
	m.Progress = func(engine.Migrating) { m.green.show(t) }
	for _, stream := range []es.StreamID{"member-ann", "member-bob"} {
		name := strings.ToUpper(stream.ID())
		draft := memberDraft(t, stream, es.Head{}, admitted{name, name + "@example.com"})
		if err := m.blue.place.Commands.Store.Append(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
	}
	m.blue.show(t)
	return m, rings
}

// join has a store be the club's, as a process sees it that knows no key yet.
func (m *migrating) join(s *store, keys *keyring) {
	i, seals := s.place.Installation, engine.NewSeals(keys, 0)
	i.App, i.Keys, i.Seals, i.Search, i.Turns = club, keys, seals, s.memory, &engine.Turns{Generations: s}
	i.Commands = &engine.Commands{Store: seals.Store(s), World: i.World}
}

// show projects all that there is.
func (s *store) show(t *testing.T) {
	t.Helper()
	for name, c := range s.place.Consumers() {
		if name == liked.Name {
			if err := (engine.Global{Consumer: c}).Deliver(t.Context(), "", nil, 1); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, commit := range s.all() {
			if err := c.Deliver(t.Context(), commit.Stream, s.streamOf(commit.Stream), 1); err != nil && !errors.Is(err, engine.ErrStale) {
				t.Fatal(err)
			}
		}
	}
}

// TestForgottenWhileMoving forgets one before the migration, and another in the midst of it: neither is known or shown in green
// then, nor comes back with a key that was lent before.
func TestForgottenWhileMoving(t *testing.T) {
	for at := range 7 {
		m, rings := movingClub(t)
		forget := func(subject string) {
			t.Helper()
			for range 2 {
				f := &engine.Forget{Installation: m.blue.place.Installation, Subject: subject, By: "root", Why: "asked", Bound: time.Second}
				if _, err := f.Run(t.Context(), false); err != nil {
					t.Fatal(err)
				}
				m.now = m.now.Add(f.Bound)
			}
		}
		forget("bob")
		for n, phase := range m.phases() {
			if n == at {
				forget("ann")
			}
			if err := phase(t.Context()); err != nil {
				t.Fatalf("phase %d: %v", n, err)
			}
			m.green.show(t)
			if found, err := rings[1].Keys(t.Context(), []string{"ann"}, true); n >= at && n != 3 && (err != nil || found["ann"].Key != nil) {
				t.Errorf("forgotten before phase %d Ann has a key in green behind phase %d, %v", at, n, err)
			}
			if n < at && !strings.Contains(string(m.green.rows["profiles ann"].Doc), "ANN") {
				t.Fatalf("behind phase %d green shows of Ann %s", n, m.green.rows["profiles ann"].Doc)
			}
		}
		for _, subject := range []string{"ann", "bob"} {
			found, err := rings[1].Keys(t.Context(), []string{subject}, true)
			if err != nil || found[subject].Key != nil || found[subject].Subject != subject {
				t.Errorf("forgotten before phase %d %s has the key %v in green, %v", at, subject, found[subject], err)
			}
			if doc := string(m.green.rows["profiles "+subject].Doc); strings.Contains(doc, strings.ToUpper(subject)) || doc == "" {
				t.Errorf("forgotten before phase %d green shows of %s %s", at, subject, doc)
			}
		}
	}
}

// TestKeysAreLent has green read what was sealed in blue, with nobody forgotten.
func TestKeysAreLent(t *testing.T) {
	m, rings := movingClub(t)
	for n, phase := range m.phases() {
		if err := phase(t.Context()); err != nil {
			t.Fatalf("phase %d: %v", n, err)
		}
	}
	m.same(t)
	m.join(m.green, rings[1])
	clear(m.green.rows)
	m.green.show(t)
	if doc := string(m.green.rows["profiles ann"].Doc); !strings.Contains(doc, "ANN") {
		t.Errorf("green shows of Ann %s", doc)
	}
}
