package engine

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// ViewState is how a view stands.
type ViewState struct {
	View string `json:"view"`
	Standing
	Global  bool    `json:"global,omitzero"` // whether it is one of many streams, which follows the feed
	Backlog Backlog `json:"backlog"`         // of the live generation
	Behind  uint64  `json:"behind,omitzero"` // how many commits of the feed the next generation is to be filled with yet
}

// Overview tells how views stand.
type Overview struct {
	App         *es.App
	Feed        Feed
	Generations Generations
	Checkpoints Checkpoints
	Backlogs    Backlogs
}

// Views gives the states of all views, in the order of their declarations, and the position of the feed's end.
func (o *Overview) Views(ctx context.Context) (states []ViewState, end uint64, err error) {
	if end, err = o.Feed.End(ctx); err != nil {
		return nil, 0, fmt.Errorf("find the end of the feed: %w", err)
	}
	views := o.App.Views()
	states = make([]ViewState, len(views))
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for n, view := range views {
		all.Go(func() (err error) {
			states[n], err = o.state(ctx, view, end)
			return err
		})
	}
	return states, end, all.Wait()
}

func (o *Overview) state(ctx context.Context, view *es.ViewDecl, end uint64) (ViewState, error) {
	s := ViewState{View: view.Name, Global: view.Global}
	var err error
	if s.Standing, err = o.Generations.Standing(ctx, view.Name); err != nil {
		return s, fmt.Errorf("read the generations of %s: %w", view.Name, err)
	}
	if s.Next != 0 {
		if s.Behind, err = o.behind(ctx, view.Name, s.Next, end); err != nil {
			return s, err
		}
	}
	if !view.Global {
		s.Backlog, err = o.Backlogs.Backlog(ctx, view.Name)
		return s, err
	}
	// What is in its queue only says that the feed goes on.
	s.Backlog.Waiting, err = o.behind(ctx, view.Name, s.Live, end)
	return s, err
}

// behind is how far a generation that follows the feed is from its end.
func (o *Overview) behind(ctx context.Context, view string, generation, end uint64) (uint64, error) {
	at, err := o.Checkpoints.Applied(ctx, GenerationName(view, generation), FeedStream)
	return end - min(at, end), err
}
