package contract

import (
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Inventoried is a store with all that an [engine.Inventory] lists.
type Inventoried struct {
	Inventory   engine.Inventory
	Events      engine.EventStore
	Snapshots   engine.Snapshots
	Connections engine.Connections
}

// Inventory tests an [engine.Inventory] beside what it lists, in which there may be more than the suite puts there.
func Inventory(t *testing.T, store Inventoried) {
	t.Run("commits, each once, with where they end", func(t *testing.T) {
		stream := newStream("contract")
		var want []engine.Stored
		for _, c := range chain(t, stream, 4) {
			save(t, store.Events, draftOf(c))
			want = append(want, engine.Stored{Stream: stream, Version: c.Version, Last: c.Last()})
		}
		got := inventoried(t, store.Inventory.Stored(t.Context()), func(s engine.Stored) bool { return s.Stream == stream })
		slices.SortFunc(got, func(a, b engine.Stored) int { return int(a.Version) - int(b.Version) })
		same(t, "the commits", got, want)
	})
	t.Run("more than a page of them", func(t *testing.T) {
		ours := "contract-" + uuid.NewString()
		want := map[es.StreamID]int{}
		for i := range 60 {
			stream := es.StreamID(ours + strings.Repeat("x", i))
			save(t, store.Events, draftOf(chain(t, stream, 1)[0]))
			want[stream] = 1
		}
		got := map[es.StreamID]int{}
		for _, s := range inventoried(t, store.Inventory.Stored(t.Context()), func(s engine.Stored) bool { return strings.HasPrefix(string(s.Stream), ours) }) {
			got[s.Stream]++
		}
		same(t, "the streams", got, want)
	})
	t.Run("snapshots of all folds", func(t *testing.T) {
		stream, first, second := newStream("contract"), newFold(), newFold()
		for _, fold := range []es.FoldID{first, second} {
			saveSnapshot(t, store.Snapshots, fold, stream, snapshotAt(t, 7))
		}
		got := inventoried(t, store.Inventory.Snapshotted(t.Context()), func(s engine.Snapshotted) bool { return s.Stream == stream })
		want := []engine.Snapshotted{{Stream: stream, Fold: first, Version: 7}, {Stream: stream, Fold: second, Version: 7}}
		byName := func(a, b engine.Snapshotted) int { return strings.Compare(a.Fold.Name, b.Fold.Name) }
		slices.SortFunc(got, byName)
		slices.SortFunc(want, byName)
		same(t, "the snapshots", got, want)
	})
	t.Run("subscriptions, as long as there are any", func(t *testing.T) {
		id, now := uuid.NewString(), time.Now().UTC().Truncate(time.Millisecond)
		try(t, "connect", store.Connections.Connect(t.Context(), engine.Connection{ID: id, User: "u", Opened: now, Expires: now.Add(time.Hour)}))
		stream := engine.StreamTopic(newStream("contract"))
		for _, topic := range []engine.Topic{stream, engine.EventTopic("Made")} {
			try(t, "subscribe", store.Connections.Subscribe(t.Context(), id, topic))
		}
		same(t, "the topics", topics(t, store.Inventory, id, now), map[engine.Topic]bool{stream: true, engine.EventTopic("Made"): true})
		try(t, "unsubscribe", store.Connections.Unsubscribe(t.Context(), id, stream))
		same(t, "the topics", topics(t, store.Inventory, id, now), map[engine.Topic]bool{engine.EventTopic("Made"): true})
		try(t, "disconnect", store.Connections.Disconnect(t.Context(), id))
		same(t, "the topics", topics(t, store.Inventory, id, now), map[engine.Topic]bool{})
	})
}

// topics are those of a connection, which must not be said to be over yet.
func topics(t *testing.T, inventory engine.Inventory, id string, now time.Time) map[engine.Topic]bool {
	t.Helper()
	found := map[engine.Topic]bool{}
	for _, s := range inventoried(t, inventory.Subscribed(t.Context()), func(s engine.Subscribed) bool { return s.Connection == id }) {
		if !s.Ends.IsZero() && !s.Ends.After(now.Add(time.Hour)) {
			t.Errorf("a connection of now ends at %v", s.Ends)
		}
		found[s.Topic] = true
	}
	return found
}

// inventoried collects what is listed, as far as it is wanted.
func inventoried[T any](t *testing.T, all iter.Seq2[T, error], wanted func(T) bool) (found []T) {
	t.Helper()
	for one, err := range all {
		try(t, "list", err)
		if wanted(one) {
			found = append(found, one)
		}
	}
	return found
}
