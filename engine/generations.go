package engine

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"
)

// FirstStanding is that of a view that has never been rebuilt.
func FirstStanding() Standing { return Standing{Live: 1, Last: 1} }

// GenerationName is the name under which a generation of a view is stored. That of the first is the view's own; those of
// others have a character that views' names do not have.
func GenerationName(view string, generation uint64) string {
	if generation == 1 {
		return view
	}
	return fmt.Sprintf("%s@%d", view, generation)
}

// same reports whether two standings are the same, change for change.
func (s Standing) same(as Standing) bool {
	gone := slices.Equal(s.Gone, as.Gone)
	s.Gone, as.Gone = nil, nil
	return gone && reflect.DeepEqual(s, as)
}

// written are the generations that live events go to beside the live one.
func (s Standing) written() []uint64 {
	return slices.DeleteFunc([]uint64{s.Next, s.Kept}, func(g uint64) bool { return g == 0 })
}

// begun gives the standing a next generation. One that another program has begun to fill is given up: folds may differ.
func (s Standing) begun(program string) Standing {
	if s.Next != 0 && s.Program == program {
		return s
	}
	s = s.gone(s.Next)
	s.Last++
	s.Next, s.Program = s.Last, program
	return s
}

// switched makes the next generation the live one, and keeps the one that was.
func (s Standing) switched() Standing {
	s = s.gone(s.Kept)
	s.Live, s.Kept, s.Next, s.Program = s.Next, s.Live, 0, ""
	return s
}

// gone takes a generation out of use.
func (s Standing) gone(generation uint64) Standing {
	if generation == 0 {
		return s
	}
	for _, g := range []*uint64{&s.Next, &s.Kept, &s.Trial} {
		if *g == generation {
			*g = 0
		}
	}
	if s.Next == 0 {
		s.Program = ""
	}
	s.Gone = append(slices.Clone(s.Gone), generation)
	return s
}

// cleared forgets generations whose rows have been erased.
func (s Standing) cleared(erased []uint64) Standing {
	s.Gone = slices.DeleteFunc(slices.Clone(s.Gone), func(g uint64) bool { return slices.Contains(erased, g) })
	return s
}

// TurnBound is how long a process may go by a standing that it has read. It is long enough that a busy process reads rows
// hundreds of times for each time that it reads a standing, and short enough for a rebuild to wait for it at every step.
const TurnBound = 3 * time.Second

// Turns tells a process which generations to read and to write. It remembers what it has read for [TurnBound]: who has
// changed a standing waits as long, and can then be sure that nobody goes by the old one. A nil Turns knows first standings
// only. It is safe for concurrent use.
type Turns struct {
	Generations Generations
	Bound       time.Duration // in place of TurnBound, unless it is 0

	mu    sync.Mutex
	known map[string]known
}

type known struct {
	Standing
	until time.Time
}

// Standing gives a view's standing. It reads it, consistently, when what it remembers is too old: a generation that is not
// written any more must not be read.
func (t *Turns) Standing(ctx context.Context, view string) (Standing, error) {
	if t == nil {
		return FirstStanding(), nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if k, ok := t.known[view]; ok && now.Before(k.until) {
		return k.Standing, nil
	}
	s, err := t.Generations.Standing(ctx, view)
	if err != nil {
		return Standing{}, fmt.Errorf("read the generations of %s: %w", view, err)
	}
	if t.known == nil {
		t.known = map[string]known{}
	}
	t.known[view] = known{s, now.Add(bounded(t.Bound))}
	return s, nil
}

func bounded(d time.Duration) time.Duration {
	if d == 0 {
		return TurnBound
	}
	return d
}

// Live reads the live generations of views. What was live when a slow read began may have been erased before its end: such
// a read is made again.
type Live struct {
	Views  Reader
	Search Finder // nil where nobody searches
	Turns  *Turns
}

var (
	_ Reader = Live{}
	_ Finder = Live{}
)

// Row implements [Reader].
func (l Live) Row(ctx context.Context, view, id string) (Row, error) {
	return live(ctx, l.Turns, view, func(name string) (Row, error) { return l.Views.Row(ctx, name, id) })
}

// List implements [Reader]. A cursor holds for all generations.
func (l Live) List(ctx context.Context, view string, page Page) ([]ListedRow, error) {
	return live(ctx, l.Turns, view, func(name string) ([]ListedRow, error) { return l.Views.List(ctx, name, page) })
}

// Find implements [Finder].
func (l Live) Find(ctx context.Context, view, query string, limit int) ([]string, error) {
	return live(ctx, l.Turns, view, func(name string) ([]string, error) { return l.Search.Find(ctx, name, query, limit) })
}

// live reads the generation of a view that is live from before the read until behind it.
func live[T any](ctx context.Context, turns *Turns, view string, read func(name string) (T, error)) (T, error) {
	s, err := turns.Standing(ctx, view)
	for err == nil {
		was := s.Live
		found, failed := read(GenerationName(view, was))
		if failed != nil {
			return found, failed
		}
		if s, err = turns.Standing(ctx, view); err == nil && s.Live == was {
			return found, nil
		}
	}
	return *new(T), err
}
