package sqlite

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/foldstream/foldstream/es"
)

// queue is a FIFO queue by groups, one for each stream, as far as it can live in memory: which messages there are, and which
// groups are taken or wait for another try. The messages are stored as well; who has taken them is not, since that ends
// with the process.
type queue struct {
	settings
	name       string
	categories []string // none for all

	mu      sync.Mutex
	filled  uint64 // position of the feed
	groups  map[es.StreamID]*group
	ready   []*group
	held    []*group // by until
	leases  uint64
	changed chan struct{} // closed and replaced when a group becomes ready
}

// message is a place in the feed.
type message struct {
	position uint64
	receives int
}

// group is the messages of one stream, in order. It is ready to be taken, or held: by a receiver or by a pause.
type group struct {
	stream   es.StreamID
	messages []message
	until    time.Time // when held
	lease    uint64    // of the receiver, 0 for none
}

// share is what one receiver has taken of a group: its first messages.
type share struct {
	group    *group
	lease    uint64
	messages []message
}

func newQueue(name string, categories []string, s settings) *queue {
	return &queue{settings: s, name: name, categories: categories, groups: map[es.StreamID]*group{}, changed: make(chan struct{})}
}

// pick finds the commits that are for the queue and not in it yet.
func (q *queue) pick(places []place) []place {
	filled := q.filledTo()
	var mine []place
	for _, p := range places {
		if p.position > filled && (len(q.categories) == 0 || slices.Contains(q.categories, p.stream.Category())) {
			mine = append(mine, p)
		}
	}
	return mine
}

func (q *queue) filledTo() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.filled
}

// fill adds commits, and notes up to where the queue is filled.
func (q *queue) fill(places []place, end uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range places {
		q.add(p.stream, message{position: p.position})
	}
	q.filled = max(q.filled, end)
}

func (q *queue) add(stream es.StreamID, m message) {
	g := q.groups[stream]
	if g == nil {
		g = &group{stream: stream}
		q.groups[stream] = g
		q.release(g)
	}
	g.messages = append(g.messages, m)
}

// release makes a group ready.
func (q *queue) release(g *group) {
	q.ready = append(q.ready, g)
	close(q.changed)
	q.changed = make(chan struct{})
}

// hold keeps a group from being taken until a time.
func (q *queue) hold(g *group, until time.Time) {
	g.until = until
	i, _ := slices.BinarySearchFunc(q.held, until, func(other *group, t time.Time) int { return other.until.Compare(t) })
	q.held = slices.Insert(q.held, i, g)
}

// batchSize is the most messages that one receiver takes, as with SQS.
const batchSize = 10

// take takes messages of ready groups, the group that has been ready for longest first.
func (q *queue) take() []share {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	for len(q.held) > 0 && !q.held[0].until.After(now) {
		g := q.held[0]
		q.held = q.held[1:]
		g.lease = 0 // whoever had it took too long
		q.release(g)
	}
	var batch []share
	for room := batchSize; room > 0 && len(q.ready) > 0; {
		g := q.ready[0]
		q.ready = q.ready[1:]
		n := min(room, len(g.messages))
		room -= n
		for i := range n {
			g.messages[i].receives++
		}
		q.leases++
		g.lease = q.leases
		q.hold(g, now.Add(q.visibility))
		batch = append(batch, share{group: g, lease: g.lease, messages: slices.Clone(g.messages[:n])})
	}
	return batch
}

// wait takes messages as soon as there are some, none when there are none in time.
func (q *queue) wait(ctx context.Context, patience time.Duration, closed <-chan struct{}) ([]share, error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		changed, next := q.next()
		if batch := q.take(); len(batch) > 0 {
			return batch, nil
		}
		again := time.NewTimer(next)
		select {
		case <-changed:
		case <-again.C:
		case <-timeout.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-closed:
			return nil, os.ErrClosed
		}
		again.Stop()
	}
}

// next tells how one can learn that a group has become ready: by the channel, or after the time.
func (q *queue) next() (<-chan struct{}, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.held) == 0 {
		return q.changed, time.Hour
	}
	return q.changed, max(q.held[0].until.Sub(q.now()), time.Millisecond)
}

// mine leaves out the shares that were taken for too long, so that their groups were given to another receiver.
func (q *queue) mine(batch []share) []share {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(batch), func(s share) bool { return s.group.lease != s.lease })
}

// finish gives shares back without the messages that are done with. A group with a message that failed pauses.
func (q *queue) finish(batch []share, done map[uint64]bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range batch {
		g := s.group
		if g.lease != s.lease {
			continue
		}
		i := slices.Index(q.held, g)
		q.held = slices.Delete(q.held, i, i+1)
		g.lease = 0
		failed := slices.DeleteFunc(s.messages, func(m message) bool { return done[m.position] })
		g.messages = g.messages[len(s.messages)-len(failed):]
		copy(g.messages, failed)
		switch {
		case len(failed) > 0:
			q.hold(g, q.now().Add(q.pause(failed[0].receives, q.longestPause)))
		case len(g.messages) > 0:
			q.release(g)
		default:
			delete(q.groups, g.stream)
		}
	}
}

// pause is the time until a message that has been received so often comes again.
func (s settings) pause(receives int, longest time.Duration) time.Duration {
	pause := s.firstPause
	for range receives - 1 {
		if pause *= 2; pause >= longest {
			return longest
		}
	}
	return pause
}
