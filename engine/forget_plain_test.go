package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// scribbled is an event that has been declared otherwise before: by one text that was personal and is gone now, and by one of
// which nobody said so. Each is a text of the stream's own.
type scribbled struct {
	Full string `json:"full" personal:"id"`
}

type scribbledV0 struct {
	Nick string `json:"nick" personal:"id"`
}

type scribbledV1 struct {
	First string `json:"first"`
	Last  string `json:"last" personal:"id"`
}

func (e scribbled) Evolve(m member) member { return m }

var notes = es.Of("note", es.On[scribbled]("Scribbled",
	es.Upcast(func(scribbledV0) scribbledV1 { return scribbledV1{} }),
	es.Upcast(func(e scribbledV1) scribbled { return scribbled{e.First + e.Last} }),
))

// TestForgetPlainTexts tells of texts that were stored before they were declared to be personal, in whatever shape, and is
// never done while there are any.
func TestForgetPlainTexts(t *testing.T) {
	sealedText := `{"sealed":{"s":"ann"}}`
	for name, test := range map[string]struct {
		stream               es.StreamID
		event                es.Recorded
		texts, plain, unread int
	}{
		"of today's shape":               {"member-cy", es.Recorded{Type: "Befriended", Data: []byte(`{"friend":{"id":"ann","name":"Annie"}}`)}, 0, 1, 0},
		"of nobody":                      {"member-cy", es.Recorded{Type: "Befriended", Data: []byte(`{"friend":{"id":"","name":"Annie"}}`)}, 0, 0, 0},
		"of somebody else":               {"member-cy", es.Recorded{Type: "Befriended", Data: []byte(`{"friend":{"id":"bob","name":"Bobby"}}`)}, 0, 0, 0},
		"of an old shape":                {"note-ann", es.Recorded{Type: "Scribbled", Data: []byte(`{"nick":"Annie"}`)}, 0, 1, 0},
		"that is sealed, of an old one":  {"note-ann", es.Recorded{Type: "Scribbled", Data: []byte(`{"nick":` + sealedText + `}`)}, 1, 0, 0},
		"that only today's shape tells":  {"note-ann", es.Recorded{Type: "Scribbled", Schema: 1, Data: []byte(`{"first":"Ann","last":""}`)}, 0, 1, 0},
		"that is made of what is told":   {"note-ann", es.Recorded{Type: "Scribbled", Schema: 1, Data: []byte(`{"first":"","last":"Ann"}`)}, 0, 1, 0},
		"that is made of what is sealed": {"note-ann", es.Recorded{Type: "Scribbled", Schema: 1, Data: []byte(`{"first":"","last":` + sealedText + `}`)}, 1, 0, 0},
		"that nobody can read":           {"note-ann", es.Recorded{Type: "Scribbled", Schema: 3, Data: []byte(`{"full":"Ann"}`)}, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			if err := h.stored.Append(t.Context(), es.Draft{Stream: test.stream, Events: []es.Recorded{test.event}}); err != nil {
				t.Fatal(err)
			}
			f := h.forget(time.Nanosecond)
			f.App = es.NewApp(es.Context{Name: "club", Aggregates: []es.Folder{members, notes}, Views: club.Views()})
			seen, err := f.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := seen.Found; got.Texts != 3+test.texts || got.Plain != test.plain || got.Unread != test.unread {
				t.Errorf("found %+v", got)
			}
			report, err := f.Run(t.Context(), true)
			if left := test.plain+test.unread > 0; errors.Is(err, engine.ErrPlain) != left || err != nil && !left || report.Done.IsZero() != left {
				t.Errorf("reported %+v, error %v", report, err)
			}
		})
	}
}
