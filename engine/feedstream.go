package engine

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// FeedStream stands for the feed as if it were one stream: its n-th event is the commit at position n.
const FeedStream es.StreamID = es.FeedCategory + "-all"

const (
	feedAdvanced = "FeedAdvanced"
	fed          = "Fed"
)

// FeedAdvanced is the commit that tells consumers of [FeedStream] that the feed has come to a position. It holds nothing:
// they read the feed.
func FeedAdvanced(position uint64, at time.Time) es.Commit {
	return es.Commit{
		Stream: FeedStream, Version: position, Events: []es.Recorded{{Type: feedAdvanced, Data: jsontext.Value("{}")}},
		Origin: es.Origin{Time: at},
	}
}

// feedStore lets a consumer read the feed as [FeedStream].
type feedStore struct{ feed Feed }

// Load implements [Loader]. Each commit of the feed comes as the one event of a commit.
func (s feedStore) Load(ctx context.Context, _ es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		for c, err := range CatchUp(ctx, s.feed, after) {
			if err != nil {
				yield(es.Commit{}, err)
				return
			}
			data, err := es.Encode(c.Commit)
			if err != nil {
				yield(es.Commit{}, &es.Fault{Doing: fmt.Sprintf("encode the commit at position %d", c.Position), Err: err})
				return
			}
			one := es.Commit{Stream: FeedStream, Version: c.Position, Events: []es.Recorded{{Type: fed, Data: data}}, Origin: c.Origin}
			if !yield(one, nil) {
				return
			}
		}
	}
}
