package engine

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Step is an event of a stream, with the states after it.
type Step struct {
	Version uint64                    `json:"version"`
	Type    string                    `json:"type"`
	Time    time.Time                 `json:"time"`
	Invoker string                    `json:"invoker,omitempty"`
	TraceID string                    `json:"traceId"`
	Data    jsontext.Value            `json:"data"`
	States  map[string]jsontext.Value `json:"states"` // by [es.Folder.StateName], one for each fold
}

// Replay steps through a stream event by event, with each of the folds that share it. It reads, and touches nothing. It
// ends after the first error.
func Replay(ctx context.Context, store Loader, folds []es.Folder, stream es.StreamID) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		states := make([]any, len(folds))
		for c, err := range Read(ctx, store, stream, 0) {
			if err != nil {
				yield(Step{}, err)
				return
			}
			for i := range c.Events {
				step, err := step(folds, states, c, i)
				if !yield(step, err) || err != nil {
					return
				}
			}
		}
	}
}

// step folds the i-th event of a commit into the states.
func step(folds []es.Folder, states []any, c es.Commit, i int) (s Step, err error) {
	one := es.Commit{Stream: c.Stream, Version: c.Version + uint64(i), Events: c.Events[i : i+1], Origin: c.Origin}
	s = Step{
		Version: one.Version, Type: one.Events[0].Type, Time: c.Time, Invoker: c.Invoker, TraceID: c.TraceID,
		Data: one.Events[0].Data, States: map[string]jsontext.Value{},
	}
	for j, fold := range folds {
		if states[j], err = fold.Fold(states[j], one); err != nil {
			return Step{}, err
		}
		text, err := es.Encode(states[j])
		if err != nil {
			return Step{}, &es.Fault{Doing: fmt.Sprintf("encode %s after %s", fold.StateName(), eventRef(c, i)), Err: err}
		}
		s.States[fold.StateName()] = bytes.Clone(text)
	}
	return s, nil
}
