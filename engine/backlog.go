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
	if !view.Global {
		s.Backlog, err = o.Backlogs.Backlog(ctx, view.Name)
		return s, err
	}
	// What is in its queue only says that the feed goes on.
	at, err := o.Checkpoints.Applied(ctx, GenerationName(view.Name, s.Live), FeedStream)
	s.Backlog.Waiting = end - min(at, end)
	return s, err
}
