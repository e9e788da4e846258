package handler

import (
	"context"
	"errors"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// StreamsAsked is what ListStreams takes.
type StreamsAsked struct {
	Prefix  string `query:"prefix"`
	Start   string `query:"start"` // the first id, or the last in reverse
	Limit   int    `query:"limit"`
	Reverse bool   `query:"reverse"`
}

// maxStream is more characters than a stream's id has: one of a saga has another stream's in it.
const maxStream = 512

func (a StreamsAsked) check() error {
	for name, value := range map[string]string{"prefix": a.Prefix, "start": a.Start} {
		if len(value) > maxStream {
			return es.Invalid(name, "an id of a stream has at most %d characters", maxStream)
		}
	}
	return nil
}

// StreamsAnswer is what ListStreams answers.
type StreamsAnswer struct {
	Items []engine.Begun `json:"items"`
	Next  es.StreamID    `json:"next,omitempty"` // the start of the next page; absent on the last
}

// Streams is the handler of [ListStreams].
func Streams(directory engine.Directory) HTTP {
	return reads(ListStreams, func(ctx context.Context, asked StreamsAsked) (StreamsAnswer, error) {
		if err := asked.check(); err != nil {
			return StreamsAnswer{}, err
		}
		found, err := directory.Streams(ctx, engine.Streams{
			Prefix: asked.Prefix, Start: asked.Start, Reverse: asked.Reverse, Limit: asked.Limit + 1,
		})
		if err != nil {
			return StreamsAnswer{}, err
		}
		page := StreamsAnswer{Items: found}
		if len(found) > asked.Limit {
			page.Items, page.Next = found[:asked.Limit], found[asked.Limit].Stream
		}
		return page, nil
	})
}

// StreamAsked is what GetStream takes.
type StreamAsked struct {
	Stream string `path:"stream"`
	After  uint64 `query:"after"`
	Limit  int    `query:"limit"`
}

// StreamAnswer is what GetStream answers. Steps of private streams have neither data nor states.
type StreamAnswer struct {
	Stream es.StreamID   `json:"stream"`
	Items  []engine.Step `json:"items"`
	Next   uint64        `json:"next,omitzero"`   // after which the next page begins; absent on the last
	Error  string        `json:"error,omitempty"` // why this program cannot fold the event behind the last item
}

// Stream is the handler of [GetStream]. It folds a stream from its beginning, whichever page is asked for.
func Stream(store engine.Loader, app *es.App) HTTP {
	catalogue := app.Catalogue()
	return reads(GetStream, func(ctx context.Context, asked StreamAsked) (StreamAnswer, error) {
		stream := es.StreamID(asked.Stream)
		private := catalogue.IsPrivate(stream.Category())
		var folds []es.Folder
		if !private {
			folds = app.FoldersOf(stream.Category())
		}
		page := StreamAnswer{Stream: stream, Items: []engine.Step{}}
		bytes := 0
		for step, err := range engine.Replay(ctx, store, folds, stream, asked.After) {
			if fault := (*es.Fault)(nil); errors.As(err, &fault) {
				page.Error = fault.Error()
				return page, nil
			}
			if err != nil {
				return StreamAnswer{}, err
			}
			if private {
				step.Data, step.States = nil, nil
			}
			bytes += sizeOf(step)
			if n := len(page.Items); n == asked.Limit || n > 0 && bytes > MaxListedBytes {
				page.Next = page.Items[n-1].Version
				return page, nil
			}
			page.Items = append(page.Items, step)
		}
		if len(page.Items) == 0 && asked.After == 0 {
			return StreamAnswer{}, es.NotFound("NotFound", "there is no such stream")
		}
		return page, nil
	})
}

// sizeOf is about what a step takes in an answer.
func sizeOf(s engine.Step) int {
	bytes := bareOutcome + len(s.Data)
	for _, state := range s.States {
		bytes += len(state)
	}
	return bytes
}
