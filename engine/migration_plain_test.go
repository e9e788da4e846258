package engine_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestMovingSealsPlainTexts has green seal what blue stored before it was declared to be personal, so that it can be forgotten.
func TestMovingSealsPlainTexts(t *testing.T) {
	m, rings := movingClub(t)
	plain := memberDraft(t, "member-ann", es.HeadAt(1, 0),
		befriended{Friend: friend{"bob", "BOBBY"}, Others: []*friend{{"cy", "CYRIL"}}}, befriended{Friend: friend{"", "NOBODY"}})
	for i := range plain.Events {
		plain.Events[i].Personal = nil
	}
	if err := m.blue.Append(t.Context(), plain); err != nil {
		t.Fatal(err)
	}
	m.blue.show(t)
	for n, phase := range m.phases() {
		if err := phase(t.Context()); err != nil {
			t.Fatalf("phase %d: %v", n, err)
		}
	}
	green := m.green.streamOf("member-ann")
	for _, text := range []string{"BOBBY", "CYRIL", "ANN"} {
		for _, c := range green {
			for _, e := range c.Events {
				if bytes.Contains(e.Data, []byte(text)) {
					t.Errorf("green stores %s", e.Data)
				}
			}
		}
	}
	m.join(m.green, rings[1])
	clear(m.green.rows)
	m.green.show(t)
	if doc := string(m.green.rows["profiles ann"].Doc); !strings.Contains(doc, "BOBBY") || !strings.Contains(doc, "NOBODY") {
		t.Errorf("green shows %s", doc)
	}
	for n, place := range []*engine.Place{m.blue.place, m.green.place} {
		f := &engine.Forget{Installation: place.Installation, Subject: "bob", Bound: time.Second}
		for range 2 { // the clock stands still
			if _, err := f.Run(t.Context(), false); err != nil && !errors.Is(err, engine.ErrPlain) {
				t.Fatal(err)
			}
			m.now = m.now.Add(f.Bound)
		}
		if _, err := f.Run(t.Context(), false); errors.Is(err, engine.ErrPlain) != (n == 0) || err != nil && n > 0 {
			t.Errorf("forgetting in store %d gave %v", n, err)
		}
	}
	if doc := string(m.green.rows["profiles ann"].Doc); strings.Contains(doc, "BOBBY") {
		t.Errorf("green shows of who is forgotten %s", doc)
	}
}
