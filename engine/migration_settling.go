package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// settling makes sure that blue's sagas and listeners have dealt with all of its events: green's never will.
type settling struct {
	*Migration
	position uint64 // of the feed up to which it has looked

	mu   sync.Mutex
	open map[Mark]bool // what is still to be dealt with
	fed  bool          // whether all that was stored at some time of rest is in the feed
}

// Unsettled is the error of a store whose consumers do not come to the end of its events.
type Unsettled struct {
	Parked []Parked // that somebody has to see to first
	Open   []Mark   // the first that are not dealt with
	Count  int
	Inbox  uint64 // commands that wait for single writers
}

func (e *Unsettled) Error() string {
	var about []string
	for _, p := range e.Parked {
		about = append(about, fmt.Sprintf("%s is parked at %s@%d", p.Consumer, p.Stream, p.Version))
	}
	for _, o := range e.Open {
		about = append(about, fmt.Sprintf("%s has not come to %s@%d", o.Consumer, o.Stream, o.Version))
	}
	return fmt.Sprintf("%d reactions and %d commands in the inbox are yet to be finished, and %d are parked: %s",
		e.Count, e.Inbox, len(e.Parked), strings.Join(about, ", "))
}

// begin looks through the feed while blue still takes writes, so that little is left to do behind that. What is parked has to
// be retried or skipped first.
func (s *settling) begin(ctx context.Context) error {
	effects := s.effects()
	parked, err := s.Blue.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked: %w", err)
	}
	parked = slices.DeleteFunc(parked, func(p Parked) bool { _, acts := effects[p.Consumer]; return !acts })
	if len(parked) > 0 {
		return &Unsettled{Parked: parked}
	}
	return s.look(ctx)
}

// effects are those whose reactions count: a push that is not made is made up for by whoever connects again.
func (s *settling) effects() map[string][]string {
	return Acting(s.Blue.App)
}

// rest waits until there is nothing left to be done. The inbox is looked at first: with it empty, nothing but reactions can
// add events, and with these done nothing can.
func (s *settling) rest(ctx context.Context) error {
	for deadline, try := time.Now().Add(s.patience()), 1; ; try++ {
		inbox, err := s.Blue.Inbox(ctx)
		if err != nil {
			return fmt.Errorf("count what is in the inbox: %w", err)
		}
		if err := s.look(ctx); err != nil {
			return err
		}
		s.tell("let reactions finish", "reactions left", uint64(len(s.open)), 0)
		switch {
		case inbox == 0 && len(s.open) == 0 && s.fed:
			return nil
		case inbox == 0 && len(s.open) == 0:
			if err := s.allFed(ctx, s.Blue); err != nil {
				return err
			}
			s.fed = true
			continue // with what was not in the feed before
		case time.Now().After(deadline):
			return s.unsettled(inbox)
		}
		if err := betweenSettles.Pause(ctx, try); err != nil {
			return err
		}
	}
}

func (s *settling) unsettled(inbox uint64) error {
	found := &Unsettled{Count: len(s.open), Inbox: inbox}
	for mark := range s.open {
		if found.Open = append(found.Open, mark); len(found.Open) == 5 {
			break
		}
	}
	return found
}

// look reads the feed on to its end, and asks again for what was open.
func (s *settling) look(ctx context.Context) error {
	effects := s.effects()
	for {
		page, err := s.Blue.Feed.Read(ctx, s.position, catchUpPage)
		if err != nil {
			return fmt.Errorf("read the feed behind position %d: %w", s.position, err)
		}
		ends := map[es.StreamID]uint64{}
		for _, c := range page {
			ends[c.Stream] = max(c.Version, c.Last())
			s.position = c.Position
		}
		for stream, end := range ends {
			for consumer, categories := range effects {
				if slices.Contains(categories, stream.Category()) {
					s.open[Mark{consumer, stream, end}] = true
				}
			}
		}
		if err := s.ask(ctx); err != nil || len(page) == 0 {
			return err
		}
		s.tell("look for what is not dealt with", "commits", s.position, 0)
	}
}

// ask drops what is dealt with.
func (s *settling) ask(ctx context.Context) error {
	marks := make([]Mark, 0, len(s.open))
	for mark := range s.open {
		marks = append(marks, mark)
	}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for _, mark := range marks {
		all.Go(func() error {
			at, err := s.Blue.Checkpoints.Applied(ctx, mark.Consumer, mark.Stream)
			if err != nil {
				return fmt.Errorf("ask how far %s is: %w", mark.Consumer, err)
			}
			if at >= mark.Version {
				s.mu.Lock()
				delete(s.open, mark)
				s.mu.Unlock()
			}
			return nil
		})
	}
	return all.Wait()
}
