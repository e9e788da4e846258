package subscription

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// work hands commits to the handler, and says of each whether it has been handled. Those of one stream keep their order.
func (r *run) work(ctx context.Context, commits []es.Positioned) (done []bool, err error) {
	done = make([]bool, len(commits))
	all, working := errgroup.WithContext(ctx)
	all.SetLimit(max(r.Parallel, 1))
	for _, lane := range r.lanes(commits) {
		all.Go(func() error {
			for _, i := range lane {
				if err := r.one(working, commits[i]); err != nil {
					return err
				}
				done[i] = true
			}
			return nil
		})
	}
	return done, all.Wait()
}

// lanes are the commits' places, by streams if those may go on at once.
func (r *run) lanes(commits []es.Positioned) [][]int {
	var lanes [][]int
	place := map[es.StreamID]int{}
	for i, c := range commits {
		lane := es.StreamID("")
		if r.Parallel > 1 {
			lane = c.Stream
		}
		n, known := place[lane]
		if !known {
			n = len(lanes)
			place[lane], lanes = n, append(lanes, nil)
		}
		lanes[n] = append(lanes[n], i)
	}
	return lanes
}

// one has a commit handled, however often it takes.
func (r *run) one(ctx context.Context, c es.Positioned) error {
	return r.insist(ctx, func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.handle(ctx, c); err != nil {
			return fmt.Errorf("handle %s at position %d: %w", c.Stream, c.Position, err)
		}
		return nil
	})
}
