package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// rewriting makes of blue's feed what is to stand in green. It comes to the same whatever it has been interrupted at.
type rewriting struct {
	rewrite *es.Rewrite
	blue    Loader
	green   EventStore
	heads   *lru.Cache[es.StreamID, es.Head]
	events  *lru.Cache[string, string] // green's name of an event by blue's
	told    func(es.Commit, es.Rewritten)
	lending *lending
}

// rememberedEvents is how many events' names need not be looked for when another event has come of them: more than stand in
// a batch that is not in green yet.
const rememberedEvents = 100_000

func newRewriting(rewrite *es.Rewrite, blue Loader, green EventStore) (*rewriting, error) {
	heads, err := lru.New[es.StreamID, es.Head](rememberedHeads)
	if err != nil {
		return nil, err
	}
	events, err := lru.New[string, string](rememberedEvents)
	if err != nil {
		return nil, err
	}
	return &rewriting{
		rewrite: rewrite, blue: blue, green: green, heads: heads, events: events, told: func(es.Commit, es.Rewritten) {},
	}, nil
}

// arrivals yields what each commit of a feed comes to. It ends after the first error.
func (r *rewriting) arrivals(ctx context.Context, feed iter.Seq2[es.Positioned, error]) iter.Seq2[Arrival, error] {
	return func(yield func(Arrival, error) bool) {
		for c, err := range feed {
			a := Arrival{Position: c.Position}
			if err == nil {
				a.Drafts, err = r.drafts(ctx, c.Commit)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// drafts rewrites a commit. All that it becomes goes into green at once.
func (r *rewriting) drafts(ctx context.Context, c es.Commit) ([]es.Draft, error) {
	if len(c.Events) == 0 {
		return nil, fmt.Errorf("rewrite %s@%d: %w", c.Stream, c.Version, ErrArchived)
	}
	become, err := r.rewrite.Of(c)
	if err != nil {
		return nil, err
	}
	r.told(c, become)
	origin := c.Origin
	if origin.CausationID, err = r.event(ctx, c.CausationID); err != nil {
		return nil, err
	}
	var drafts []es.Draft
	for _, part := range become.Parts {
		head, err := r.head(ctx, part.Stream)
		if err != nil {
			return nil, err
		}
		r.note(c, part, head)
		for events := range slices.Chunk(part.Events, MaxCommitEvents) {
			d := es.Draft{Stream: part.Stream, After: head, Events: events, Origin: origin}
			head = d.Commit().Head()
			drafts = append(drafts, d)
		}
		r.heads.Add(part.Stream, head)
	}
	if len(drafts) > MaxCopied {
		return nil, &es.Fault{Doing: fmt.Sprintf("rewrite %s@%d", c.Stream, c.Version), Err: fmt.Errorf("it becomes %d commits: one transaction takes %d", len(drafts), MaxCopied)}
	}
	return r.lending.seal(ctx, drafts)
}

// note remembers the names that events have in green: of several that one becomes, the first one's.
func (r *rewriting) note(c es.Commit, part es.RewrittenPart, head es.Head) {
	for n, i := range part.From {
		name := eventRef(c, i)
		if _, named := r.events.Peek(name); !named {
			r.events.Add(name, fmt.Sprintf("%s@%d", part.Stream, head.Version()+1+uint64(n)))
		}
	}
}

func (r *rewriting) head(ctx context.Context, stream es.StreamID) (es.Head, error) {
	if head, known := r.heads.Get(stream); known {
		return head, nil
	}
	tail, err := r.green.Tail(ctx, stream, 1)
	if err != nil || len(tail) == 0 {
		return es.Head{}, err
	}
	return tail[len(tail)-1].Head(), nil
}

// event gives green's name of one of blue's events; none for one that is left out. It is the same whether the event is
// remembered or has to be looked for.
func (r *rewriting) event(ctx context.Context, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if known, ok := r.events.Get(name); ok {
		return known, nil
	}
	at := strings.LastIndexByte(name, '@')
	if at < 0 {
		return "", nil
	}
	version, err := strconv.ParseUint(name[at+1:], 10, 64)
	if err != nil {
		return "", nil //nolint:nilerr // what names no event has no other name
	}
	found, err := r.find(ctx, es.StreamID(name[:at]), version)
	if err == nil {
		r.events.Add(name, found)
	}
	return found, err
}

func (r *rewriting) find(ctx context.Context, stream es.StreamID, version uint64) (string, error) {
	c, err := holding(ctx, r.blue, stream, version)
	if err != nil || len(c.Events) == 0 {
		return "", err
	}
	become, err := r.rewrite.Of(c)
	if err != nil {
		return "", err
	}
	for _, part := range become.Parts {
		if n := slices.Index(part.From, int(version-c.Version)); n >= 0 {
			return r.inGreen(ctx, c, part.Stream, n)
		}
	}
	return "", nil
}

// inGreen finds the n-th event that a commit of blue has become in a stream.
func (r *rewriting) inGreen(ctx context.Context, c es.Commit, stream es.StreamID, n int) (string, error) {
	for g, err := range Read(ctx, r.green, stream, 0) {
		if err != nil {
			return "", err
		}
		if g.CommandID == c.CommandID && g.TraceID == c.TraceID && g.Time.Equal(c.Time) {
			return fmt.Sprintf("%s@%d", stream, g.Version+uint64(n)), nil
		}
	}
	return "", nil
}

// holding gives the commit that holds an event; a zero one when there is none, or it has been archived.
func holding(ctx context.Context, events Loader, stream es.StreamID, version uint64) (es.Commit, error) {
	for c, err := range events.Load(ctx, stream, max(version, MaxCommitEvents)-MaxCommitEvents) {
		switch {
		case errors.Is(err, ErrArchived):
			return es.Commit{}, nil
		case err != nil:
			return es.Commit{}, err
		case c.Version > version:
			return es.Commit{}, nil
		case c.Last() >= version:
			return c, nil
		}
	}
	return es.Commit{}, nil
}
