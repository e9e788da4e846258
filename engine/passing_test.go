package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// passing are the failures that nothing but time mends.
var passing = []error{
	engine.ErrBusy, engine.ErrStale, engine.ErrContended, engine.ErrHeld, engine.ErrDeposed, context.DeadlineExceeded, context.Canceled,
}

// busyViews are views that cannot save for a while.
type busyViews struct {
	engine.Views
	err error
}

func (v *busyViews) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	if v.err != nil {
		return v.err
	}
	return v.Views.Save(ctx, view, id, was, now)
}

// TestWhatTimeMendsIsNeverParked has the store, or the mail server, be busy for as long as a queue delivers, while another
// stream's event is poison.
func TestWhatTimeMendsIsNeverParked(t *testing.T) {
	for _, trouble := range passing {
		t.Run(trouble.Error(), func(t *testing.T) {
			m := newMemory()
			views := &busyViews{m, fmt.Errorf("save: %w: as AWS says it", trouble)}
			commits, bad := fill(t, m, "counter-c", 1), fill(t, m, "counter-bad", 13)
			p := projector(m)
			p.Handler.(*engine.Projector).Views = views
			mailer := &mails{err: fmt.Errorf("post: %w: as AWS says it", trouble)}
			saga := es.NewSaga("mails", es.React(counters, func(added, es.Meta) []es.Act {
				return []es.Act{es.Post(es.Mail{To: "u1"})}
			})).MailsTo(es.AddressesFrom(counters, func(counter) string { return "u1@example.com" }))
			s := (&engine.Saga{Decl: saga, Commands: commands(t, m), Mailer: mailer}).Consumer(m, m)
			for _, attempt := range []int{1, limits.ParkAfter - 1, limits.ParkAfter, limits.ParkAfter + 1, limits.Receives} {
				for _, c := range []*engine.Consumer{p, s} {
					if err := c.Deliver(t.Context(), "counter-c", commits, attempt); !errors.Is(err, trouble) {
						t.Fatalf("attempt %d of %s gave %v, want the failure, so that it is delivered again", attempt, c.Name, err)
					}
				}
			}
			if len(m.parked) != 0 {
				t.Fatalf("parked: %v", m.parked)
			}
			if err := p.Deliver(t.Context(), "counter-bad", bad, 1); err != nil || len(m.parked) != 1 {
				t.Fatalf("poison: %v, parked %v", err, m.parked)
			}
			views.err, mailer.err = nil, nil
			for _, c := range []*engine.Consumer{p, s} {
				if err := c.Deliver(t.Context(), "counter-c", commits, limits.Receives); err != nil {
					t.Fatalf("afterwards %s gave %v", c.Name, err)
				}
			}
			if got, version := shown(t, m, "c"); got.Sum != 1 || version != 1 || len(mailer.sent) != 1 {
				t.Errorf("afterwards the row has version %d, %+v, and sent is %v", version, got, mailer.sent)
			}
		})
	}
}

// TestAnErrandIsNotGivenUpForWantOfTime: the inbox gives up what fails too often, but not what time mends.
func TestAnErrandIsNotGivenUpForWantOfTime(t *testing.T) {
	for _, trouble := range []error{engine.ErrBusy, engine.ErrHeld, context.DeadlineExceeded} {
		m := newMemory()
		m.before = func([]es.Draft) error { return trouble }
		x, e := runner(t, m, doAdd), errand(t, 3, "")
		for _, attempt := range []int{1, limits.ErrandTries, limits.MostReceives} {
			if err := x.Run(t.Context(), e, attempt); !errors.Is(err, trouble) {
				t.Fatalf("attempt %d: %v", attempt, err)
			}
		}
		m.before = nil
		run(t, x, e, limits.MostReceives)
		if sum(t, m, "counter-c") != 3 || len(m.streams["saga-inbox.counter-c"]) > 0 {
			t.Errorf("%v: it was lost, or refused", trouble)
		}
	}
}
