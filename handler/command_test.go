package handler_test

import (
	"testing"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

func TestWhatACommandAddsStandsBesideTheRest(t *testing.T) {
	for want, a := range map[string]handler.Accepted{
		`{"id":"a","version":1,"traceId":"t"}`:               {ID: "a", Version: 1, TraceID: "t"},
		`{"id":"a","version":1,"traceId":"t","matchId":"m"}`: {ID: "a", Version: 1, TraceID: "t", More: []byte(`{"matchId":"m"}`)},
	} {
		got, err := es.Encode(a)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
		var back handler.Accepted
		if err := es.Decode(got, &back); err != nil || string(back.More) != string(a.More) {
			t.Errorf("read back as %+v, %v", back, err)
		}
	}
}
