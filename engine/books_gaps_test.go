package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestADamagedCopyIsAFault(t *testing.T) {
	part := func(b *booked) string {
		for name := range b.shelves.files {
			if strings.HasPrefix(name, "closed/category=till/") && strings.Contains(name, "/a~0-") {
				return name
			}
		}
		return ""
	}
	for name, damage := range map[string]func(b *booked){
		"a file that is missing":     func(b *booked) { delete(b.shelves.files, part(b)) },
		"a file that has changed":    func(b *booked) { b.shelves.files[part(b)] = append(slices.Clone(b.shelves.files[part(b)]), 0) },
		"a manifest that is missing": func(b *booked) { delete(b.shelves.files, "closed-manifests/category=till/a~0.json") },
		"a manifest that is torn":    func(b *booked) { b.shelves.files["closed-manifests/category=till/a~0.json"] = []byte("{") },
		"a manifest of another": func(b *booked) {
			b.shelves.files["closed-manifests/category=till/a~0.json"] = []byte(`{"stream":"till-x"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooked(t)
			if _, err := b.archiveAll(); err != nil {
				t.Fatal(err)
			}
			damage(b)
			var fault *es.Fault
			_, err := b.Feed.Read(t.Context(), 0, 100)
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), "till-a") {
				t.Errorf("the feed gave %v", err)
			}
			err = nil
			for _, e := range b.Stored.Load(t.Context(), "till-a", 0) {
				err = errors.Join(err, e)
			}
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), "till-a") {
				t.Errorf("the stream gave %v", err)
			}
		})
	}
	t.Run("is not made of a file that was there before and says something else", func(t *testing.T) {
		b, other := newBooked(t), newBooked(t) // whose commands have other ids
		if _, err := other.archiveAll(); err != nil {
			t.Fatal(err)
		}
		b.shelves.files[part(other)] = other.shelves.files[part(other)]
		var fault *es.Fault
		if _, err := b.Run(t.Context(), "till-a", false); !errors.As(err, &fault) {
			t.Errorf("it gave %v", err)
		}
		if len(b.streamOf("till-a")) != len(b.original["till-a"]) {
			t.Error("it took commits out")
		}
	})
	t.Run("is not made by taking out what was not copied as it is", func(t *testing.T) {
		b := newBooked(t)
		b.shelves.breaks = func() error {
			if name := part(b); name != "" {
				b.shelves.files[name] = []byte("rotten")
			}
			return nil
		}
		if _, err := b.Run(t.Context(), "till-a", false); err == nil {
			t.Error("it was content with that")
		}
		if len(b.streamOf("till-a")) != len(b.original["till-a"]) {
			t.Error("it took commits out")
		}
	})
}

// A consumer that has no archive parks what it lacks, at once; one that has goes on with it.
func TestArchivedGapsPark(t *testing.T) {
	b := newBooked(t)
	if _, err := b.archiveAll(); err != nil {
		t.Fatal(err)
	}
	delete(b.rows, "till-rows a")
	all := b.streamOf("till-a")
	far := &engine.Consumer{Name: "till-rows", Store: b.ledger, Lot: b.ledger, Handler: &engine.Projector{View: tillRows.ViewDecl, Views: b.ledger}}
	for range 2 {
		if err := far.Deliver(t.Context(), "till-a", all[len(all)-1:], 1); err != nil {
			t.Fatal(err)
		}
	}
	p := b.parked["till-rows till-a"]
	if p.Version != 1 || !strings.Contains(p.Error, engine.ErrArchived.Error()) {
		t.Fatalf("it is parked as %+v", p)
	}
	if p, err := b.Consumers()["till-rows"].Retry(t.Context(), "till-a"); err != nil || p != nil {
		t.Fatalf("with the archive it gave %v, error %v", p, err)
	}
	if row := b.rows["till-rows a"]; row.Version != all[len(all)-1].Last() || len(b.parked) > 0 {
		t.Errorf("the row is at version %d, parked %v", row.Version, b.parked)
	}

	b.checkpoints["takings-by-size "+string(engine.FeedStream)] = 0
	p2 := &engine.Projector{View: takingsBySize.ViewDecl, Views: b.ledger, Turns: turns(b.memory), Store: b.ledger}
	if err := engine.NewGlobal(p2, b.ledger, b.ledger, b.ledger, engine.World{}).Deliver(t.Context(), "", nil, 1); err != nil {
		t.Fatal(err)
	}
	if p := b.parked["takings-by-size "+string(engine.FeedStream)]; !strings.Contains(p.Error, engine.ErrArchived.Error()) {
		t.Errorf("of the feed it is parked as %+v", p)
	}
}

// What is opened of an archive stays within its bound.
func TestFederationForgets(t *testing.T) {
	b := newBooked(t)
	if _, err := b.archiveAll(); err != nil {
		t.Fatal(err)
	}
	for bound, want := range map[int]bool{1: true, 1 << 20: false} {
		counted := &openings{shelves: b.shelves}
		whole := engine.Federate(counted, bound).Store(b.ledger)
		for range 2 {
			for _, err := range whole.Load(t.Context(), "till-a", 0) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if again := counted.gets > 4; again != want { // two manifests and two parts
			t.Errorf("with %d bytes it read %d files", bound, counted.gets)
		}
	}
}

type openings struct {
	*shelves
	gets int
}

func (c *openings) Get(ctx context.Context, name string) ([]byte, error) {
	c.gets++
	return c.shelves.Get(ctx, name)
}
