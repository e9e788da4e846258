package estest_test

import (
	"errors"
	"testing"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func TestRewrittenHistories(t *testing.T) {
	raised := func(r es.Recorded) (es.Recorded, error) {
		r.Schema++
		return r, nil
	}
	twice := func(p es.Past) ([]es.Recorded, error) { return []es.Recorded{p.Recorded, p.Recorded}, nil }
	halves := func(p es.Past) ([]es.Recorded, error) {
		return []es.Recorded{{Type: "Opened", Data: []byte(`{}`)}, {Type: "Paid", Data: p.Data}}, nil
	}
	pooled := func(es.Past) (es.StreamID, error) { return "pool-all", nil }
	for name, c := range map[string]struct {
		steps []es.Step
		want  []estest.Happened
	}{
		"nothing": {nil, []estest.Happened{
			{Stream: "till-a", Type: "Opened", Data: `{}`}, {Stream: "till-b", Type: "Paid", Data: `{"n":1}`}, {Stream: "till-a", Type: "Paid", Data: `{"n":2}`, Version: 2},
		}},
		"another name, in one category": {[]es.Step{es.Rename("till", "Paid", "Received"), es.Drop("other", "Received")}, []estest.Happened{
			{Stream: "till-a", Type: "Opened", Data: `{}`}, {Stream: "till-b", Type: "Received", Data: `{"n":1}`}, {Stream: "till-a", Type: "Received", Data: `{"n":2}`},
		}},
		"left out": {[]es.Step{es.Drop("till", "Opened")}, []estest.Happened{
			{Stream: "till-b", Type: "Paid", Data: `{"n":1}`}, {Stream: "till-a", Type: "Paid", Data: `{"n":2}`, Version: 1},
		}},
		"split": {[]es.Step{es.Drop("till", "Opened"), es.Split("till", "Paid", "halves", halves)}, []estest.Happened{
			{Stream: "till-b", Type: "Opened", Data: `{}`},
			{Stream: "till-b", Type: "Paid", Data: `{"n":1}`},
			{Stream: "till-a", Type: "Opened", Data: `{}`},
			{Stream: "till-a", Type: "Paid", Data: `{"n":2}`},
		}},
		"merged, and each step upon the one before it": {[]es.Step{
			es.Drop("till", "Opened"), es.Move("till", "", "into one", pooled), es.Change("pool", "Paid", "raised", raised), es.Split("pool", "Paid", "twice", twice),
		}, []estest.Happened{
			{Stream: "pool-all", Type: "Paid", Schema: 1, Data: `{"n":1}`},
			{Stream: "pool-all", Type: "Paid", Schema: 1, Data: `{"n":1}`},
			{Stream: "pool-all", Type: "Paid", Schema: 1, Data: `{"n":2}`},
			{Stream: "pool-all", Type: "Paid", Schema: 1, Data: `{"n":2}`, Version: 4},
		}},
		"a category": {[]es.Step{es.Drop("till", "Opened"), es.Recategorize("till", "box")}, []estest.Happened{
			{Stream: "box-b", Type: "Paid", Data: `{"n":1}`}, {Stream: "box-a", Type: "Paid", Data: `{"n":2}`},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			estest.GivenHistory(
				estest.Happened{Stream: "till-a", Type: "Opened", Data: `{}`},
				estest.Happened{Stream: "till-b", Type: "Paid", Data: `{"n":1}`},
				estest.Happened{Stream: "till-a", Type: "Paid", Data: ` { "n" : 2 } `},
			).Rewritten(es.NewRewrite("r", "", c.steps...)).Then(t, c.want...)
		})
	}
}

// What no store would take is found when it is rewritten, not when it is written.
func TestUnsoundRewrites(t *testing.T) {
	was := estest.GivenHistory(estest.Happened{Stream: "till-a", Type: "Paid", Data: `{"n":1}`})
	to := func(r es.Recorded, err error) es.Step {
		return es.Change("till", "Paid", "otherwise", func(es.Recorded) (es.Recorded, error) { return r, err })
	}
	for name, step := range map[string]es.Step{
		"an error":          to(es.Recorded{Type: "Paid", Data: []byte(`{}`)}, errors.New("no")),
		"no name":           to(es.Recorded{Data: []byte(`{}`)}, nil),
		"a name of all":     to(es.Recorded{Type: "StreamClosed", Data: []byte(`{}`)}, nil),
		"no object":         to(es.Recorded{Type: "Paid", Data: []byte(`[]`)}, nil),
		"no data":           to(es.Recorded{Type: "Paid"}, nil),
		"a stream of no id": es.Move("till", "Paid", "away", func(es.Past) (es.StreamID, error) { return "till", nil }),
	} {
		t.Run(name, func(t *testing.T) { was.Rewritten(es.NewRewrite("r", "", step)).ThenFails(t) })
	}
}

// The marks between eras are not the history's: without them it is one.
func TestErasAreOne(t *testing.T) {
	r := es.NewRewrite("r", "")
	for _, c := range []es.Commit{
		{Stream: "till-a", Version: 4, Events: []es.Recorded{{Type: "StreamClosed", Data: []byte(`{"era":1}`)}}},
		{Stream: "till-a", Version: 5, Era: 1, Events: []es.Recorded{
			{Type: "StreamCarriedOver", Data: []byte(`{"era":1}`)}, {Type: "BalanceCarried", Data: []byte(`{"n":3}`)},
		}},
	} {
		if out, err := r.Of(c); err != nil || len(out.Parts) != 0 {
			t.Errorf("%+v becomes %+v, %v", c, out, err)
		}
	}
}
