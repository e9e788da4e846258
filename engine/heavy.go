package engine

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// Heavy is a stream that much is of. What is counted is at most Count, and at least Count - Error.
type Heavy struct {
	Stream es.StreamID `json:"stream"`
	Count  uint64      `json:"count"`
	Error  uint64      `json:"error,omitzero"`
}

// heavies finds the streams that the most is of, by Space-Saving (Metwally, Agrawal and El Abbadi, 2005): it watches so many
// streams, of which a new one takes the place, and the count, of the lightest.
type heavies struct {
	most   int
	places map[es.StreamID]*watchedStream
	heap   lightest
}

type watchedStream struct {
	Heavy
	index int // in the heap
}

func newHeavies(most int) *heavies {
	return &heavies{most: most, places: map[es.StreamID]*watchedStream{}}
}

func (h *heavies) add(stream es.StreamID, n uint64) {
	w := h.places[stream]
	switch {
	case w != nil:
		w.Count += n
	case len(h.heap) < h.most:
		w = &watchedStream{Heavy: Heavy{Stream: stream, Count: n}}
		h.places[stream] = w
		heap.Push(&h.heap, w)
	default:
		w = h.heap[0]
		delete(h.places, w.Stream)
		w.Stream, w.Error = stream, w.Count
		w.Count += n
		h.places[stream] = w
	}
	heap.Fix(&h.heap, w.index)
}

// top are the heaviest.
func (h *heavies) top(n int) []Heavy {
	all := make([]Heavy, 0, len(h.heap))
	for _, w := range h.heap {
		all = append(all, w.Heavy)
	}
	slices.SortFunc(all, func(a, b Heavy) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Stream, b.Stream)) })
	return slices.Clone(all[:min(n, len(all))])
}

// lightest is a heap with the lightest stream on top.
type lightest []*watchedStream

func (l lightest) Len() int           { return len(l) }
func (l lightest) Less(i, j int) bool { return l[i].Count < l[j].Count }
func (l lightest) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].index, l[j].index = i, j
}

func (l *lightest) Push(x any) {
	w, _ := x.(*watchedStream)
	w.index = len(*l)
	*l = append(*l, w)
}

func (l *lightest) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	*l = (*l)[:last]
	return w
}
