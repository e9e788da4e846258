package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/subscription"
)

// book is a feed in memory, which can be waited for.
type book struct {
	mu      sync.Mutex
	commits []es.Positioned
	grown   chan struct{}
}

func newBook() *book { return &book{grown: make(chan struct{})} }

// add appends commits of an event each, by their streams.
func (b *book) add(event string, streams ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, stream := range streams {
		b.commits = append(b.commits, es.Positioned{Position: uint64(len(b.commits) + 1), Commit: es.Commit{
			Stream: es.StreamID(stream), Version: 1, Events: []es.Recorded{{Type: event, Data: []byte(`{}`)}},
		}})
	}
	close(b.grown)
	b.grown = make(chan struct{})
}

func (b *book) Read(context.Context, uint64, int) ([]es.Positioned, error) {
	return nil, errors.New("nobody reads it like this")
}

func (b *book) End(context.Context) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return uint64(len(b.commits)), nil
}

func (b *book) Look(_ context.Context, l engine.Look) (found []es.Positioned, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.commits[l.First-1 : l.Last] {
		if len(found) < l.Limit && (len(l.Categories) == 0 || slices.Contains(l.Categories, c.Stream.Category())) {
			found = append(found, c)
		}
	}
	return found, nil
}

func (b *book) await(ctx context.Context, after uint64) (uint64, error) {
	for {
		b.mu.Lock()
		end, grown := uint64(len(b.commits)), b.grown
		b.mu.Unlock()
		if end > after {
			return end, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return end, ctx.Err()
		}
	}
}

func (b *book) source() subscription.Feed { return subscription.Feed{Log: b, Await: b.await} }

// memo is a checkpoint in memory.
type memo struct {
	position uint64
	fail     func() error // what comes of saving; nil for nothing
}

func (m *memo) Load(context.Context) (uint64, error) { return m.position, nil }

func (m *memo) Save(_ context.Context, position uint64) error {
	if m.fail != nil {
		if err := m.fail(); err != nil {
			return err
		}
	}
	if position < m.position {
		return fmt.Errorf("from %d back to %d", m.position, position)
	}
	m.position = position
	return nil
}

// shaky is a source that fails as it is told, and gives pages of few commits.
type shaky struct {
	subscription.Source
	fails func(what string) bool
	page  int
}

var errShaky = errors.New("shaky")

func (s shaky) Open(ctx context.Context, f subscription.Filter) (subscription.Reader, error) {
	if s.fails("open") {
		return nil, errShaky
	}
	r, err := s.Source.Open(ctx, f)
	return shakyReader{r, s}, err
}

type shakyReader struct {
	subscription.Reader
	shaky
}

func (r shakyReader) Next(ctx context.Context, after uint64) (engine.LogPage, error) {
	if r.fails("next") {
		return engine.LogPage{}, errShaky
	}
	page, err := r.Reader.Next(ctx, after)
	if len(page.Commits) > r.page {
		page.Commits = page.Commits[:r.page]
		page.To = page.Commits[r.page-1].Position
	}
	return page, err
}

// pages is a source that gives these pages, one after the other.
type pages []engine.LogPage

func (p *pages) Open(context.Context, subscription.Filter) (subscription.Reader, error) {
	return p, nil
}
func (p *pages) Close() error { return nil }

func (p *pages) Next(ctx context.Context, _ uint64) (engine.LogPage, error) {
	if len(*p) == 0 {
		<-ctx.Done()
		return engine.LogPage{}, ctx.Err()
	}
	next := (*p)[0]
	*p = (*p)[1:]
	return next, nil
}
