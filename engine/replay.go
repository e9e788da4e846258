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
	Data    jsontext.Value            `json:"data,omitzero"`   // in the shape that it is recorded in today
	States  map[string]jsontext.Value `json:"states,omitzero"` // by [es.Folder.StateName], one for each fold
}

// Replay steps through a stream event by event, behind a version, with each of the folds that share it. It reads, and
// touches nothing. It ends after the first error.
func Replay(ctx context.Context, store Loader, folds []es.Folder, stream es.StreamID, after uint64) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		states := make([]any, len(folds))
		for c, err := range ReadState(ctx, store, stream, 0) {
			if err != nil {
				yield(Step{}, err)
				return
			}
			for i := range c.Events {
				one := single(c, i)
				err := advance(folds, states, one)
				if err == nil && one.Version <= after {
					continue
				}
				var step Step
				if err == nil {
					step, err = show(folds, states, one)
				}
				if !yield(step, err) || err != nil {
					return
				}
			}
		}
	}
}

// single is the i-th event of a commit as if it were one of its own.
func single(c es.Commit, i int) es.Commit {
	return es.Commit{Stream: c.Stream, Version: c.Version + uint64(i), Era: c.Era, Events: c.Events[i : i+1], Origin: c.Origin}
}

// advance folds an event into the states.
func advance(folds []es.Folder, states []any, one es.Commit) (err error) {
	for i, fold := range folds {
		if states[i], err = fold.Fold(states[i], one); err != nil {
			return err
		}
	}
	return nil
}

// show describes an event, and the states after it.
func show(folds []es.Folder, states []any, one es.Commit) (Step, error) {
	s := Step{
		Version: one.Version, Type: one.Events[0].Type, Time: one.Time, Invoker: one.Invoker, TraceID: one.TraceID,
		Data: one.Events[0].Data, States: map[string]jsontext.Value{},
	}
	for i, fold := range folds {
		if fold.EventShapes(s.Type) != nil {
			data, err := fold.Today(one, 0)
			if err != nil {
				return Step{}, err
			}
			s.Data = data
		}
		text, err := es.Encode(states[i])
		if err != nil {
			return Step{}, &es.Fault{Doing: fmt.Sprintf("encode %s after %s", fold.StateName(), eventRef(one, 0)), Err: err}
		}
		s.States[fold.StateName()] = bytes.Clone(text)
	}
	return s, nil
}
