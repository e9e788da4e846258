package estest

import (
	"testing"

	"github.com/foldstream/foldstream/es"
)

type addedV0 struct {
	Words []string `json:"words"`
}

// reshaped is the aggregate of lists after a change of an event's shape.
var reshaped = es.Of("list", es.On[added]("Added", es.Upcast(func(e addedV0) added { return added{Word: e.Words[0]} })))

func TestStored(t *testing.T) {
	old := Stored(reshaped, "Added", 0, `{"words":["a"]}`)
	t.Run("is folded like any", func(t *testing.T) {
		Given(reshaped, old, added{Word: "b"}).When(events()).ThenNothing(t).AndState(t, list{Words: []string{"a", "b"}})
	})
	t.Run("is projected like any", func(t *testing.T) {
		words := es.Project("words", es.Upon(reshaped, func(s string, e added, _ es.Meta) string { return s + e.Word }))
		View(words, Committed(reshaped, "l1", old, added{Word: "b"})).Is(t, "ab")
	})
	t.Run("must be readable", func(t *testing.T) {
		for data, stored := range map[string]es.Event[list]{
			"can't be read back": Stored(reshaped, "Added", 0, `{"words":"a"}`), "newer than this program": Stored(reshaped, "Added", 2, `{}`),
			"does not know the event type": Stored(reshaped, "Burnt", 0, `{}`),
		} {
			fails(t, func(tb testing.TB) { Given(reshaped, stored).When(events()).ThenNothing(tb) }, data)
		}
	})
}
